"""MNT rules: amounts to the cent, without a database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.rules.amounts import LEGAL_VAT_RATES
from funding.rules.catalogue import CATALOGUE
from funding.rules.facts import AmountFacts, DeMinimisFacts, Grants
from segur_portal.common.money import euros, vat_on
from tests.rule_cases import Broken, Case, assert_case, breaks, holds

D = Decimal
HT, TVA, TTC = "/bonDeCommande/montantHT", "/bonDeCommande/montantTVA", "/bonDeCommande/montantTTC"
ASKED = AmountFacts(
    pointer="/bonDeCommande",
    net=D("10000.00"),
    vat=D("2000.00"),
    gross=D("12000.00"),
    is_vat_subject=True,
    ceiling_net=D("10000.00"),
    ceiling_gross=D("12000.00"),
    tier_label="de 5 000 à 9 999 actes",
)
INVOICE = replace(
    ASKED,
    pointer="/facture",
    validated_gross=D("12000.00"),
    amount_advanced=D("3600.00"),
)


def asking(net: str, vat: str, gross: str, **fields: Any) -> AmountFacts:
    """An order of these amounts, far under the ceiling."""
    values = {"ceiling_net": D(10**6), "ceiling_gross": D(10**6), **fields}
    return replace(ASKED, net=D(net), vat=D(vat), gross=D(gross), **values)


def de_minimis(
    declared: str, granted: str, requested: str, others: str = "0", *, is_for_officer: bool = False
) -> AmountFacts:
    """An order whose client has these aids, under the ceiling of the regulation."""
    aid = DeMinimisFacts(
        "/clients/0/aidesMinimis",
        "Cabinet du Port",
        D(declared),
        Grants(D(granted), D(others)),
        D(requested),
        D("300000.00"),
        is_for_officer=is_for_officer,
    )
    return replace(ASKED, de_minimis=(aid,))


NOT_SUBJECT = {"is_vat_subject": False}
AM_POINTER = "/clients/0/medecins/0/numeroAm"

CASES: list[Case] = [
    holds("MNT-001", "exactly the ceiling", ASKED),
    breaks(
        "MNT-001",
        "one cent above, net and gross",
        replace(ASKED, net=D("10000.01"), vat=D("2000.00"), gross=D("12000.01")),
        Broken(HT, "hors taxes de 10 000,01 €", "de 0,01 €", "10 000,00 €", "de 5 000 à 9 999"),
        Broken(TTC, "toutes taxes comprises", "12 000,00 €"),
    ),
    breaks(
        "MNT-001",
        "gross alone, at a higher rate",
        replace(ASKED, net=D("10000.00"), vat=D("2000.01"), gross=D("12000.01")),
        Broken(TTC, "12 000,01 €", "Ramenez ce montant à 12 000,00 € au plus"),
    ),
    breaks(
        "MNT-001",
        "not official: said",
        replace(ASKED, net=D("10000.01"), is_official=False),
        Broken(HT, "valeurs d’exemple"),
    ),
    breaks(
        "MNT-001",
        "no tranche",
        replace(ASKED, ceiling_net=None, ceiling_gross=None),
        Broken("/bonDeCommande", "Aucune tranche", "activité 2023"),
    ),
    breaks(
        "MNT-001",
        "a supplier not subject to VAT has one cap",
        replace(ASKED, net=D("10000.01"), vat=D(0), gross=D("10000.01"), ceiling_gross=D(10000)),
        Broken(HT),
        Broken(TTC),
    ),
    holds("MNT-002", "20 %", ASKED),
    holds("MNT-002", "8.5 %, overseas", asking("1000.00", "85.00", "1085.00")),
    holds("MNT-002", "0 %", asking("1000.00", "0.00", "1000.00")),
    holds("MNT-002", "one cent more than the rate", asking("100.00", "20.01", "120.01")),
    holds("MNT-002", "one cent less than the rate", asking("100.00", "19.99", "119.99")),
    breaks(
        "MNT-002",
        "two cents more than the rate",
        asking("100.00", "20.02", "120.02"),
        Broken(TVA, "20,02 €", "20,00 € à 20 %", "8,50 € à 8,5 %", "ou 0,00 € à 0 %", "100,00 €"),
    ),
    breaks(
        "MNT-002", "a reduced rate", asking("100.00", "5.50", "105.50"), Broken(TVA, "aucun taux")
    ),
    breaks(
        "MNT-002",
        "a sum wrong by one cent",
        asking("100.00", "20.00", "120.01"),
        Broken(TTC, "100,00 € HT et 20,00 € de TVA font 120,00 € TTC, et non 120,01 €"),
    ),
    breaks(
        "MNT-002",
        "both at once",
        asking("100.00", "10.00", "120.00"),
        Broken(TTC, "110,00 €"),
        Broken(TVA, "10,00 €"),
    ),
    holds("MNT-002", "not subject, no VAT", asking("100.00", "0.00", "100.00", **NOT_SUBJECT)),
    breaks(
        "MNT-002",
        "not subject, one cent of VAT",
        asking("100.00", "0.01", "100.01", **NOT_SUBJECT),
        Broken(TVA, "pas assujetti", "0,01 €", "TTC de 100,00 €"),
    ),
    breaks(
        "MNT-002",
        "an invoice too",
        replace(INVOICE, gross=D("12000.02")),
        Broken("/facture/montantTTC", "12 000,00 €"),
    ),
    holds("MNT-003", "all valued", ASKED),
    breaks(
        "MNT-003",
        "an identifier without activity",
        replace(ASKED, unvalued=((AM_POINTER, "751298365"),)),
        Broken(AM_POINTER, "751298365", "0 est retenu"),
    ),
    breaks(
        "MNT-003",
        "an AM number twice",
        replace(ASKED, repeated=((AM_POINTER, "751298365"),)),
        Broken(AM_POINTER, "751298365", "plusieurs fois"),
    ),
    holds("MNT-004", "no contradiction", ASKED),
    breaks(
        "MNT-004",
        "declared new, known in 2023",
        replace(ASKED, contradicted=((AM_POINTER, "751298365", 1200),)),
        Broken(
            "/clients/0/medecins/0/situation2023", "751298365", "1 200 actes", "« situation2023 »"
        ),
    ),
    holds("MNT-005", "nothing asked", ASKED),
    holds("MNT-005", "300 000,00 exactly", de_minimis("100000.00", "188000.00", "12000.00")),
    breaks(
        "MNT-005",
        "300 000,01",
        de_minimis("100000.01", "188000.00", "12000.00"),
        Broken(
            "/clients/0/aidesMinimis",
            "Cabinet du Port : 300 000,01 €",
            "100 000,01 € déclarés",
            "188 000,00 € déjà accordés par ce portail pour vos commandes",
            "12 000,00 € pour cette demande",
            "300 000,00 € au plus",
        ),
    ),
    holds("MNT-005", "with others, exactly", de_minimis("0", "88000", "12000", "200000.00")),
    breaks(
        "MNT-005",
        "above with others only",
        de_minimis("0", "88000", "12000", "200000.01"),
        Broken(
            "/clients/0/aidesMinimis",
            "300 000,00 € est dépassé, compte tenu des autres aides du client",
            "88 000,00 € déjà accordés par ce portail pour vos commandes",
        ),
    ),
    breaks(
        "MNT-005",
        "an officer reads the sum",
        de_minimis("0", "88000", "12000", "200000.01", is_for_officer=True),
        Broken(
            "/clients/0/aidesMinimis",
            "Cabinet du Port : 300 000,01 €",
            "288 000,01 € déjà accordés par ce portail,",
        ),
    ),
    holds("MNT-006", "an order is not concerned", ASKED),
    holds("MNT-006", "all validated", INVOICE),
    holds(
        "MNT-006", "the advance paid everything", replace(INVOICE, amount_advanced=D("12000.00"))
    ),
    breaks(
        "MNT-006",
        "an invoice above what is retained",
        replace(INVOICE, validated_gross=D("11999.99")),
        Broken("/facture/montantTTC", "facture est de 12 000,00 €", "11 999,99 €"),
    ),
    breaks(
        "MNT-006",
        "less than the advance",
        replace(INVOICE, gross=D("3000.00"), validated_gross=D("3000.00")),
        Broken("/facture/montantTTC", "3 600,00 €", "nul", "dépasse de 600,00 € ce montant"),
    ),
    breaks(
        "MNT-006",
        "capped under the advance",
        replace(INVOICE, validated_gross=D("3599.99")),
        Broken("/facture/montantTTC", "retenus"),
        Broken("/facture/montantTTC", "0,01 €"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_amounts(case: Case) -> None:
    """Each rule is broken exactly where, and as, the table says."""
    assert_case(case)


def findings(facts: AmountFacts) -> list[Any]:
    """What MNT-002 says of these amounts."""
    return list(CATALOGUE["MNT-002"].findings(facts))


nets = st.integers(min_value=0, max_value=50_000_000).map(lambda cents: D(cents) / 100)
rates = st.sampled_from(LEGAL_VAT_RATES)


@given(nets, rates)
def test_every_honest_rounding_from_the_net_is_accepted(net: Decimal, rate: Decimal) -> None:
    """VAT computed from the amount excluding VAT, half up."""
    vat = vat_on(net, rate)
    assert not findings(asking(f"{net}", f"{vat}", f"{net + vat}"))


@given(nets, rates)
def test_every_honest_rounding_from_the_gross_is_accepted(gross: Decimal, rate: Decimal) -> None:
    """A price fixed including VAT, as suppliers do: net = gross / (1 + rate), the rest is VAT."""
    net = euros(gross / (1 + rate / 100))
    assert not findings(asking(f"{net}", f"{gross - net}", f"{gross}"))


@given(nets, rates, st.sampled_from([D("0.01"), D("-0.01")]))
def test_a_sum_wrong_by_a_cent_is_always_refused(
    net: Decimal, rate: Decimal, slip: Decimal
) -> None:
    """HT + TVA = TTC to the cent, whatever the rate."""
    vat = vat_on(net, rate)
    assert findings(asking(f"{net}", f"{vat}", f"{net + vat + slip}"))


def test_the_ceiling_of_an_invoice_is_not_refused() -> None:
    """MNT-001 judges orders: an invoice above its ceiling is capped by MNT-006 instead."""
    above = replace(INVOICE, ceiling_net=D(1), ceiling_gross=D(1))
    found = CATALOGUE.check(above, scheme="SONS-IMG-RIS-Va2", kind="SOLDE", on=date(2027, 6, 1))
    assert found == []


@pytest.mark.parametrize("declared", ["0", "250000", "300000"])
def test_no_figure_of_the_aid_depends_on_what_others_were_granted(declared: str) -> None:
    """MNT-005: the supplier reads the same whatever the others have, once above the ceiling."""
    rule = CATALOGUE["MNT-005"]
    told = {
        tuple(finding.as_dict().items())
        for others in ("290000", "400000.17")
        for finding in rule.findings(de_minimis(declared, "0", "12000", others))
    }
    assert len(told) == 1
