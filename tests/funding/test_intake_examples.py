"""Model files: the example is valid, the blank and pre-filled ones show every key."""

import json

import pytest

from funding.intake import (
    Envelope,
    Limits,
    blank,
    check_structure,
    example,
    prefilled,
    read_envelope,
    request_fields,
)
from tests.builders import KINDS, SCHEMES, SIRET, a_client, a_filename, a_request, a_solution

MDV, RIS, DB = SCHEMES
PAIRS = [(scheme, kind) for scheme in SCHEMES for kind in KINDS]


def faults(payload, scheme, kind):
    siret = payload["siretFournisseur"]
    envelope = read_envelope(
        json.dumps(payload).encode(),
        filename=a_filename(scheme, kind, siret=siret),
        supplier_siret=siret,
        limits=Limits(),
    )
    assert isinstance(envelope, Envelope), envelope
    return [finding for item in check_structure(envelope) for finding in item.findings]


def paths(value, prefix=""):
    for key, child in value.items():
        yield f"{prefix}{key}"
        if isinstance(child, list) and child and isinstance(child[0], dict):
            yield from paths(child[0], f"{prefix}{key}[].")
        elif isinstance(child, dict):
            yield from paths(child, f"{prefix}{key}.")


@pytest.mark.parametrize(("scheme", "kind"), PAIRS)
def test_the_example_is_valid(scheme, kind):
    assert faults(example(scheme, kind), scheme, kind) == []


@pytest.mark.parametrize(("scheme", "kind"), PAIRS)
def test_the_blank_file_shows_every_key(scheme, kind):
    (request,) = blank(scheme, kind)["demandes"]
    assert list(paths(request)) == [field.path for field in request_fields(scheme, kind)]


@pytest.mark.parametrize(("scheme", "kind"), PAIRS)
def test_the_blank_file_lacks_values_but_no_key(scheme, kind):
    payload = {**blank(scheme, kind), "siretFournisseur": SIRET}
    codes = {finding.code for finding in faults(payload, scheme, kind)}
    assert codes
    assert not codes & {"STR-002", "STR-003", "STR-004", "STR-007", "STR-008"}


def test_an_advance_filled_in_with_a_client_and_a_solution():
    known = {"typeClient": "MEDECIN", "nomStructure": "Cabinet", "medecins": [{"rpps": "1"}]}
    payload = prefilled(
        MDV, "AVANCE", siret=SIRET, solution=a_solution(), clients=[known, {"typeClient": "MSP"}]
    )
    doctor, centre = payload["demandes"]
    assert payload["siretFournisseur"] == SIRET
    assert doctor["solutionLogicielle"] == a_solution()
    client = doctor["clients"][0]
    assert (client["nomStructure"], client["etablissements"]) == ("Cabinet", [])
    assert client["medecins"][0]["rpps"] == "1"
    assert client["medecins"][0]["numeroAm"] == ""
    assert (len(centre["clients"][0]["etablissements"]), centre["clients"][0]["medecins"]) == (
        1,
        [],
    )
    assert client["aidesMinimis"] == []


@pytest.mark.parametrize(("scheme", "kind"), PAIRS)
def test_a_request_wholly_known_gives_a_valid_file(scheme, kind):
    payload = prefilled(scheme, kind, siret=SIRET, requests=[a_request(scheme, kind)])
    assert payload["demandes"] == [a_request(scheme, kind)]
    assert faults(payload, scheme, kind) == []


def test_the_names_of_the_pdf_follow_from_the_reference():
    (request,) = prefilled(
        RIS, "SOLDE", siret=SIRET, requests=[{"referenceFournisseur": "R1", "numeroDossier": "D1"}]
    )["demandes"]
    assert request["procesVerbal"]["nomFichier"] == "PVVA_R1.pdf"
    assert request["facture"]["nomFichier"] == "FACT_R1.pdf"
    assert request["numeroDossier"] == "D1"


def test_without_anything_known_there_is_one_blank_request():
    assert len(prefilled(DB, "AVANCE", siret=SIRET)["demandes"]) == 1


def test_a_model_is_never_shared():
    example(DB, "AVANCE")["demandes"][0]["clients"].clear()
    assert example(DB, "AVANCE")["demandes"][0]["clients"]


def test_an_establishment_is_not_asked_about_de_minimis_aid():
    client = a_client(RIS, "ETABLISSEMENT")
    (request,) = prefilled(RIS, "AVANCE", siret=SIRET, clients=[client])["demandes"]
    assert request["clients"] == [client]
