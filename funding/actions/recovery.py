"""Following a recovery order until it is paid back (domain page, section 7)."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from enrolment.actions import check_assigned
from enrolment.models import User
from funding.actions.ledger import record_recovered
from funding.models import Recovery
from funding.workflow import RECOVERY
from segur_portal.common import clock
from segur_portal.common.actions import move, write_journal
from segur_portal.common.enums import Role


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
