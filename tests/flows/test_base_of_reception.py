"""A balance and a correction are judged on the base of their advance, as it counted that day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import time_machine

from enrolment.models import Supplier, User
from funding.actions import process_deposit, receive_deposit
from funding.actions.corrections import Answer, CorrectionRefusedError, answer_corrections
from funding.actions.held import advances_of
from funding.models import FundingRequest
from orders.models import BaseImport, EligibilityOverride, EligibleClient
from segur_portal.common.enums import ParameterCode
from segur_portal.common.identifiers import make_am
from segur_portal.common.models import Parameter
from tests.builders import SIRET, a_client, a_file, a_filename, a_request
from tests.factories import A_DAY, a_base, a_member, a_supplier, an_enrolment

from .correcting import RIS, ask

AM, NAME = "/clients/0/medecins/0/numeroAm", "/clients/0/nomStructure"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def supplier(officer: User) -> Supplier:
    return a_member(a_supplier(SIRET)).memberships.get().supplier


def override(officer: User, value: str, days: int = 0, **fields: Any) -> None:
    """An officer's correction of an AM number, for so many days from today."""
    EligibilityOverride.objects.create(
        scheme_id=RIS,
        kind="AM",
        value=value,
        is_eligible=True,
        starts_on=A_DAY.date(),
        ends_on=A_DAY.date() + timedelta(days=days),
        reason="Relevé de la CPAM",
        decided_by=officer,
        **fields,
    )


def deposited(supplier: Supplier, kind: str, request: Any) -> FundingRequest:
    """This request, alone in its file, integrated."""
    deposit = receive_deposit(
        supplier=supplier,
        user=supplier.memberships.get().user,
        content=BytesIO(a_file(RIS, kind, requests=[request])),
        name=a_filename(RIS, kind),
    )
    assert process_deposit(deposit.pk)
    return FundingRequest.objects.get(deposit=deposit)


def an_order(gross: int) -> Any:
    """One doctor, whose activity the base does not give."""
    order = a_request(RIS, clients=[a_client(RIS, lines=3)])
    order["clients"][0]["etablissements"] = []
    amounts = {"montantHT": gross / 1.2, "montantTVA": gross / 6, "montantTTC": gross}
    return {**order, "bonDeCommande": {**order["bonDeCommande"], **amounts}}


def a_version_2(**changes: Any) -> BaseImport:
    """The next night's base: the same, but for these."""
    EligibleClient.objects.filter(kind="AM").update(**changes)
    return BaseImport.objects.create(
        scheme_id=RIS,
        version=2,
        state="applied",
        business_date=A_DAY.date(),
        received_at=A_DAY,
        finished_at=A_DAY,
    )


@pytest.mark.parametrize("written", ["before", "after"])
def test_what_an_officer_stated_of_that_day_counts_for_the_balance(
    supplier: Supplier, officer: User, written: str
) -> None:
    """An override of the day of reception, ended since or written since: nothing is recovered."""
    order = an_order(12_000)
    am = order["clients"][0]["medecins"][0]["numeroAm"]
    an_enrolment(supplier, order, RIS)
    a_base(RIS, [order])
    if written == "before":
        EligibleClient.objects.filter(kind="AM", value=am).update(activity_2023=None)
        override(officer, am, activity_2023=9_000)
    advance = deposited(supplier, "AVANCE", order)
    if written == "after":
        EligibleClient.objects.filter(kind="AM", value=am).update(activity_2023=None)
        override(officer, am, activity_2023=9_000)
    assert advance.amount_due == Decimal(3600)
    with time_machine.travel(A_DAY + timedelta(days=30), tick=True):
        (known,) = advances_of(supplier, RIS, [advance.reference]).values()
    assert known.base["AM", am].activity_2023 == 9_000


def test_a_balance_is_valued_with_the_override_of_its_advance(
    supplier: Supplier, officer: User
) -> None:
    """12 000 € validated, not 0 and an advance of 3 600 € to recover."""
    order = an_order(12_000)
    am = order["clients"][0]["medecins"][0]["numeroAm"]
    an_enrolment(supplier, order, RIS)
    a_base(RIS, [order])
    EligibleClient.objects.filter(kind="AM", value=am).update(activity_2023=None)
    override(officer, am, activity_2023=9_000)
    advance = deposited(supplier, "AVANCE", order)
    FundingRequest.objects.update(state="paid")
    Parameter.objects.filter(code=ParameterCode.PILOT_REPORTS).update(value=0)
    invoice, amounts = a_request(RIS, "SOLDE")["facture"], order["bonDeCommande"]
    asked = a_request(
        RIS,
        "SOLDE",
        numeroDossier=advance.number,
        facture={key: amounts.get(key, value) for key, value in invoice.items() if key != "numero"},
    )
    asked["facture"] |= {"numero": "FA-1", "nomFichier": invoice["nomFichier"]}
    asked["clients"] = [{**asked["clients"][0], "finessGeographiques": [], "numerosAm": [am]}]
    with time_machine.travel(A_DAY + timedelta(days=30), tick=True):
        balance = deposited(supplier, "SOLDE", asked)
    assert balance.amount_due == Decimal(8400)
    assert [alert["code"] for alert in balance.alerts] == []


def test_a_correction_is_judged_and_remembered_on_the_base_of_its_reception(
    one: FundingRequest, officer: User, member: User
) -> None:
    """Another activity since, in version 2: the ceiling and the memory stay those of version 1."""
    then, lines = one.base, one.pricing["total"]
    EligibleClient.objects.filter(kind="AM").update(valid_to=2)
    EligibleClient.objects.bulk_create(
        [
            EligibleClient(
                **{
                    field.attname: getattr(row, field.attname)
                    for field in row._meta.concrete_fields
                    if field.attname not in ("id", "valid_from", "valid_to", "activity_2023")
                },
                valid_from=2,
                activity_2023=1,
            )
            for row in EligibleClient.objects.filter(kind="AM")
        ]
    )
    a_version_2()
    ask(one, officer, NAME)
    answer_corrections(one, Answer({NAME: "Nom"}, {}), actor=member)
    assert (one.base, one.pricing["total"]) == (then, lines)


def test_who_entered_the_base_since_has_the_whole_request_judged_on_it(
    one: FundingRequest, officer: User, member: User
) -> None:
    """One version for the whole, never a mixture: the one in force, and it is remembered."""
    newcomer = make_am(9_999)
    ask(one, officer, AM)
    with pytest.raises(CorrectionRefusedError) as refused:
        answer_corrections(one, Answer({AM: newcomer}, {}), actor=member)
    assert "ELI-001" in {finding.code for finding in refused.value.findings}
    now = a_version_2(activity_2023=1)
    known = EligibleClient.objects.filter(kind="AM").first()
    assert known is not None
    known.pk, known.value, known.valid_from = None, newcomer, 2
    known.rpps, known.activity_2023 = one.payload["clients"][0]["medecins"][0]["rpps"], 500
    known.save()
    answer_corrections(one, Answer({AM: newcomer}, {}), actor=member)
    assert one.base == now
    assert one.pricing["total"] == 500 + 4
