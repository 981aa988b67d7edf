"""ELI rules: who may receive the service, as a table of cases without a database."""

from datetime import date
from typing import Any

import pytest

from funding.rules.catalogue import CATALOGUE
from orders.rules.facts import BaseRow, Client, EligibilityFacts
from segur_portal.common.enums import Service
from tests.orders.facts import (
    AM,
    DB,
    FINESS,
    MDV,
    NUCLEAR,
    OTHER_AM,
    OTHER_RPPS,
    OTHER_SIREN,
    RIS,
    RPPS,
    SIREN,
    base,
    changed,
    client,
    doctor,
    establishment,
    order,
    row,
    without,
)
from tests.rule_cases import Broken, Case, assert_case, breaks, holds

Rows = dict[tuple[str, str], BaseRow]
TOWN_DOCTOR = client(doctor(activity=None, situation=None), kind="MEDECIN")
TWO_AM_NUMBERS = client(
    doctor(activity=None, situation=None),
    doctor(am=OTHER_AM, activity=None, situation=None),
    kind="MEDECIN",
)
MSP = client(establishment(activity=None), kind="MSP", name="MSP des Halles")
CDS = client(establishment(activity=None), kind="CDS", name="CDS Jean-Jaurès")
PRACTICE = client(doctor(), establishment())
HOSPITAL = client(establishment(), kind="ETABLISSEMENT", name="CH de la Côte")

TOWN = base(
    row("SIREN", SIREN),
    row("RPPS", RPPS, is_liberal=True, specialty="Médecine générale", structure_type="MEDECIN"),
    row("AM", AM, rpps=RPPS),
    row("AM", OTHER_AM, rpps=RPPS),
    row("FINESS", FINESS, siren=SIREN, structure_type="MSP", is_liberal=True, doctor_count=1),
)
CENTRE = changed(
    TOWN, "FINESS", FINESS, structure_type="CDS_MEDICAL", is_liberal=False, doctor_count=1
)
IMAGING = base(
    row("SIREN", SIREN, structure_type="CABINET"),
    row("RPPS", RPPS, specialty="Radiodiagnostic et imagerie médicale"),
    row("AM", AM, rpps=RPPS),
    row("FINESS", FINESS, siren=SIREN),
)
D0, E0 = "/clients/0/medecins/0", "/clients/0/etablissements/0"


def town(item: Client, rows: Rows, **fields: Any) -> EligibilityFacts:
    """An MDV order for one client."""
    return EligibilityFacts(order(item, scheme=MDV, **fields), rows)


def imaging(*items: Client, rows: Rows = IMAGING, **fields: Any) -> EligibilityFacts:
    """A RIS order for these clients."""
    return EligibilityFacts(order(*items, scheme=RIS, **fields), rows)


def wave_1(*items: Client, rows: Rows = IMAGING, scheme: str = RIS) -> EligibilityFacts:
    """An order of the service Vague 1 + Vague 2."""
    return EligibilityFacts(order(*items, scheme=scheme, service=Service.WAVE_1_AND_2.value), rows)


HAD = {"had_wave_1": True}

CASES: list[Case] = [
    holds("ELI-001", "MDV doctor", town(TOWN_DOCTOR, TOWN)),
    holds("ELI-001", "MDV structure", town(MSP, TOWN)),
    holds("ELI-001", "imaging", imaging(PRACTICE)),
    holds(
        "ELI-001",
        "MDV doctor without a SIREN",
        town(client(doctor(), kind="MEDECIN", siren=None), without(TOWN, ("SIREN", SIREN))),
    ),
    breaks(
        "ELI-001",
        "the SIREN a doctor gives is looked for",
        town(TOWN_DOCTOR, without(TOWN, ("SIREN", SIREN))),
        Broken("/clients/0/siren", "Le numéro SIREN", SIREN, "Cabinet du Port"),
    ),
    breaks(
        "ELI-001",
        "each identifier at its own place",
        imaging(PRACTICE, rows={}),
        Broken("/clients/0/siren", "Le numéro SIREN"),
        Broken(f"{E0}/finessGeographique", "Le numéro FINESS géographique", FINESS, "Site Nord"),
        Broken(f"{D0}/rpps", "Le numéro RPPS", RPPS, "Ada Martin"),
        Broken(f"{D0}/numeroAm", "Le numéro d’AM", AM, "Ada Martin"),
    ),
    breaks(
        "ELI-001",
        "the second doctor of the second client",
        imaging(PRACTICE, client(doctor(), doctor(rpps=OTHER_RPPS))),
        Broken("/clients/1/medecins/1/rpps", OTHER_RPPS),
    ),
    breaks(
        "ELI-001",
        "an RPPS repeated on each line is told once",
        town(TWO_AM_NUMBERS, without(TOWN, ("RPPS", RPPS))),
        Broken(f"{D0}/rpps"),
    ),
    breaks(
        "ELI-001",
        "a FINESS written as AM number",
        imaging(client(doctor(am=FINESS))),
        Broken(f"{D0}/numeroAm", "est le numéro FINESS d’un établissement", "etablissements"),
    ),
    holds("ELI-002", "liberal by the RPPS", town(TOWN_DOCTOR, TOWN)),
    holds(
        "ELI-002",
        "liberal by one AM number",
        town(
            TWO_AM_NUMBERS,
            changed(changed(TOWN, "RPPS", RPPS, is_liberal=False), "AM", OTHER_AM, is_liberal=True),
        ),
    ),
    holds(
        "ELI-002",
        "specialty not given",
        town(TOWN_DOCTOR, changed(TOWN, "RPPS", RPPS, specialty="")),
    ),
    holds("ELI-002", "unknown RPPS is ELI-001's", town(TOWN_DOCTOR, {})),
    breaks(
        "ELI-002",
        "no liberal activity",
        town(TWO_AM_NUMBERS, changed(TOWN, "RPPS", RPPS, is_liberal=False)),
        Broken(f"{D0}/rpps", "aucune activité libérale", "Ada Martin"),
    ),
    *(
        breaks(
            "ELI-002",
            f"excluded: {specialty}",
            town(TOWN_DOCTOR, changed(TOWN, "RPPS", RPPS, specialty=specialty)),
            Broken(f"{D0}/rpps", "spécialité exclue", specialty),
        )
        for specialty in (
            "Biologie médicale",
            "BIOLOGIE MEDICALE",
            "Radiodiagnostic et imagerie médicale",
            "radio-diagnostic et imagerie medicale",
            "Radiologie",
            "Médecine nucléaire",
            "medecine nucleaire",
        )
    ),
    holds("ELI-003", "an MSP with one liberal doctor", town(MSP, TOWN)),
    holds("ELI-003", "a medical centre with one doctor", town(CDS, CENTRE)),
    holds(
        "ELI-003",
        "a multi-purpose centre",
        town(CDS, changed(CENTRE, "FINESS", FINESS, structure_type="CDS_POLYVALENT")),
    ),
    holds("ELI-003", "unknown FINESS is ELI-001's", town(MSP, {})),
    breaks(
        "ELI-003",
        "an MSP without a doctor",
        town(MSP, changed(TOWN, "FINESS", FINESS, doctor_count=0)),
        Broken(f"{E0}/finessGeographique", "au moins un médecin libéral", "0 médecin"),
    ),
    breaks(
        "ELI-003",
        "an MSP whose doctors are salaried",
        town(MSP, changed(TOWN, "FINESS", FINESS, is_liberal=False)),
        Broken(f"{E0}/finessGeographique", "au moins un médecin libéral"),
    ),
    breaks(
        "ELI-003",
        "a centre without a doctor",
        town(CDS, changed(CENTRE, "FINESS", FINESS, doctor_count=0)),
        Broken(f"{E0}/finessGeographique", "au moins un médecin salarié"),
    ),
    *(
        breaks(
            "ELI-003",
            f"another corridor: {kind}",
            town(CDS, changed(CENTRE, "FINESS", FINESS, structure_type=kind)),
            Broken(f"{E0}/finessGeographique", label, "polyvalent ou médical", "autre couloir"),
        )
        for kind, label in (
            ("CDS_INFIRMIER", "centre de santé infirmier"),
            ("CDS_DENTAIRE", "centre de santé dentaire"),
            ("MSP", "(MSP)"),
            ("AUTRE", "type inconnu"),
        )
    ),
    breaks(
        "ELI-003",
        "a centre declared as MSP",
        town(MSP, CENTRE),
        Broken(f"{E0}/finessGeographique", "centre de santé médical", "une MSP"),
    ),
    holds("ELI-004", "a practice and its radiologist", imaging(PRACTICE)),
    holds(
        "ELI-004",
        "a nuclear-medicine doctor",
        imaging(PRACTICE, rows=changed(IMAGING, "RPPS", RPPS, specialty="MÉDECINE NUCLÉAIRE")),
    ),
    holds(
        "ELI-004",
        "a hospital",
        imaging(HOSPITAL, rows=changed(IMAGING, "SIREN", SIREN, structure_type="ETABLISSEMENT")),
    ),
    holds(
        "ELI-004",
        "specialty not given",
        imaging(PRACTICE, rows=changed(IMAGING, "RPPS", RPPS, specialty="")),
    ),
    holds(
        "ELI-004",
        "type not given",
        imaging(PRACTICE, rows=changed(IMAGING, "SIREN", SIREN, structure_type="")),
    ),
    breaks(
        "ELI-004",
        "a practice declared as an establishment",
        imaging(HOSPITAL),
        Broken("/clients/0/typeClient", "celui d’un cabinet", "Écrivez CABINET"),
    ),
    breaks(
        "ELI-004",
        "a hospital declared as a practice",
        imaging(PRACTICE, rows=changed(IMAGING, "SIREN", SIREN, structure_type="ETABLISSEMENT")),
        Broken("/clients/0/typeClient", "celui d’un établissement", "Écrivez ETABLISSEMENT"),
    ),
    breaks(
        "ELI-004",
        "an establishment by its own word only",
        imaging(HOSPITAL, rows=changed(IMAGING, "SIREN", SIREN, structure_type="")),
        Broken("/clients/0/typeClient", "ne dit pas que CH de la Côte est un établissement"),
    ),
    holds("ELI-004", "unknown identifiers are ELI-001's", imaging(PRACTICE, rows={})),
    breaks(
        "ELI-004", "no SIREN", imaging(client(doctor(), siren=None)), Broken("/clients/0/siren")
    ),
    breaks(
        "ELI-004",
        "the SIREN of a natural person",
        imaging(PRACTICE, rows=changed(IMAGING, "SIREN", SIREN, structure_type="MEDECIN")),
        Broken("/clients/0/siren", "établissement de santé ou un cabinet"),
    ),
    breaks(
        "ELI-004",
        "another specialty, told once for two AM numbers",
        imaging(
            client(doctor(), doctor(am=OTHER_AM)),
            rows=changed(IMAGING, "RPPS", RPPS, specialty="Cardiologie"),
        ),
        Broken(f"{D0}/rpps", "ni radiologue ni médecin nucléaire", "Cardiologie"),
    ),
    holds("ELI-005", "never had a Vague 1", wave_1(PRACTICE)),
    holds(
        "ELI-005",
        "Vague 2 alone asks nothing",
        imaging(
            client(doctor(), paid_wave_1=True), rows=changed(IMAGING, "AM", AM, had_wave_1=True)
        ),
    ),
    breaks(
        "ELI-005",
        "paid by the client itself",
        wave_1(client(doctor(), paid_wave_1=True)),
        Broken("/clients/0/miseAJourVague1AFraisPropres", "à ses frais", "« Vague 2 »"),
    ),
    breaks(
        "ELI-005",
        "RIS: one AM number of radiology of one client is enough",
        wave_1(
            client(establishment()),
            client(doctor(), siren=OTHER_SIREN),
            rows=changed(IMAGING, "AM", AM, had_wave_1=True),
        ),
        Broken("/clients/1/medecins/0/numeroAm", AM, "Vague 1"),
    ),
    breaks(
        "ELI-005",
        "RIS: one FINESS of radiology",
        wave_1(PRACTICE, rows=changed(IMAGING, "FINESS", FINESS, had_wave_1=True)),
        Broken(f"{E0}/finessGeographique", FINESS),
    ),
    breaks(
        "ELI-005",
        "RIS: a mixed FINESS has radiology",
        wave_1(
            client(establishment(activity="MIXTE")),
            rows=changed(IMAGING, "FINESS", FINESS, had_wave_1=True),
        ),
        Broken(f"{E0}/finessGeographique"),
    ),
    holds(
        "ELI-005",
        "RIS: nuclear medicine does not count",
        wave_1(
            client(establishment(activity=NUCLEAR), doctor(activity=NUCLEAR)),
            rows=changed(changed(IMAGING, "FINESS", FINESS, **HAD), "AM", AM, **HAD),
        ),
    ),
    holds(
        "ELI-005",
        "RIS: neither the RPPS nor the SIREN counts",
        wave_1(
            PRACTICE, rows=changed(changed(IMAGING, "RPPS", RPPS, **HAD), "SIREN", SIREN, **HAD)
        ),
    ),
    breaks(
        "ELI-005",
        "MDV doctor, by the RPPS, told once",
        wave_1(TWO_AM_NUMBERS, rows=changed(TOWN, "RPPS", RPPS, **HAD), scheme=MDV),
        Broken(f"{D0}/rpps", RPPS),
    ),
    breaks(
        "ELI-005",
        "MDV doctor, by an AM number",
        wave_1(TWO_AM_NUMBERS, rows=changed(TOWN, "AM", OTHER_AM, **HAD), scheme=MDV),
        Broken("/clients/0/medecins/1/numeroAm", OTHER_AM),
    ),
    breaks(
        "ELI-005",
        "MDV structure",
        wave_1(MSP, rows=changed(TOWN, "FINESS", FINESS, **HAD), scheme=MDV),
        Broken(f"{E0}/finessGeographique"),
    ),
    holds(
        "ELI-005",
        "MDV: a SIREN is shared by several structures",
        wave_1(MSP, rows=changed(TOWN, "SIREN", SIREN, **HAD), scheme=MDV),
    ),
    holds("ELI-006", "couples of the base", imaging(PRACTICE)),
    holds(
        "ELI-006",
        "couples the base does not give",
        imaging(
            PRACTICE, rows=changed(changed(IMAGING, "AM", AM, rpps=""), "FINESS", FINESS, siren="")
        ),
    ),
    holds("ELI-006", "unknown identifiers are ELI-001's", imaging(PRACTICE, rows={})),
    holds(
        "ELI-006",
        "no SIREN to compare",
        town(client(establishment(), kind="CDS", siren=None), TOWN),
    ),
    breaks(
        "ELI-006",
        "FINESS of another SIREN",
        imaging(PRACTICE, rows=changed(IMAGING, "FINESS", FINESS, siren=OTHER_SIREN)),
        Broken(f"{E0}/finessGeographique", FINESS, SIREN, f"la base indique SIREN {OTHER_SIREN}"),
    ),
    breaks(
        "ELI-006",
        "AM number of another RPPS",
        imaging(PRACTICE, rows=changed(IMAGING, "AM", AM, rpps=OTHER_RPPS)),
        Broken(f"{D0}/numeroAm", AM, RPPS),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_eligibility(case: Case) -> None:
    """Each rule is broken exactly where, and as, the table says."""
    assert_case(case)


def test_whose_am_number_it_is_is_not_told() -> None:
    """A finding on a couple does not reveal the RPPS that the base attaches to an AM number."""
    case = next(case for case in CASES if case.name == "AM number of another RPPS")
    (finding,) = CATALOGUE[case.code].findings(case.facts)
    assert OTHER_RPPS not in f"{finding.message} {finding.advice} {finding.expected}"


def test_what_an_order_looks_up_in_the_base() -> None:
    """Each identifier once, and its AM numbers as FINESS, to recognise a mistake."""
    wanted = order(client(doctor(), doctor(am=OTHER_AM), establishment()), client(doctor()))
    assert wanted.lookups() == [
        ("SIREN", SIREN),
        ("FINESS", FINESS),
        ("RPPS", RPPS),
        ("AM", AM),
        ("AM", OTHER_AM),
        ("FINESS", AM),
        ("FINESS", OTHER_AM),
    ]


def test_drimbox_and_ris_share_the_rules_of_imaging() -> None:
    """ELI-004 speaks of imaging only, ELI-002 and 003 of town doctors only."""

    def applies(code: str, scheme: str) -> bool:
        return CATALOGUE[code].applies(scheme=scheme, kind="AVANCE", on=date(2026, 9, 1))

    assert [applies("ELI-004", scheme) for scheme in (MDV, RIS, DB)] == [False, True, True]
    assert [applies("ELI-002", scheme) for scheme in (MDV, RIS, DB)] == [True, False, False]
    assert [applies("ELI-003", scheme) for scheme in (MDV, RIS, DB)] == [True, False, False]
    assert [applies("ELI-005", scheme) for scheme in (MDV, RIS, DB)] == [True, True, False]
    assert not CATALOGUE["ELI-001"].applies(scheme=RIS, kind="SOLDE", on=date(2026, 9, 1))
