"""Writing the ledger: the only place that does. Each deed on money calls it in its transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from funding.actions.letters import issue_recovery
from funding.enums import LedgerKind
from funding.models import FundingRequest, LedgerEntry, Payment, Recovery
from segur_portal.common import clock
from segur_portal.common.actions import insert_rows, write_journal
from segur_portal.common.enums import Kind, ParameterCode
from segur_portal.common.french import day
from segur_portal.common.models import Parameter
from segur_portal.common.money import ZERO
from segur_portal.common.workflow import ForbiddenMoveError


def record_due(request: FundingRequest, *, at: datetime) -> None:
    """An accepted request is owed to its supplier.

    A balance below what its advance paid (clients removed since) takes the excess back.
    """
    _write(request, LedgerKind.DUE, request.amount_due, at)
    excess = excess_of(request)
    if excess:
        _write(request, LedgerKind.DUE_CANCELLED, excess, at)
        order_recovery(request, excess, at=at)


def record_cancellation(request: FundingRequest, *, was_paid: bool, at: datetime) -> None:
    """An accepted request is owed no more; what was paid of it is to be recovered.

    What was claimed already of an advance, as the excess of a balance, is not claimed again.
    """
    left = request.amount_due - claimed_of(request)
    if not left:
        return
    _write(request, LedgerKind.DUE_CANCELLED, left, at)
    if was_paid:
        order_recovery(request, left, at=at)


def claimed_of(request: FundingRequest) -> Decimal:
    """What recovery orders already take back of an advance: the excess of its balances, those
    cancelled since included. Nothing for a balance."""
    if request.kind != Kind.ADVANCE:
        return ZERO
    rows = FundingRequest.objects.with_claimed().filter(pk=request.pk)
    claimed: Decimal = rows.values_list("claimed", flat=True).get()
    return claimed


def excess_of(request: FundingRequest) -> Decimal:
    """What the advance paid beyond the validated amount of its balance (SOL-002)."""
    if request.kind != Kind.BALANCE:
        return ZERO
    return Decimal(str(request.pricing.get("excess") or "0"))


def order_recovery(request: FundingRequest, amount: Decimal, *, at: datetime) -> Recovery:
    """Order a supplier to pay back an amount (section 7), within the programme's delay."""
    today = clock.today()
    days = int(Parameter.objects.number(ParameterCode.RECOVERY_DAYS, request.scheme_id))
    recovery = Recovery.objects.create(
        request=request,
        supplier_id=request.supplier_id,
        amount=amount,
        issued_on=today,
        due_on=today + timedelta(days=days),
    )
    _write(request, LedgerKind.RECOVERY_DUE, amount, at)
    write_journal(recovery, "issue", at=at, target="issued", data={"request": request.number})
    issue_recovery(
        request,
        amount=f"{amount:.2f}",
        instructions=f"Référence à rappeler : {recovery.number}. "
        f"À rembourser avant le {day(recovery.due_on)}.",
    )
    return recovery


def record_recovered(recovery: Recovery, amount: Decimal, *, at: datetime) -> None:
    """The supplier paid back an amount. Raises ForbiddenMoveError when it is not owed."""
    if not ZERO < amount <= recovery.amount - recovery.recovered:
        raise ForbiddenMoveError("Le montant dépasse ce qui reste à recouvrer.")
    _write(recovery.request, LedgerKind.RECOVERED, amount, at)


def record_recovery_cancelled(payment: Payment, amount: Decimal, *, at: datetime) -> None:
    """The bank returned a transfer that was to be paid back: that much is claimed no more."""
    _write(payment.request, LedgerKind.RECOVERY_CANCELLED, amount, at, payment=payment)


def record_payments(payments: Iterable[Payment], kind: LedgerKind, *, at: datetime) -> None:
    """Transfers executed, or returned by the bank: one insertion for all."""
    insert_rows(
        [
            LedgerEntry(
                order_id=payment.request.order_id,
                request_id=payment.request_id,
                supplier_id=payment.supplier_id,
                scheme_id=payment.request.scheme_id,
                kind=kind,
                amount=payment.amount,
                at=at,
                payment=payment,
            )
            for payment in payments
        ]
    )


def _write(
    request: FundingRequest,
    kind: LedgerKind,
    amount: Decimal,
    at: datetime,
    payment: Payment | None = None,
) -> None:
    LedgerEntry.objects.create(
        order_id=request.order_id,
        request=request,
        supplier_id=request.supplier_id,
        scheme_id=request.scheme_id,
        kind=kind,
        amount=amount,
        at=at,
        payment=payment,
    )
