"""The structure of whole requests: values that go together, several faults, what is said."""

import orjson
import pytest

from funding.intake import formats
from segur_portal.common.identifiers import make_finess, make_rpps, make_siren
from tests.builders import (
    KINDS,
    SCHEMES,
    a_client,
    a_doctor,
    a_request,
    an_establishment,
)
from tests.funding.intake_helpers import (
    BDC,
    CLIENT,
    DB,
    DELETED,
    DOCTOR,
    MDV,
    RIS,
    at,
    findings,
    plain,
    structures,
)


@pytest.mark.parametrize(
    ("scheme", "kind", "changes", "code", "pointer"),
    [
        (MDV, "AVANCE", {"/referenceFournisseur": "réf 1"}, "STR-026", "/referenceFournisseur"),
        (MDV, "AVANCE", {"/referenceFournisseur": "r" * 36}, "STR-012", "/referenceFournisseur"),
        (MDV, "AVANCE", {f"{CLIENT}/aideMinimisPercue": False}, "STR-034",
         f"{CLIENT}/aidesMinimis"),
        (RIS, "AVANCE", {f"{CLIENT}/aideMinimisPercue": None, f"{CLIENT}/aidesMinimis": []},
         "STR-009", f"{CLIENT}/aideMinimisPercue"),
        (RIS, "AVANCE", {f"{CLIENT}/typeClient": "ETABLISSEMENT"}, "STR-010",
         f"{CLIENT}/aideMinimisPercue"),
        (RIS, "AVANCE", {f"{CLIENT}/etablissements": [], f"{CLIENT}/medecins": []}, "STR-035",
         f"{CLIENT}/medecins"),
        (MDV, "SOLDE", {"/procesVerbal/nomFichier": "PVVA_x.pdf"}, "STR-027",
         "/procesVerbal/nomFichier"),
        (MDV, "SOLDE", {"/facture/nomFichier": "BDC_REF-0001.pdf"}, "STR-027",
         "/facture/nomFichier"),
        (MDV, "SOLDE", {"/numeroDossier": None}, "STR-009", "/numeroDossier"),
        (MDV, "SOLDE", {f"{CLIENT}/numerosAm": []}, "STR-031", f"{CLIENT}/numerosAm"),
        (MDV, "SOLDE", {f"{CLIENT}/numerosAm/0": 751298365}, "STR-008", f"{CLIENT}/numerosAm/0"),
        (RIS, "SOLDE", {f"{CLIENT}/rpps": make_rpps(1)}, "STR-010", f"{CLIENT}/rpps"),
        (RIS, "SOLDE", {f"{CLIENT}/finessGeographiques": [], f"{CLIENT}/numerosAm": []},
         "STR-035", f"{CLIENT}/numerosAm"),
        (DB, "SOLDE", {f"{CLIENT}/finessGeographiques/1": "756804570"}, "STR-023",
         f"{CLIENT}/finessGeographiques/1"),
    ],
)  # fmt: skip
def test_faults_of_several_values(scheme, kind, changes, code, pointer):
    assert (code, pointer) in [(f.code, f.pointer) for f in findings(scheme, changes, kind)]


@pytest.mark.parametrize("value", [None, 1, "x", [], True])
def test_a_request_that_is_no_object(value):
    good = a_request(MDV, number=2)
    first, second = structures(MDV, requests=[value, good])
    assert [finding.code for finding in first.findings] == ["STR-001"]
    assert (first.reference, second.reference, second.findings) == (None, "REF-0002", ())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_valid_requests(scheme, kind):
    requests = [a_request(scheme, kind, number=number) for number in range(1, 21)]
    result = structures(scheme, kind, requests=requests)
    assert [item.index for item in result] == list(range(1, 21))
    assert all(item.findings == () for item in result)


@pytest.mark.parametrize(
    ("scheme", "client"),
    [
        (MDV, a_client(MDV, "MSP")),
        (MDV, a_client(MDV, "CDS")),
        (MDV, a_client(MDV, lines=5)),
        (MDV, a_client(MDV, siren=make_siren(1))),
        (MDV, a_client(MDV, aideMinimisPercue=False, aidesMinimis=[])),
        (RIS, a_client(RIS, "ETABLISSEMENT")),
        (RIS, a_client(RIS, medecins=[])),
        (RIS, a_client(RIS, etablissements=[])),
        (RIS, a_client(RIS, lines=400)),
        (DB, a_client(DB, "ETABLISSEMENT")),
        (RIS, a_client(RIS, etablissements=[an_establishment(RIS, finessGeographique=finess)
                                            for finess in ("2A2671473", make_finess(3))])),
    ],
)  # fmt: skip
def test_valid_clients(scheme, client):
    (result,) = structures(scheme, requests=[a_request(scheme, clients=[client])])
    assert result.findings == ()


@pytest.mark.parametrize("amount", [0, 0.01, 0.1, 1.13, 4.35, 8.2, 1234567.89, 999999999.99, 100])
def test_amounts_of_two_decimals_are_exact(amount):
    assert not findings(MDV, {f"{BDC}/montantHT": amount})


def test_a_msp_needs_a_siren_one_establishment_and_no_doctor():
    client = a_client(MDV, "MSP", siren=None, etablissements=[], medecins=[a_doctor(MDV)])
    faults = findings(MDV, {}, request=a_request(MDV, clients=[client]))
    assert {(fault.code, fault.pointer) for fault in faults} == {
        ("STR-009", f"{CLIENT}/siren"),
        ("STR-031", f"{CLIENT}/etablissements"),
        ("STR-030", f"{CLIENT}/medecins"),
    }


def test_everything_wrong_with_a_request_is_said_at_once():
    changes = {
        "/pacs": "null",
        f"{BDC}/montantHT": "12",
        f"{BDC}/montantTVA": 1.001,
        f"{BDC}/nomFichier": "BDC_autre.pdf",
        f"{CLIENT}/representantLegal/telephone": "1234",
        f"{DOCTOR}/rpps": "8" + make_rpps(1),
        f"{DOCTOR}/nom": DELETED,
        f"{CLIENT}/plus": 1,
    }
    numbers = ("002", "003", "006", "007", "018", "021", "024", "027", "036")
    codes = sorted(fault.code for fault in findings(MDV, changes))
    assert codes == [f"STR-{number}" for number in numbers]


def test_a_faulty_request_does_not_disturb_the_others():
    requests = [a_request(MDV, number=number) for number in range(1, 5)]
    at(requests[1], f"{DOCTOR}/rpps", "10319084521")
    at(requests[2], "/pacs", "null")
    result = structures(MDV, requests=requests)
    assert [bool(item.findings) for item in result] == [False, True, True, False]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("client", "clients"), ("Clients", "clients"), ("pac", "pacs"), ("préstation", "prestation"),
     ("reference_fournisseur", "referenceFournisseur"), ("prestattion", "prestation")],
)  # fmt: skip
def test_a_misnamed_key_is_said_once_with_the_right_name(wrong, right):
    request = a_request(MDV)
    request[wrong] = request.pop(right)
    faults = structures(MDV, requests=[request])[0].findings
    assert [(fault.code, fault.expected) for fault in faults] == [("STR-003", right)]
    assert f"Vouliez-vous dire « {right} » ?" in plain(faults[0].advice)


def test_the_place_is_said_in_words():
    (fault,) = findings(MDV, {f"{CLIENT}/medecins/1/numeroAm": "751298366"})
    assert plain(fault.message) == (
        'Client n° 1 › Médecin n° 2 › Numéro d’AM (« numeroAm ») : "751298366" n’est pas un '
        "numéro d’AM valide ; la clé de contrôle (dernier chiffre) ne correspond pas : un chiffre "
        "est faux."
    )


def test_at_most_100_faults_are_shown():
    client = a_client(RIS, lines=200)
    for doctor in client["medecins"]:
        doctor["rpps"] = "x"
    faults = structures(RIS, requests=[a_request(RIS, clients=[client])])[0].findings
    assert len(faults) == 101
    assert faults[-1].code == "STR-090"


def test_a_refusal_that_nobody_can_explain_is_still_a_refusal(monkeypatch):
    monkeypatch.setattr(formats.Shape, "accepts", lambda self, value: False)
    (fault,) = structures(MDV, requests=[a_request(MDV)])[0].findings
    assert fault.code == "STR-099"


def test_findings_can_be_stored():
    """No NUL, no half character: PostgreSQL and UTF-8 refuse them."""
    reference = "a\x00\u202eb"
    for fault in findings(MDV, {"/a\x00b": 1, "/referenceFournisseur": reference}):
        text = orjson.dumps(fault.as_dict()).decode()
        assert "\\u0000" not in text.replace("\\\\u0000", "")
