"""What a supplier paid back of a transfer that the bank returned is given back, once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from enrolment.actions import sync_groups
from enrolment.models import User
from funding.actions.payments import move_run, prepare_run, withdraw_payment
from funding.actions.recovery import record_reimbursement
from funding.actions.requests import move_request
from funding.actions.settlement import settle
from funding.models import FundingRequest, LedgerEntry, Payment, PaymentRun, Recovery
from funding.queries import FundingRequestQuerySet
from funding.remittance import Returned
from funding.report.desk import OWED_BACK, Desk
from funding.report.payments import transfer_sheet
from segur_portal.common import clock
from segur_portal.common.enums import ParameterCode, Role
from segur_portal.common.models import Parameter
from segur_portal.common.money import ZERO, in_french
from segur_portal.common.workflow import ForbiddenMoveError
from tests.factories import A_DAY
from tests.funding.accepted import (
    RIS,
    Staff,
    a_balance_of,
    accepted_requests,
    an_account,
    the_staff,
)

CANCEL: dict[str, Any] = {"reason_code": "error", "note": "Erreur de saisie."}
EXCESS = Decimal("120.00")


@pytest.fixture
def advance(db: None) -> Iterator[FundingRequest]:
    """An advance of 360 € accepted; no pilot is asked."""
    with time_machine.travel(A_DAY, tick=True):
        (one,) = accepted_requests(1)
        Parameter.objects.filter(code=ParameterCode.PILOT_REPORTS).update(value=0)
        an_account(one.supplier)
        yield one


@pytest.fixture
def staff(advance: FundingRequest) -> Staff:
    return the_staff()


def sent(staff: Staff) -> PaymentRun:
    """A run of all that can be paid, at the bank."""
    run = prepare_run(actor=staff.preparer, schemes=[RIS]).run
    for name, actor, role in (
        ("propose", staff.preparer, Role.OFFICER),
        ("approve", staff.approver, Role.OFFICER),
        ("transmit", staff.accountant, Role.ACCOUNTANT),
    ):
        move_run(run, name, actor=actor, role=role)
    return run


def told(run: PaymentRun, staff: Staff, *, paid: bool) -> None:
    """The bank says of the whole run that it was paid, or not (or no more)."""
    answers = [Returned(one.end_to_end_id, paid) for one in Payment.objects.filter(run=run)]
    assert settle(answers, actor=staff.accountant).problems == []


def paid(staff: Staff) -> PaymentRun:
    run = sent(staff)
    told(run, staff, paid=True)
    return run


def cancel(request: FundingRequest, staff: Staff) -> None:
    request.refresh_from_db()
    move_request(request, "cancel", actor=staff.preparer, role=Role.OFFICER, **CANCEL)


def pay_back(staff: Staff, amount: Decimal) -> None:
    """The supplier pays back part of the only order issued."""
    order = Recovery.objects.get(state="issued")
    record_reimbursement(order, amount, actor=staff.accountant, note="Virement reçu.")


def owed() -> list[Decimal]:
    rows: FundingRequestQuerySet = FundingRequest.objects.owed_back()
    return list(rows.order_by("pk").values_list("owed", flat=True))


def is_even() -> None:
    """Nothing is due, to be recovered nor held: what was paid is what was paid back."""
    sums = LedgerEntry.objects.all().balance()
    assert (sums["entitled"], sums["to_pay"], sums["to_recover"]) == (ZERO, ZERO, ZERO)
    assert sums["paid"] == sums["recovered"]


@pytest.fixture
def returned(advance: FundingRequest, staff: Staff) -> FundingRequest:
    """Paid, cancelled, 100 € of it paid back, and then returned by the bank."""
    run = paid(staff)
    cancel(advance, staff)
    pay_back(staff, Decimal("100.00"))
    told(run, staff, paid=False)
    return advance


@pytest.mark.parametrize("part", ["100.00", "360.00"])
def test_it_is_given_back_by_a_run(advance: FundingRequest, staff: Staff, part: str) -> None:
    """In part or in whole: the amount of the ledger, to the cent, and the request stays so."""
    run = paid(staff)
    cancel(advance, staff)
    assert owed() == []
    pay_back(staff, Decimal(part))
    assert owed() == []
    told(run, staff, paid=False)
    assert owed() == [Decimal(part)]
    refund = Payment.objects.get(run=paid(staff))
    assert (refund.is_refund, refund.amount, refund.state) == (True, Decimal(part), "paid")
    assert refund.supplier == advance.supplier
    advance.refresh_from_db()
    assert advance.state == "cancelled"
    assert owed() == []
    is_even()
    with pytest.raises(ForbiddenMoveError, match="Aucune demande acceptée à payer"):
        prepare_run(actor=staff.preparer, schemes=[RIS])


def test_nothing_paid_back_nothing_owed(advance: FundingRequest, staff: Staff) -> None:
    """The order falls with the returned transfer, as before."""
    run = paid(staff)
    cancel(advance, staff)
    told(run, staff, paid=False)
    assert owed() == []
    is_even()


def test_four_eyes_and_once(returned: FundingRequest, staff: Staff) -> None:
    """Whoever prepares does not approve; in one live transfer at most, says the database."""
    run = prepare_run(actor=staff.preparer, schemes=[RIS]).run
    assert owed() == []
    move_run(run, "propose", actor=staff.preparer, role=Role.OFFICER)
    with pytest.raises(ForbiddenMoveError, match="n’est pas celui qui l’approuve"):
        move_run(run, "approve", actor=staff.preparer, role=Role.OFFICER)
    payment = Payment.objects.get(run=run)
    payment.pk = None
    with pytest.raises(IntegrityError, match="payment_request_once"), transaction.atomic():
        payment.save(force_insert=True)


def test_a_transfer_that_does_not_leave_leaves_it_owed(
    returned: FundingRequest, staff: Staff
) -> None:
    """Withdrawn from its run, or the run abandoned: the request is not touched."""
    run = prepare_run(actor=staff.preparer, schemes=[RIS]).run
    withdraw_payment(
        Payment.objects.get(run=run), actor=staff.preparer, reason_code="other", note="x"
    )
    assert owed() == [Decimal("100.00")]
    run = prepare_run(actor=staff.preparer, schemes=[RIS]).run
    move_run(run, "cancel", actor=staff.preparer, role=Role.OFFICER, **CANCEL)
    assert owed() == [Decimal("100.00")]
    returned.refresh_from_db()
    assert returned.state == "cancelled"


@pytest.mark.parametrize("is_paid_first", [False, True])
def test_a_refund_that_the_bank_gives_back_is_owed_again(
    returned: FundingRequest, staff: Staff, is_paid_first: bool
) -> None:
    """Rejected, or paid and returned: the next run pays it, and the ledger stays even."""
    run = sent(staff)
    if is_paid_first:
        told(run, staff, paid=True)
    told(run, staff, paid=False)
    assert owed() == [Decimal("100.00")]
    assert LedgerEntry.objects.all().balance()["to_pay"] == Decimal("100.00")
    paid(staff)
    assert owed() == []
    is_even()


@pytest.mark.parametrize("back", ["0.00", "50.00", "120.00"])
@pytest.mark.parametrize("is_paid_twice", [False, True])
def test_the_excess_of_a_balance(
    advance: FundingRequest, staff: Staff, back: str, is_paid_twice: bool
) -> None:
    """Claimed of an advance cancelled, then returned by the bank, the first time it was paid or
    the second: nothing is asked of money not held, and what was paid back is owed."""
    run = paid(staff)
    balance = a_balance_of(advance, gross="240.00")
    officer = User.objects.get(email="instruit@asp.fr")
    move_request(balance, "accept", actor=officer, role=Role.OFFICER)
    assert Recovery.objects.get().amount == EXCESS
    if given := Decimal(back):
        pay_back(staff, given)
    if is_paid_twice:
        told(run, staff, paid=False)
        with pytest.raises(ForbiddenMoveError, match="versez-la de nouveau avant"):
            cancel(advance, staff)
        run = paid(staff)
    cancel(advance, staff)
    told(run, staff, paid=False)
    assert not Recovery.objects.filter(state="issued").exists()
    assert owed() == ([given] if given else [])
    if given:
        paid(staff)
    is_even()


def test_the_officer_sees_it(returned: FundingRequest, staff: Staff) -> None:
    """A queue of the desk, a card of the first page, the request with the reason, the run."""
    sync_groups()
    client = Client()
    client.force_login(staff.preparer)
    queues = Desk.of(staff.preparer, [RIS], clock.now()).queues()
    assert [one.count for one in queues if one.key == OWED_BACK] == [1]
    desk = client.get(reverse("admin:funding_desk"), {"file": OWED_BACK}).content.decode()
    assert in_french(Decimal("100.00")) in desk
    assert "Sommes à restituer" in client.get(reverse("admin:index")).content.decode()
    page = reverse("admin:funding_fundingrequest_change", args=[returned.pk])
    text = client.get(page).content.decode()
    assert "À restituer au fournisseur" in text
    for one in (*Recovery.objects.all(), *Payment.objects.filter(state="returned")):
        assert f"{one}" in text
    prepare = reverse("admin:funding_paymentrun_add")
    assert "À restituer" in client.get(prepare).content.decode()
    client.post(prepare, {"schemes": [RIS], "suppliers": [returned.supplier_id]})
    payment = Payment.objects.get(is_refund=True)
    assert "Restitution" in "".join(transfer_sheet([payment]))
    shown = reverse("admin:funding_paymentrun_change", args=[payment.run_id])
    assert "Restitution" in client.get(shown).content.decode()
    assert "Sommes à restituer" not in client.get(reverse("admin:index")).content.decode()
    assert "À restituer au fournisseur" not in client.get(page).content.decode()


def test_the_supplier_sees_it(returned: FundingRequest, staff: Staff) -> None:
    """On « Paiements »: awaited, in preparation, then among its transfers."""
    client = Client()
    client.force_login(returned.deposit.deposited_by)

    def page() -> str:
        return client.get(reverse("payment_list")).content.decode()

    assert "Sommes que l’ASP vous rend" in page()
    assert "En attente du prochain lot de paiement" in page()
    run = prepare_run(actor=staff.preparer, schemes=[RIS]).run
    assert "Paiement en préparation" in page()
    move_run(run, "cancel", actor=staff.preparer, role=Role.OFFICER, **CANCEL)
    paid(staff)
    assert "Sommes que l’ASP vous rend" not in page()
    assert "Restitution" in page()
