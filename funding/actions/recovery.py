"""Following a recovery order until it is paid back (domain page, section 7)."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from enrolment.actions import check_assigned
from enrolment.models import User
from funding.actions.ledger import record_recovered, record_recovery_cancelled
from funding.actions.telling import tell_recovery_cancelled
from funding.models import Payment, Recovery
from funding.workflow import RECOVERY
from segur_portal.common import clock
from segur_portal.common.actions import move, write_journal
from segur_portal.common.enums import Role
from segur_portal.common.money import ZERO


@transaction.atomic
def record_reimbursement(recovery: Recovery, amount: Decimal, *, actor: User, note: str) -> None:
    """The accounting officer received an amount; the order is closed when all is received.

    Raises ForbiddenMoveError when the order is closed or the amount exceeds what is owed.
    """
    locked = Recovery.objects.select_for_update().select_related("request").get(pk=recovery.pk)
    check_assigned(actor, locked.request.scheme_id)
    RECOVERY.check("recover", source=locked.state, role=Role.ACCOUNTANT)
    record_recovered(locked, amount, at=clock.now())
    total = locked.recovered + amount
    if total == locked.amount:
        move(
            recovery,
            "recover",
            workflow=RECOVERY,
            role=Role.ACCOUNTANT,
            actor=actor,
            note=note,
            recovered=total,
        )
        return
    Recovery.objects.filter(pk=locked.pk).update(recovered=total)
    recovery.recovered = total
    write_journal(recovery, "reimburse", actor=actor, note=note, data={"amount": f"{amount}"})


@transaction.atomic
def follow_return(payment: Payment, *, actor: User, note: str) -> Decimal:
    """The bank returned the transfer of a request cancelled meanwhile: the supplier holds nothing
    of it, so that what is left of its recovery order is claimed no more.

    Returns what the supplier had paid back already, and is now owed. The caller holds the request,
    which every deed that issues an order locks first.
    """
    recovery = Recovery.objects.select_for_update().filter(request=payment.request_id).first()
    if recovery is None:
        return ZERO
    if recovery.state == "issued":
        left = recovery.amount - recovery.recovered
        record_recovery_cancelled(payment, left, at=clock.now())
        move(
            recovery,
            "cancel",
            workflow=RECOVERY,
            role=Role.SYSTEM,
            actor=actor,
            note=f"{payment} retourné par la banque. {note}".strip(),
        )
    tell_recovery_cancelled(recovery)
    return recovery.recovered
