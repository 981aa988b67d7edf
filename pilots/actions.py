"""The review of pilot proofs, as their state table allows."""

from __future__ import annotations

from django.db import transaction

from enrolment.actions import check_assigned
from enrolment.models import User
from pilots.models import PilotProof
from pilots.workflow import PROOF
from segur_portal.common import clock
from segur_portal.common.actions import move


@transaction.atomic
def move_proof(
    proof: PilotProof,
    name: str,
    *,
    actor: User | None,
    role: str,
    reason_code: str = "",
    note: str = "",
) -> None:
    """Review a proof, today. Raises ForbiddenMoveError: the table, or an officer's schemes."""
    check_assigned(actor, proof.solution.scheme_id)
    move(
        proof,
        name,
        workflow=PROOF,
        role=role,
        actor=actor,
        reason_code=reason_code,
        note=note,
        reviewed_on=clock.today(),
    )
