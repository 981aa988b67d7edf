"""UNI rules: what orders claim, and what is said of a conflict, without a database."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.rules.catalogue import CATALOGUE
from orders import enums
from orders.rules import words
from orders.rules.claims import normalised
from orders.rules.facts import Client, Holder, OrderFacts, UniquenessFacts, WantedClaim
from orders.rules.uniqueness import RULE_OF_CLAIM, wanted_claims
from tests.orders.facts import (
    AM,
    DB,
    FINESS,
    MDV,
    MIXED,
    NUCLEAR,
    OTHER_AM,
    OTHER_FINESS,
    OTHER_SIREN,
    RADIOLOGY,
    RIS,
    RPPS,
    SIREN,
    client,
    doctor,
    establishment,
    order,
)
from tests.rule_cases import Broken, Case, assert_case, breaks, holds

OWN = Holder(is_own=True, request_number="AV-2026-000123")
OTHER = Holder(is_own=False)
E0, D0 = "/clients/0/etablissements/0/finessGeographique", "/clients/0/medecins/0/numeroAm"

TOWN_DOCTOR = order(
    client(doctor(activity=None), doctor(am=OTHER_AM, activity=None), kind="MEDECIN"), scheme=MDV
)
MSP = order(client(establishment(activity=None), kind="MSP"), scheme=MDV)
DRIMBOX = order(client(establishment(), doctor()), scheme=DB, pacs_identifier="PACS Nord-01")


def ris(*lines: Any, solution: str = "Clario RIS", siren: str = SIREN) -> OrderFacts:
    """A RIS order of one client with these lines."""
    return order(client(*lines, siren=siren), scheme=RIS, solution_name=solution)


RADIO_ORDER = ris(establishment(), doctor())
NUCLEAR_ORDER = ris(establishment(activity=NUCLEAR), doctor(am=OTHER_AM, activity=NUCLEAR))
MIXED_ORDER = ris(establishment(activity=MIXED))


def facing(
    wanted: OrderFacts, *keys: tuple[str, str, str], holder: Holder = OTHER, **fields: Any
) -> UniquenessFacts:
    """An order whose listed keys are held."""
    held = dict.fromkeys(keys, holder)
    return UniquenessFacts(wanted.scheme, wanted_claims(wanted), held=held, **fields)


def against(wanted: OrderFacts, live: OrderFacts, holder: Holder = OTHER) -> UniquenessFacts:
    """An order against everything that a live order holds."""
    return facing(wanted, *(claim.key for claim in wanted_claims(live)), holder=holder)


def in_file(wanted: OrderFacts, earlier: OrderFacts, index: int = 3) -> UniquenessFacts:
    """An order after another one of the same file."""
    taken = {claim.key: index for claim in wanted_claims(earlier)}
    return UniquenessFacts(wanted.scheme, wanted_claims(wanted), in_file=taken)


def alone(wanted: OrderFacts, **fields: Any) -> UniquenessFacts:
    """An order that nothing meets."""
    return UniquenessFacts(wanted.scheme, wanted_claims(wanted), **fields)


SITE = establishment(activity=NUCLEAR)
CASES: list[Case] = [
    holds("UNI-001", "free", alone(TOWN_DOCTOR)),
    breaks(
        "UNI-001",
        "the doctor has another supplier's order",
        against(TOWN_DOCTOR, TOWN_DOCTOR),
        Broken(
            "/clients/0/medecins/0/rpps",
            f"Le numéro RPPS {RPPS} est déjà retenu par une autre commande de ce dispositif.",
            "contestez",
        ),
    ),
    breaks(
        "UNI-001",
        "the structure has an own order, named",
        against(MSP, MSP, OWN),
        Broken(E0, FINESS, "votre dossier AV-2026-000123", "annulation"),
    ),
    breaks(
        "UNI-001",
        "own order without a number",
        against(MSP, MSP, Holder(is_own=True)),
        Broken(E0, "l’un des vôtres"),
    ),
    holds(
        "UNI-001",
        "the AM numbers of a town doctor are not claimed",
        facing(TOWN_DOCTOR, ("AM", AM, "")),
    ),
    holds(
        "UNI-002", "another SIREN", against(RADIO_ORDER, ris(establishment(), siren=OTHER_SIREN))
    ),
    holds(
        "UNI-002",
        "radiology and nuclear medicine with different RIS",
        against(NUCLEAR_ORDER, ris(establishment(), solution="Iris")),
    ),
    breaks(
        "UNI-002",
        "the same activity, whatever the solution",
        against(RADIO_ORDER, ris(doctor(am=OTHER_AM), solution="Iris")),
        Broken("/clients/0/siren", SIREN, "une autre commande de ce dispositif pour la radiologie"),
    ),
    breaks(
        "UNI-002",
        "the other activity with the same RIS",
        against(NUCLEAR_ORDER, RADIO_ORDER),
        Broken("/clients/0/siren", SIREN, "avec la même solution", "RIS différents"),
    ),
    breaks(
        "UNI-002",
        "the same RIS written otherwise",
        against(NUCLEAR_ORDER, ris(establishment(), solution="CLARIO  ris")),
        Broken("/clients/0/siren", "avec la même solution"),
    ),
    breaks(
        "UNI-002",
        "a mixed order meets a radiology order",
        against(MIXED_ORDER, ris(establishment(), solution="Iris")),
        Broken("/clients/0/siren", "pour la radiologie"),
    ),
    breaks(
        "UNI-002",
        "a nuclear order meets a mixed one",
        against(NUCLEAR_ORDER, ris(establishment(activity=MIXED), solution="Iris")),
        Broken("/clients/0/siren", "pour la médecine nucléaire"),
    ),
    breaks(
        "UNI-002",
        "a mixed order against one order is told once",
        against(MIXED_ORDER, MIXED_ORDER, OWN),
        Broken("/clients/0/siren", "votre dossier"),
    ),
    breaks(
        "UNI-002",
        "a mixed order meets two orders: both are told",
        UniquenessFacts(
            RIS,
            wanted_claims(MIXED_ORDER),
            held={("SIREN", SIREN, "radiology"): OWN, ("SIREN", SIREN, "nuclear"): OTHER},
        ),
        Broken("/clients/0/siren", "votre dossier", "radiologie"),
        Broken("/clients/0/siren", "une autre commande", "nucléaire"),
    ),
    holds("UNI-003", "free", alone(RADIO_ORDER)),
    breaks(
        "UNI-003",
        "an AM number, even for the other activity and another RIS",
        against(ris(doctor(activity=NUCLEAR)), ris(doctor(), solution="Iris")),
        Broken(D0, f"Le numéro d’AM {AM}"),
    ),
    holds(
        "UNI-004",
        "two RIS on one site",
        against(NUCLEAR_ORDER, ris(establishment(), solution="Iris")),
    ),
    breaks(
        "UNI-004",
        "the same activity of the site",
        against(RADIO_ORDER, ris(establishment(), solution="Iris", siren=OTHER_SIREN)),
        Broken(E0, FINESS, "pour la radiologie"),
    ),
    breaks(
        "UNI-004",
        "the other activity of the site with the same RIS",
        against(NUCLEAR_ORDER, ris(establishment(), siren=OTHER_SIREN)),
        Broken(E0, FINESS, "avec la même solution"),
    ),
    holds("UNI-005", "free", alone(DRIMBOX)),
    holds("UNI-006", "free", alone(DRIMBOX)),
    holds("UNI-007", "free", alone(DRIMBOX)),
    holds("UNI-008", "free", alone(DRIMBOX)),
    breaks(
        "UNI-005",
        "even for the other activity",
        against(DRIMBOX, order(client(SITE), scheme=DB, pacs_identifier="autre")),
        Broken("/clients/0/siren", SIREN),
    ),
    breaks("UNI-006", "an AM number", facing(DRIMBOX, ("AM", AM, "")), Broken(D0, AM)),
    breaks("UNI-007", "a FINESS", facing(DRIMBOX, ("FINESS", FINESS, "")), Broken(E0, FINESS)),
    breaks(
        "UNI-008",
        "one PACS, whatever the case and blanks",
        against(
            DRIMBOX,
            order(client(doctor(), siren=OTHER_SIREN), scheme=DB, pacs_identifier="pacs NORD-01"),
        ),
        Broken("/pacs/identifiant", "L’identifiant du PACS pacsnord-01"),
    ),
    holds("UNI-009", "alone", alone(RADIO_ORDER)),
    holds("UNI-009", "held by a live order is another rule", against(RADIO_ORDER, RADIO_ORDER)),
    holds(
        "UNI-009",
        "radiology then nuclear medicine, two RIS",
        in_file(NUCLEAR_ORDER, ris(establishment(), solution="Iris")),
    ),
    holds("UNI-009", "one doctor, two AM numbers", alone(TOWN_DOCTOR)),
    holds(
        "UNI-009",
        "one SIREN for mixed lines",
        alone(ris(establishment(), doctor(activity=NUCLEAR))),
    ),
    breaks(
        "UNI-009",
        "the doctor of an earlier request",
        in_file(TOWN_DOCTOR, TOWN_DOCTOR),
        Broken("/clients/0/medecins/0/rpps", RPPS, "la demande n° 3 de ce fichier"),
    ),
    breaks(
        "UNI-009",
        "each key of an earlier request, once",
        in_file(MIXED_ORDER, MIXED_ORDER, index=1),
        Broken("/clients/0/siren", "la demande n° 1"),
        Broken(E0, "la demande n° 1"),
    ),
    breaks(
        "UNI-009",
        "the reference of an earlier request",
        alone(RADIO_ORDER, reference="CMD-7", repeated_reference=12),
        Broken("/referenceFournisseur", "CMD-7", "la demande n° 12"),
    ),
    breaks(
        "UNI-009",
        "a balance's reference twice",
        UniquenessFacts(RIS, (), reference="CMD-7", repeated_reference=1),
        Broken("/referenceFournisseur", "CMD-7"),
    ),
    breaks(
        "UNI-009",
        "an AM number twice in one order",
        alone(ris(doctor(), doctor(activity=NUCLEAR))),
        Broken("/clients/0/medecins/1/numeroAm", AM, "client n° 1, médecin n° 1", "« MIXTE »"),
    ),
    breaks(
        "UNI-009",
        "a FINESS twice in one order, radiology and nuclear medicine",
        alone(ris(establishment(), SITE)),
        Broken("/clients/0/etablissements/1/finessGeographique", "établissement n° 1"),
    ),
    breaks(
        "UNI-009",
        "a SIREN twice in one order",
        alone(order(client(establishment()), client(establishment(OTHER_FINESS)))),
        Broken("/clients/1/siren", SIREN, "(client n° 1)"),
    ),
    breaks(
        "UNI-009",
        "a town doctor's line twice",
        alone(order(client(doctor(), doctor(), kind="MEDECIN"), scheme=MDV)),
        Broken("/clients/0/medecins/1/rpps", "client n° 1, médecin n° 1"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_uniqueness(case: Case) -> None:
    """Each rule is broken exactly where, and as, the table says."""
    assert_case(case)


def keys(wanted: OrderFacts) -> set[tuple[str, str, str]]:
    """The keys of an order's claims."""
    return {claim.key for claim in wanted_claims(wanted)}


def test_claims_of_a_town_doctor() -> None:
    """A doctor is claimed once by RPPS; a structure by FINESS; nothing else (UNI-001)."""
    assert wanted_claims(TOWN_DOCTOR) == [
        WantedClaim("RPPS", RPPS, "", "/clients/0/medecins/0/rpps")
    ]
    assert wanted_claims(MSP) == [WantedClaim("FINESS", FINESS, "", E0)]


def test_claims_of_a_ris() -> None:
    """SIREN by the union of activities, FINESS by its own, AM without a slot, and solutions."""
    mixed = ris(establishment(activity=NUCLEAR), doctor())
    assert keys(mixed) == {
        ("SIREN", SIREN, "radiology"),
        ("SIREN", SIREN, "nuclear"),
        ("SIREN_SOLUTION", f"{SIREN}|clarioris", ""),
        ("FINESS", FINESS, "nuclear"),
        ("FINESS_SOLUTION", f"{FINESS}|clarioris", ""),
        ("AM", AM, ""),
    }


def test_claims_of_a_drimbox() -> None:
    """SIREN, FINESS, AM numbers and the PACS, without slots."""
    assert keys(DRIMBOX) == {
        ("SIREN", SIREN, ""),
        ("FINESS", FINESS, ""),
        ("AM", AM, ""),
        ("PACS", "pacsnord-01", ""),
    }


def test_every_claim_has_a_rule() -> None:
    """Whatever an order claims, a conflict on it has a code (rules, and lost races)."""
    for wanted in (TOWN_DOCTOR, MSP, RADIO_ORDER, MIXED_ORDER, DRIMBOX):
        for claim in wanted_claims(wanted):
            assert (wanted.scheme, claim.kind) in RULE_OF_CLAIM


def test_a_competitor_is_never_named() -> None:
    """A number that would come with another supplier's claim is not shown."""
    leaking = replace(OTHER, request_number="AV-SECRET")
    facts = against(RADIO_ORDER, RADIO_ORDER, leaking)
    for code in ("UNI-002", "UNI-003", "UNI-004"):
        (finding,) = CATALOGUE[code].findings(facts)
        assert "AV-SECRET" not in str(finding.as_dict())


@pytest.mark.parametrize(
    ("pure", "stored"),
    [
        (words.Slot, enums.Slot),
        (words.Activity, enums.Activity),
        (words.Situation, enums.Situation2023),
        (words.StructureType, enums.StructureType),
        (words.Key, enums.ClaimKind),
    ],
)
def test_words_are_those_of_the_database(pure: Any, stored: Any) -> None:
    """The pure rules and the models speak of the same values."""
    assert {item.value for item in pure} == set(stored.values)


lines = st.lists(
    st.sampled_from(
        [establishment(activity=activity) for activity in (RADIOLOGY, NUCLEAR, MIXED)]
        + [
            doctor(am=am, activity=activity)
            for am in (AM, OTHER_AM)
            for activity in (RADIOLOGY, NUCLEAR)
        ]
    ),
    min_size=1,
    max_size=3,
)
solutions = st.text(min_size=1, max_size=100)


@st.composite
def ris_orders(draw: st.DrawFn, solution: st.SearchStrategy[str] = solutions) -> OrderFacts:
    """RIS orders of one or two clients."""
    clients: list[Client] = [
        client(*draw(lines), siren=siren)
        for siren in draw(st.sampled_from([[SIREN], [OTHER_SIREN], [SIREN, OTHER_SIREN]]))
    ]
    return order(*clients, scheme=RIS, solution_name=draw(solution))


@given(ris_orders())
def test_an_order_always_collides_with_itself(wanted: OrderFacts) -> None:
    """Whoever sells it: the same order twice shares a key for each client and AM number."""
    again = replace(wanted, solution_name=f"{wanted.solution_name} bis")
    for item in wanted.clients:
        shared = {key for key in keys(wanted) & keys(again) if key[1] == item.siren}
        assert shared


@given(st.lists(st.sampled_from([AM, OTHER_AM]), min_size=1, max_size=2, unique=True), solutions)
def test_radiology_and_nuclear_with_two_solutions_never_collide(
    numbers: list[str], solution: str
) -> None:
    """Two RIS orders of one SIREN and one site stand together when everything is apart."""
    radio = ris(establishment(), *(doctor(am=am) for am in numbers), solution=f"a{solution}")
    nuclear = ris(SITE, solution=f"b{solution}")
    assert not keys(radio) & keys(nuclear)


@given(solutions)
def test_a_claim_fits_its_column(name: str) -> None:
    """The longest solution name keeps its claim within the 220 characters of the database."""
    long_name = (name * 100)[:100]
    assert len(f"{SIREN}|{normalised(long_name)}") <= 220


@given(solutions)
def test_a_name_is_the_same_whatever_its_case_and_blanks(name: str) -> None:
    """Case, accents or doubled blanks do not make a different RIS."""
    assert normalised(name) == normalised(f"  {name} ")
    assert normalised(normalised(name)) == normalised(name)
    assert normalised("Clario  RÏS") == normalised("clario ris") != normalised("clario ris 2")
