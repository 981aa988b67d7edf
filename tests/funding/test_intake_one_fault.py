"""One wrong value in a valid request: the only finding it must give, and what it must advise."""

import pytest

from funding.intake import STRUCTURE_CODES
from segur_portal.common.identifiers import make_rpps
from tests.builders import SIRET, a_client, a_doctor, an_establishment
from tests.funding.intake_helpers import (
    BDC,
    CLIENT,
    DB,
    DELETED,
    DOCTOR,
    LEGAL,
    MDV,
    RIS,
    findings,
    plain,
)

# scheme, pointer, value, code, what is expected or advised
ONE_FAULT = [
    (MDV, "/prestation", DELETED, "STR-002", '"prestation": "…"'),
    (MDV, f"{BDC}/montantHT", DELETED, "STR-002", '"montantHT": …'),
    (MDV, "/pacs", DELETED, "STR-002", '"pacs": null'),
    (MDV, f"{CLIENT}/etablissements", DELETED, "STR-002", '"etablissements": []'),
    (MDV, f"{CLIENT}/siren", DELETED, "STR-002", '"siren": null'),
    (MDV, f"{CLIENT}/representantLegal", DELETED, "STR-002", '"representantLegal": { … }'),
    (MDV, "/commentaire", "x", "STR-003", "Ôtez"),
    (MDV, f"{DOCTOR}/a\x00b", 1, "STR-003", "Ôtez"),
    (MDV, "/clients", {}, "STR-004", "un bloc entre crochets [ … ]"),
    (MDV, "/bonDeCommande", [], "STR-004", "un objet entre accolades { … }"),
    (MDV, "/prestation", True, "STR-004", '"VAGUE_2" ou "VAGUE_1_ET_2"'),
    (MDV, f"{BDC}/montantHT", [], "STR-004", "un nombre"),
    (MDV, f"{BDC}/montantHT", True, "STR-004", "un nombre"),
    (MDV, f"{CLIENT}/representantLegal/mail", {}, "STR-004", "adresse électronique"),
    (MDV, f"{CLIENT}/miseAJourVague1AFraisPropres", "vrai", "STR-005", "true"),
    (MDV, f"{CLIENT}/miseAJourVague1AFraisPropres", "faux", "STR-005", "false"),
    (MDV, f"{CLIENT}/miseAJourVague1AFraisPropres", "true", "STR-005", "true"),
    (MDV, f"{CLIENT}/miseAJourVague1AFraisPropres", "True", "STR-005", "true"),
    (MDV, f"{CLIENT}/miseAJourVague1AFraisPropres", "FALSE", "STR-005", "false"),
    (MDV, f"{CLIENT}/miseAJourVague1AFraisPropres", 1, "STR-005", "true"),
    (RIS, f"{CLIENT}/miseAJourVague1AFraisPropres", "Non", "STR-005", "false"),
    (MDV, "/pacs", "null", "STR-006", "null"),
    (MDV, "/pacs", "Null", "STR-006", "null"),
    (MDV, "/pacs", "NULL", "STR-006", "null"),
    (MDV, "/pacs", "None", "STR-006", "null"),
    (MDV, "/pacs", "", "STR-006", "null"),
    (MDV, f"{CLIENT}/siren", "null", "STR-006", "null"),
    (MDV, f"{CLIENT}/siren", "", "STR-006", "null"),
    (MDV, f"{DOCTOR}/activite", "null", "STR-006", "null"),
    (MDV, f"{BDC}/montantHT", "1250.50", "STR-007", "1250.50"),
    (MDV, f"{BDC}/montantHT", "1 250,5 €", "STR-007", "1250.5"),
    (MDV, f"{BDC}/montantHT", "douze", "STR-007", "1250.50"),
    (MDV, f"{DOCTOR}/rpps", int(make_rpps(1)), "STR-008", f'"{make_rpps(1)}"'),
    (MDV, f"{DOCTOR}/numeroAm", 21047295, "STR-008", '"021047295"'),
    (MDV, f"{DOCTOR}/numeroAm", 21047295.0, "STR-008", '"021047295"'),
    (MDV, f"{CLIENT}/siren", 123, "STR-008", '"000000123"'),
    (MDV, f"{LEGAL}/telephone", 199001234, "STR-008", '"0199001234"'),
    (MDV, f"{BDC}/numero", 12, "STR-008", '"12"'),
    (MDV, "/prestation", None, "STR-009", "VAGUE_1_ET_2"),
    (MDV, f"{DOCTOR}/rpps", None, "STR-009", "11 chiffres"),
    (MDV, f"{CLIENT}/aidesMinimis", None, "STR-009", "bloc"),
    (MDV, f"{CLIENT}/miseAJourVague1AFraisPropres", None, "STR-009", "true ou false"),
    (RIS, f"{CLIENT}/siren", None, "STR-009", "9 chiffres"),
    (DB, "/pacs", None, "STR-009", "objet"),
    (MDV, "/pacs", {"nom": "A", "identifiant": "1"}, "STR-010", "null"),
    (MDV, f"{DOCTOR}/activite", "RADIOLOGIE", "STR-010", "null"),
    (DB, f"{CLIENT}/miseAJourVague1AFraisPropres", False, "STR-010", "null"),
    (MDV, f"{BDC}/numero", "", "STR-011", "BC-2026-0001"),
    (MDV, f"{BDC}/numero", "  ", "STR-011", "BC-2026-0001"),
    (RIS, f"{CLIENT}/siren", "", "STR-011", "9 chiffres"),
    (MDV, f"{LEGAL}/mail", "", "STR-011", "contact@cabinet.example"),
    (MDV, f"{BDC}/dateSignature", "", "STR-011", "2026-03-31"),
    (MDV, f"{CLIENT}/nomStructure", "é" * 151, "STR-012", "150"),
    (MDV, f"{LEGAL}/mail", f"{'a' * 250}@b.fr", "STR-012", "254"),
    (MDV, f"{CLIENT}/nomStructure", " Cabinet", "STR-013", '"Cabinet"'),
    (MDV, f"{CLIENT}/nomStructure", "Cabinet\u00a0", "STR-013", '"Cabinet"'),
    (MDV, f"{CLIENT}/nomStructure", "Cabinet\n", "STR-013", '"Cabinet"'),
    (MDV, f"{CLIENT}/nomStructure", "\ufeffCabinet", "STR-013", '"Cabinet"'),
    (MDV, f"{CLIENT}/nomStructure", "Cab\x00inet", "STR-014", '"Cabinet"'),
    (MDV, f"{CLIENT}/nomStructure", "Cab\tinet", "STR-014", '"Cabinet"'),
    (MDV, "/prestation", "VAGUE_3", "STR-015", "VAGUE_1_ET_2"),
    (MDV, "/prestation", "vague 2", "STR-015", 'dire "VAGUE_2"'),
    (DB, "/prestation", "VAGUE_1_ET_2", "STR-015", "NOUVELLE_ACQUISITION"),
    (RIS, f"{DOCTOR}/activite", "MIXTE", "STR-015", "MEDECINE_NUCLEAIRE"),
    (RIS, f"{DOCTOR}/situation2023", "présent", "STR-015", 'dire "PRESENT"'),
    (MDV, f"{BDC}/typeSignature", "électronique", "STR-015", 'dire "ELECTRONIQUE"'),
    (MDV, f"{BDC}/dateSignature", "31/03/2026", "STR-016", '"2026-03-31"'),
    (MDV, f"{BDC}/dateSignature", "2026-3-1", "STR-016", '"2026-03-01"'),
    (MDV, f"{BDC}/dateSignature", "20260331", "STR-016", '"2026-03-31"'),
    (MDV, f"{BDC}/dateSignature", "2026-03-31T10:00:00Z", "STR-016", '"2026-03-31"'),
    (MDV, f"{BDC}/dateSignature", "2026-02-30", "STR-016", "n’existe pas"),
    (MDV, f"{BDC}/dateSignature", "2025-02-29", "STR-016", "n’existe pas"),
    (MDV, f"{BDC}/dateSignature", "1026-03-31", "STR-016", "entre 1900 et 2099"),
    (MDV, f"{BDC}/dateSignature", "mars", "STR-016", "AAAA-MM-JJ"),
    (MDV, f"{BDC}/montantHT", -0.01, "STR-017", "positif ou nul"),
    (MDV, f"{BDC}/montantHT", 1e300, "STR-017", "999 999 999,99"),
    (MDV, f"{CLIENT}/aidesMinimis/0/montant", 0, "STR-017", "supérieur à 0"),
    (MDV, f"{BDC}/montantHT", 10.005, "STR-018", "10.01"),
    (MDV, f"{CLIENT}/aidesMinimis/0/montant", 0.001, "STR-018", "0.00"),
    (MDV, f"{CLIENT}/siren", "915881396", "STR-020", "clé de contrôle"),
    (MDV, f"{CLIENT}/siren", "915 881 395", "STR-020", 'Écrivez "915881395"'),
    (MDV, f"{CLIENT}/siren", "000000000", "STR-020", "zéros"),
    (MDV, f"{CLIENT}/siren", SIRET, "STR-020", "SIRET"),
    (RIS, f"{DOCTOR}/rpps", "8" + make_rpps(1), "STR-021", f'Écrivez "{make_rpps(1)}"'),
    (RIS, f"{DOCTOR}/rpps", "10319084521", "STR-021", "clé"),
    (MDV, f"{DOCTOR}/numeroAm", "75.129836-5", "STR-022", 'Écrivez "751298365"'),
    (MDV, f"{DOCTOR}/numeroAm", "751298366", "STR-022", "clé"),
    (RIS, f"{CLIENT}/etablissements/0/finessGeographique", "2c2671473", "STR-023", "2A et 2B"),
    (RIS, f"{CLIENT}/etablissements/0/finessGeographique", "2a2671473", "STR-023", '"2A2671473"'),
    (RIS, f"{CLIENT}/etablissements/0/finessGeographique", "756804570", "STR-023", "clé"),
    (MDV, f"{LEGAL}/telephone", "01 99 00 12", "STR-024", "+33"),
    (MDV, f"{LEGAL}/telephone", "01 99 00 12 34 poste 5", "STR-024", "sans poste"),
    (MDV, f"{LEGAL}/mail", "a@b", "STR-025", "incomplet"),
    (MDV, f"{LEGAL}/mail", "a b@c.fr", "STR-025", "espace"),
    (MDV, f"{LEGAL}/mail", "a@b.fr;c@d.fr", "STR-025", "exactement un"),
    (MDV, f"{LEGAL}/mail", "hélène@c.fr", "STR-025", "accent"),
    (MDV, f"{LEGAL}/mail", "a..b@c.fr", "STR-025", "mal placé"),
    (MDV, f"{BDC}/nomFichier", "BDC_autre.pdf", "STR-027", '"BDC_REF-0001.pdf"'),
    (MDV, f"{BDC}/nomFichier", "bdc_REF-0001.PDF", "STR-027", "BDC_"),
    (MDV, "/clients", [], "STR-031", "pour 1 au moins"),
    (MDV, "/clients", [a_client(MDV), a_client(MDV)], "STR-032", "pour 1 au plus"),
    (MDV, f"{CLIENT}/medecins", [], "STR-031", "pour 1 au moins"),
    (MDV, f"{CLIENT}/medecins", [a_doctor(MDV)] * 6, "STR-032", "5 au plus"),
    (MDV, f"{CLIENT}/etablissements", [an_establishment(MDV)], "STR-030", "[]"),
    (RIS, "/clients", [a_client(RIS)] * 51, "STR-032", "50 au plus"),
    (MDV, f"{CLIENT}/aidesMinimis", [], "STR-033", "false"),
    (RIS, f"{CLIENT}/aidesMinimis", [], "STR-033", "false"),
    (MDV, f"{DOCTOR}/rpps", make_rpps(5), "STR-036", make_rpps(5)),
]  # fmt: skip


def case_name(case):
    scheme, pointer, value, code, _ = case
    return f"{code} {scheme} {pointer!r} {str(value)[:20]!r}"


@pytest.mark.parametrize("case", ONE_FAULT, ids=case_name)
def test_one_fault(case):
    scheme, pointer, value, code, said = case
    (finding,) = findings(scheme, {pointer: value})
    assert finding.code == code
    assert said in plain(f"{finding.expected} {finding.advice} {finding.message}")
    assert (finding.index, finding.reference) == (1, "REF-0001")
    if code not in ("STR-003", "STR-036"):
        assert finding.pointer == pointer


def test_every_structure_code_has_a_case():
    """The others are in `test_intake_structure.py`."""
    cases = {code for *_, code, _ in ONE_FAULT}
    others = {"STR-001", "STR-026", "STR-034", "STR-035", "STR-037", "STR-090", "STR-099"}
    assert cases | others == set(STRUCTURE_CODES)
