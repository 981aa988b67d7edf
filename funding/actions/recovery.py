"""Following a recovery order until it is paid back (domain page, section 7)."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.db.models import Q

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
    of it, so that what is left of its recovery order is claimed no more, nor of those that took
    back an advance as the excess of its balances.

    Returns what the supplier had paid back already, and is now owed. The caller holds the request,
    which every deed that issues an order locks first.
    """
    of_excess = Q(request__advance=payment.request_id, request__amount_due=0)
    rows = Recovery.objects.filter(Q(request=payment.request_id) | of_excess)
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    issued = [one for one in found if one.state == "issued"]
    if issued:
        left = sum((one.amount - one.recovered for one in issued), ZERO)
        record_recovery_cancelled(payment, left, at=clock.now())
    for one in issued:
        move(
            one,
            "cancel",
            workflow=RECOVERY,
            role=Role.SYSTEM,
            actor=actor,
            note=f"{payment} retourné par la banque. {note}".strip(),
        )
    for one in found:
        tell_recovery_cancelled(one)
    return sum((one.recovered for one in found), ZERO)
