"""Pricing: the ceiling, the advance and the balance of an order, explained (MNT-001 to 006)."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.pricing import (
    Amounts,
    BalancePricing,
    Pricing,
    Scale,
    Tier,
    advance_on,
    balance,
    deployed_part,
    price,
    price_balance,
    shares,
    validated_part,
)
from funding.rules.facts import AmountFacts, Deployed
from orders.rules.facts import OrderFacts
from tests.orders.facts import (
    AM,
    FINESS,
    MDV,
    OTHER_AM,
    OTHER_FINESS,
    OTHER_SIREN,
    RPPS,
    SIREN,
    base,
    changed,
    client,
    doctor,
    establishment,
    order,
    row,
)
from tests.rule_cases import plain

D = Decimal


def scale(*tiers: Tier, **fields: Any) -> Scale:
    """A scale with these tranches, VAT 20 %, advance 30 %."""
    values: dict[str, Any] = {
        "id": 1,
        "version": 2,
        "is_official": True,
        "source": "Arrêté",
        "vat_rate": D("20.00"),
        "advance_rate": D("30.00"),
        **fields,
    }
    return Scale(tiers=tiers, **values)


def tier(measure: str, lower: int, upper: int | None, ceiling: str) -> Tier:
    """A tranche of the service Vague 2."""
    return Tier("VAGUE_2", measure, lower, upper, D(ceiling))


BY_ACTIVITY = scale(
    tier("activity_2023", 0, 5000, "5000.00"),
    tier("activity_2023", 5000, 10000, "10000.00"),
    tier("activity_2023", 10000, None, "15000.00"),
)
BY_DOCTORS = scale(
    tier("doctors", 1, 2, "1000.00"),
    tier("doctors", 2, 6, "2500.00"),
    tier("doctors", 6, None, "4000.00"),
)
FLAT = scale(tier("flat", 0, None, "3000.00"))
ROWS = base(
    row("AM", AM, activity_2023=4000),
    row("AM", OTHER_AM, activity_2023=900),
    row("FINESS", FINESS, activity_2023=3000, doctor_count=4),
    row("FINESS", OTHER_FINESS, doctor_count=7),
)


def priced(
    *clients: Any, by: Scale = BY_ACTIVITY, rows: Any = ROWS, subject: bool = True, **fields: Any
) -> Pricing:
    """The pricing of an order for these clients."""
    return price(order(*clients, **fields), rows, by, is_vat_subject=subject)


PRACTICE = client(doctor(), doctor(am=OTHER_AM))
HOSPITAL = client(establishment(), kind="ETABLISSEMENT")


def test_liberal_activity_comes_from_am_numbers() -> None:
    """MNT-003: the doctors' AM numbers add up; the FINESS of a practice adds nothing."""
    found = priced(client(establishment(), doctor(), doctor(am=OTHER_AM)))
    assert found.total == 4900
    assert [(line.kind, line.known, line.counted) for line in found.lines] == [
        ("FINESS", 3000, 0),
        ("AM", 4000, 4000),
        ("AM", 900, 900),
    ]
    assert "pas de son FINESS" in found.lines[0].reason


def test_salaried_activity_comes_from_finess() -> None:
    """MNT-003: an establishment is valued by its FINESS, its liberal doctors by AM numbers."""
    found = priced(client(establishment(), doctor(), kind="ETABLISSEMENT"))
    assert [line.counted for line in found.lines] == [3000, 4000]


@pytest.mark.parametrize(
    ("kind", "siren_type", "finess_type", "counted"),
    [
        ("CABINET", "ETABLISSEMENT", "", 3000),
        ("ETABLISSEMENT", "CABINET", "", 0),
        ("ETABLISSEMENT", "", "CABINET", 0),
        ("ETABLISSEMENT", "ETABLISSEMENT", "CABINET", 0),
        ("CABINET", "CABINET", "ETABLISSEMENT", 0),
        ("CABINET", "ETABLISSEMENT", "ETABLISSEMENT", 3000),
    ],
)
def test_the_base_says_whose_finess_counts(
    kind: str, siren_type: str, finess_type: str, counted: int
) -> None:
    """MNT-003: neither an activity counted twice, nor one that is lost, by a declared type."""
    rows = {
        **ROWS,
        **base(
            row("SIREN", SIREN, structure_type=siren_type),
            row("FINESS", FINESS, activity_2023=3000, structure_type=finess_type),
        ),
    }
    found = priced(client(establishment(), kind=kind), rows=rows)
    assert [line.counted for line in found.lines] == [counted]


def test_the_clients_of_an_order_make_one_tranche() -> None:
    """One order is one main service: 4 900 + 3 000 acts are in the second tranche."""
    found = priced(PRACTICE, replace(HOSPITAL, siren=OTHER_SIREN))
    assert found.total == 7900
    assert plain(found.tier_label) == "de 5 000 à 9 999 actes"
    assert found.ceiling == Amounts(D("10000.00"), D("2000.00"), D("12000.00"))


@pytest.mark.parametrize(
    ("situation", "counted", "words"),
    [
        ("PRESENT", 4000, "toujours là"),
        ("NOUVEAU", 0, "rien n’est compté"),
        ("PARTI", 4000, "où il exerçait alors"),
        ("ARRIVE_STRUCTURE_DISPARUE", 4000, "n’existe plus"),
        (None, 4000, "non précisée"),
    ],
)
def test_the_four_cases_of_a_doctor(situation: str | None, counted: int, words: str) -> None:
    """MNT-004: who is valued here, and the sentence that says why."""
    (line,) = priced(client(doctor(situation=situation))).lines
    assert line.counted == counted
    assert words in line.reason


def test_an_am_number_is_counted_once() -> None:
    """MNT-003: written for two clients, an AM number adds its activity once."""
    found = priced(client(doctor()), client(doctor(), siren=OTHER_SIREN))
    assert [line.counted for line in found.lines] == [4000, 0]
    assert found.repeated == (("/clients/1/medecins/0/numeroAm", AM),)
    assert "une fois" in found.lines[1].reason


def test_an_activity_the_base_does_not_give_is_zero_and_told() -> None:
    """MNT-003: no activity in the base is 0 and an alert; not in the base is ELI-001's."""
    rows = changed(ROWS, "AM", AM, activity_2023=None)
    found = priced(PRACTICE, rows=rows)
    assert found.total == 900
    assert found.unvalued == (("/clients/0/medecins/0/numeroAm", AM),)
    absent = priced(PRACTICE, rows={})
    assert absent.total == 0
    assert absent.unvalued == ()
    assert "Absent de la base" in absent.lines[0].reason


def test_what_does_not_count_is_not_unvalued() -> None:
    """No alert for the FINESS of a practice, nor for a new doctor without activity."""
    rows = changed(
        changed(ROWS, "AM", AM, activity_2023=None), "FINESS", FINESS, activity_2023=None
    )
    found = priced(client(establishment(), doctor(situation="NOUVEAU")), rows=rows)
    assert found.unvalued == ()
    assert found.contradicted == ()


def test_an_activity_of_zero_is_valued() -> None:
    """Zero acts is an answer of the base, not a silence."""
    assert priced(client(doctor()), rows=changed(ROWS, "AM", AM, activity_2023=0)).unvalued == ()


def test_a_new_doctor_with_an_activity_contradicts_the_base() -> None:
    """MNT-004: counted 0, as declared, and told."""
    found = priced(client(doctor(situation="NOUVEAU")))
    assert found.total == 0
    assert found.contradicted == (("/clients/0/medecins/0/numeroAm", AM, 4000),)


@pytest.mark.parametrize(
    ("activity", "ceiling"),
    [
        (0, "5000.00"),
        (4999, "5000.00"),
        (5000, "10000.00"),
        (9999, "10000.00"),
        (10000, "15000.00"),
    ],
)
def test_the_bounds_of_tranches(activity: int, ceiling: str) -> None:
    """The lower bound is in the tranche, the upper one in the next."""
    found = priced(client(doctor()), rows=changed(ROWS, "AM", AM, activity_2023=activity))
    assert found.ceiling_net == D(ceiling)


@pytest.mark.parametrize(
    ("item", "total", "ceiling", "label"),
    [
        (client(doctor(), doctor(am=OTHER_AM), kind="MEDECIN"), 1, "1000.00", "1 médecin"),
        (client(establishment(), kind="MSP"), 4, "2500.00", "de 2 à 5 médecins"),
        (client(establishment(OTHER_FINESS), kind="CDS"), 7, "4000.00", "à partir de 6 médecins"),
    ],
)
def test_town_structures_are_priced_by_doctors(
    item: Any, total: int, ceiling: str, label: str
) -> None:
    """A town doctor counts 1, a structure the doctors that the base gives it."""
    found = priced(item, by=BY_DOCTORS, scheme=MDV)
    assert (found.total, found.ceiling_net, plain(found.tier_label)) == (total, D(ceiling), label)


def test_the_doctors_of_a_structure_are_those_of_the_base() -> None:
    """The sentence says where the number comes from, or that the base does not know the site."""
    known = priced(client(establishment(), kind="MSP"), by=BY_DOCTORS, scheme=MDV)
    absent = priced(client(establishment(), kind="MSP"), by=BY_DOCTORS, scheme=MDV, rows={})
    assert known.lines[0].reason == "Nombre de médecins que donne la base."
    assert (absent.lines[0].counted, plain(absent.lines[0].reason)) == (
        0,
        "Absent de la base : 0 est retenu.",
    )


def test_a_flat_amount_counts_nothing() -> None:
    """FLAT is one amount, whatever the identifiers."""
    found = priced(PRACTICE, by=FLAT)
    assert (found.lines, found.total, found.ceiling_net) == ((), 0, D("3000.00"))
    assert found.tier_label == "forfait"


def test_the_measure_of_a_service() -> None:
    """Activity first, then doctors, then the flat amount; only the tranches of that service."""
    both = scale(*FLAT.tiers, *BY_DOCTORS.tiers, *BY_ACTIVITY.tiers)
    assert priced(PRACTICE, by=both).measure == "activity_2023"
    assert priced(PRACTICE, by=scale(*FLAT.tiers, *BY_DOCTORS.tiers)).measure == "doctors"
    other = priced(PRACTICE, by=both, service="VAGUE_1_ET_2")
    assert (other.measure, other.ceiling, other.ceiling_net, other.ceiling_gross) == (None,) * 4
    assert plain(other.sentences()[0]) == "Le barème 2 ne prévoit pas cette prestation."


def test_no_tranche_for_that_quantity() -> None:
    """A scale with a hole gives no ceiling, and says so."""
    found = priced(client(establishment(), kind="MSP"), by=BY_DOCTORS, rows={}, scheme=MDV)
    assert found.ceiling_net is None
    assert [plain(step) for step in found.sentences()] == [
        "Médecins comptés : 0 médecin.",
        "Aucune tranche du barème 2 ne s’applique.",
    ]
    assert found.as_dict()["ceiling"] is None


def test_a_supplier_not_subject_to_vat_has_one_cap() -> None:
    """MNT-001: the ceiling excluding VAT is the cap for both amounts."""
    found = priced(PRACTICE, subject=False)
    assert found.ceiling == Amounts(D("5000.00"), D("0.00"), D("5000.00"))
    assert "sans TVA" in " ".join(found.sentences())


def test_the_advance_is_on_the_amount_including_vat() -> None:
    """MNT-006: rate × gross, half up: 30 % of 1 200,05 € = 360,015 → 360,02 €."""
    found = priced(PRACTICE, net=D("1000.04"), vat=D("200.01"), gross=D("1200.05"))
    assert found.advance == found.due == D("360.02")
    assert advance_on(D("0.05"), D("30.00")) == D("0.02")


def test_why_this_amount_in_sentences() -> None:
    """« Pourquoi ce montant » is told step by step, in French."""
    found = priced(PRACTICE, by=replace(BY_ACTIVITY, is_official=False))
    assert [plain(step) for step in found.sentences()] == [
        "Activité 2023 retenue : 4 900 actes.",
        "Tranche du barème 2 (valeurs d’exemple) : de 0 à 4 999 actes.",
        "Plafond : 5 000,00 € HT, soit 6 000,00 € TTC (TVA 20 %).",
        "Montant demandé : 1 000,00 € HT, 1 200,00 € TTC.",
        "Avance : 30 % du montant TTC, soit 360,00 €.",
    ]


def test_a_pricing_is_kept_as_json() -> None:
    """The stored form reads back as it was, amounts as strings, nothing lost."""
    kept = json.loads(json.dumps(priced(PRACTICE).as_dict()))
    assert kept == priced(PRACTICE).as_dict()
    assert kept["ceiling"] == {"net": "5000.00", "vat": "1000.00", "gross": "6000.00"}
    assert kept["asked"]["gross"] == "1200.00"
    assert kept["due"] == kept["advance"] == "360.00"
    assert kept["lines"][0]["reason"]
    assert kept["measure_label"] == "activité 2023"
    assert kept["scale"]["is_official"] is True


# ---------------------------------------------------------------- balance


def part(siren: str = SIREN, finess: Any = (), am: Any = (), rpps: str = "") -> Deployed:
    """What a balance declares for a client."""
    return Deployed(siren, rpps, frozenset(finess), frozenset(am))


ORDER = order(
    PRACTICE,
    replace(HOSPITAL, siren=OTHER_SIREN),
    net=D("8000.00"),
    vat=D("1600.00"),
    gross=D("9600.00"),
)
ALL = (part(am=(AM, OTHER_AM)), part(OTHER_SIREN, finess=(FINESS,)))


def settled(
    *parts: Deployed,
    invoice: tuple[str, str, str] = ("8000.00", "1600.00", "9600.00"),
    advanced: str = "2880.00",
    of: OrderFacts = ORDER,
) -> BalancePricing:
    """The balance of the order for what was deployed."""
    net, vat, gross = map(D, invoice)
    return price_balance(
        of, ROWS, BY_ACTIVITY, deployed=parts, net=net, vat=vat, gross=gross,
        amount_advanced=D(advanced), is_vat_subject=True,
    )  # fmt: skip


def test_a_whole_order_is_settled() -> None:
    """MNT-006: the invoice less the advance."""
    found = settled(*ALL)
    assert not found.is_reduced
    assert found.validated == Amounts(D("8000.00"), D("1600.00"), D("9600.00"))
    assert (found.due, found.excess) == (D("6720.00"), D("0.00"))


def test_fewer_identifiers_lower_the_ceiling() -> None:
    """SOL-002: the ceiling is that of what remains, and caps the invoice."""
    found = settled(ALL[0])
    assert found.is_reduced
    assert found.total == 4900
    assert found.validated == Amounts(D("5000.00"), D("1000.00"), D("6000.00"))
    assert found.due == D("3120.00")
    assert "le plafond est recalculé" in " ".join(found.sentences())


def test_an_am_number_fewer() -> None:
    """SOL-002: a doctor's line goes with its AM number, and the ceiling with it."""
    found = settled(part(am=(AM,)), ALL[1])
    assert found.is_reduced
    assert found.total == 7000


def test_an_invoice_above_the_order_is_capped_at_its_own_vat() -> None:
    """The order's amount caps the invoice; the VAT retained is in proportion."""
    found = settled(*ALL, invoice=("9000.00", "765.00", "9765.00"))
    assert found.validated == Amounts(D("8000.00"), D("680.00"), D("8680.00"))


def test_a_lower_invoice_is_paid_as_it_is() -> None:
    """Nothing is paid that was not invoiced."""
    assert settled(*ALL, invoice=("7000.00", "1400.00", "8400.00")).due == D("5520.00")


def test_a_balance_is_never_negative() -> None:
    """MNT-006: an advance above what is validated leaves 0, and the excess is told."""
    found = settled(*ALL, invoice=("1000.00", "200.00", "1200.00"))
    assert (found.due, found.excess) == (D("0.00"), D("1680.00"))
    assert plain(found.sentences()[-1]) == "Trop-perçu sur l’avance : 1 680,00 €."


def test_nothing_deployed_is_worth_nothing() -> None:
    """SOL-002: clients named without any identifier of the order are not paid a first tranche."""
    found = settled(part(), part(OTHER_SIREN))
    assert (found.ceiling_net, found.due, found.excess) == (D("0.00"), D("0.00"), D("2880.00"))


def test_no_tranche_left_is_worth_nothing() -> None:
    """A scale without a tranche for what remains gives a ceiling of zero."""
    found = price_balance(
        ORDER, {}, BY_DOCTORS, deployed=ALL, net=D("10"), vat=D("2"), gross=D("12"),
        amount_advanced=D("5"), is_vat_subject=True,
    )  # fmt: skip
    assert (found.ceiling_net, found.due, found.excess) == (D("0.00"), D("0.00"), D("5.00"))


def test_a_town_doctor_is_deployed_by_person() -> None:
    """A doctor with two AM numbers is whole with one of them, with the RPPS, or the SIREN."""
    known = order(client(doctor(), doctor(am=OTHER_AM), kind="MEDECIN"), scheme=MDV)
    assert deployed_part(known, [part()]) == known
    wanted = order(client(doctor(), doctor(am=OTHER_AM), kind="MEDECIN", siren=None), scheme=MDV)
    assert deployed_part(wanted, [part("", am=(AM,))]) == wanted
    assert deployed_part(wanted, [part("", rpps=RPPS)]) == wanted
    assert deployed_part(wanted, [part("")]).clients == ()


def test_a_balance_is_kept_as_json() -> None:
    """The stored form has the pricing's keys and the balance's own."""
    kept = json.loads(json.dumps(settled(*ALL).as_dict()))
    assert kept["due"] == "6720.00"
    assert kept["advance"] == "2880.00"
    assert kept["validated"]["gross"] == kept["ordered"]["gross"] == "9600.00"
    assert kept["is_reduced"] is False


def test_the_facts_of_rules_come_from_the_pricing() -> None:
    """What MNT rules judge is what is shown."""
    asked = AmountFacts.of_order(priced(PRACTICE))
    assert (asked.pointer, asked.ceiling_gross) == ("/bonDeCommande", D("6000.00"))
    paid = AmountFacts.of_invoice(settled(*ALL))
    assert (paid.pointer, paid.gross) == ("/facture", D("9600.00"))
    assert (paid.validated_gross, paid.amount_advanced) == (D("9600.00"), D("2880.00"))


# ---------------------------------------------------------------- properties

activities = st.integers(min_value=0, max_value=30_000)
cents = st.integers(min_value=0, max_value=5_000_000).map(lambda value: D(value) / 100)


@given(activities, activities)
def test_more_activity_never_lowers_the_ceiling(one: int, more: int) -> None:
    """With a scale whose ceilings rise, the ceiling rises with the activity."""
    lower, higher = (
        priced(PRACTICE, rows=changed(ROWS, "AM", AM, activity_2023=value))
        for value in (one, one + more)
    )
    assert lower.ceiling_net is not None
    assert higher.ceiling_net is not None
    assert lower.ceiling_net <= higher.ceiling_net
    assert lower.total + more == higher.total


@given(cents, cents)
def test_advance_and_balance_make_the_validated_amount(
    validated: Decimal, advanced: Decimal
) -> None:
    """MNT-006: what is paid in all is the validated amount, or the advance if it is higher."""
    assert advanced + balance(validated, advanced) == max(validated, advanced)


@st.composite
def amounts(draw: st.DrawFn) -> Amounts:
    """Amounts at a legal rate."""
    net, rate = draw(cents), draw(st.sampled_from([D(20), D("8.5"), D(0)]))
    vat = (net * rate / 100).quantize(D("0.01"))
    return Amounts(net, vat, net + vat)


@given(amounts(), amounts(), amounts())
def test_what_is_validated_is_under_every_cap(
    invoice: Amounts, ordered: Amounts, ceiling: Amounts
) -> None:
    """Never above the invoice, the order or the ceiling, and the three parts add up."""
    found = validated_part(invoice, ordered, ceiling)
    assert found.net + found.vat == found.gross
    assert found.vat >= 0
    for cap in (invoice, ordered, ceiling):
        assert found.net <= cap.net
        assert found.gross <= cap.gross


@given(cents, st.lists(activities, min_size=1, max_size=4))
def test_shares_add_up(gross: Decimal, counted: list[int]) -> None:
    """MNT-005: the aid of an order is split between its clients to the cent."""
    numbers = [f"{rank:09}" for rank in range(len(counted))]
    rows = base(
        *(
            row("AM", number, activity_2023=value)
            for number, value in zip(numbers, counted, strict=True)
        )
    )
    wanted = order(*(client(doctor(am=number)) for number in numbers), gross=gross)
    pricing = price(wanted, rows, BY_ACTIVITY, is_vat_subject=True)
    parts = shares(pricing, tuple(item.pointer for item in wanted.clients))
    assert sum(parts.values()) == gross
    assert min(parts.values()) >= 0
    assert len(parts) == len(counted)


def test_shares_follow_the_activity() -> None:
    """Three quarters of the activity bear three quarters of the aid; equal parts without any."""
    pointers = ("/clients/0", "/clients/1")
    clients = (client(doctor()), client(doctor(am=OTHER_AM), siren=OTHER_SIREN))
    rows = changed(changed(ROWS, "AM", AM, activity_2023=300), "AM", OTHER_AM, activity_2023=100)
    assert shares(priced(*clients, rows=rows), pointers) == {
        "/clients/0": D("900.00"),
        "/clients/1": D("300.00"),
    }
    assert shares(priced(*clients, by=FLAT), pointers) == {
        "/clients/0": D("600.00"),
        "/clients/1": D("600.00"),
    }
