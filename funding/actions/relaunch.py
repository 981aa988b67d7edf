"""Starting a deposit again by hand: one that failed, or that no worker seems to treat."""

from __future__ import annotations

from django.db import transaction

from enrolment.actions import check_assigned
from enrolment.models import User
from funding.actions.process import restart_deposit
from funding.actions.receive import wake_worker
from funding.models import Deposit
from funding.workflow import DEPOSIT
from segur_portal.common.actions import write_journal
from segur_portal.common.workflow import ForbiddenMoveError


@transaction.atomic
def relaunch_deposit(deposit: Deposit, *, actor: User, note: str = "") -> None:
    """Treat again a failed deposit, or wake a worker for one that waits.

    Waking twice is harmless: the second worker finds the row locked or finished. Raises
    ForbiddenMoveError for a deposit already treated, or of a scheme that is not the officer's.
    """
    if deposit.scheme_id:
        check_assigned(actor, deposit.scheme_id)
    current = Deposit.objects.select_for_update(of=("self",)).get(pk=deposit.pk)
    if DEPOSIT.states[current.state].is_final:
        raise ForbiddenMoveError("Ce dépôt est déjà traité.")
    if current.state == "incomplete":
        raise ForbiddenMoveError("Ce dépôt attend des pièces de son fournisseur.")
    if current.state == "failed":
        restart_deposit(deposit, actor=actor)
        return
    write_journal(deposit, "relaunch", actor=actor, note=note, is_public=False)
    transaction.on_commit(lambda: wake_worker(deposit.pk))
