"""The life of enrolments and layouts, as their state tables allow (domain page, sections 3, 4)."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from enrolment.actions.permissions import check_assigned
from enrolment.models import Enrolment, Specimen, User
from enrolment.workflow import ENROLMENT, SPECIMEN
from segur_portal.common import clock
from segur_portal.common.actions import move
from segur_portal.common.workflow import ForbiddenMoveError


@transaction.atomic
def move_enrolment(
    enrolment: Enrolment,
    name: str,
    *,
    actor: User | None,
    role: str,
    reason_code: str = "",
    note: str = "",
) -> None:
    """Move an enrolment; a validation sets its date.

    Raises ForbiddenMoveError, in French: the state table, an officer's schemes, a validation
    without a solution, or a definitive one before ANS referenced every solution.
    """
    check_assigned(actor, enrolment.scheme_id)
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    changes: dict[str, Any] = {}
    if name == "validate_early":
        _check_solutions(locked, must_be_referenced=False)
        changes["early_validated_on"] = clock.today()
    elif name == "validate_final":
        _check_solutions(locked, must_be_referenced=True)
        changes["final_validated_on"] = clock.today()
    move(
        enrolment,
        name,
        workflow=ENROLMENT,
        role=role,
        actor=actor,
        reason_code=reason_code,
        note=note,
        **changes,
    )


def _check_solutions(enrolment: Enrolment, *, must_be_referenced: bool) -> None:
    solutions = list(enrolment.solutions.order_by("name", "version"))
    if not solutions:
        raise ForbiddenMoveError("L’enrôlement ne désigne aucune solution.")
    missing = [str(solution) for solution in solutions if solution.referenced_on is None]
    if must_be_referenced and missing:
        raise ForbiddenMoveError(
            f"L’ANS n’a pas encore enregistré le référencement de {', '.join(missing)}."
        )


@transaction.atomic
def move_specimen(
    specimen: Specimen,
    name: str,
    *,
    actor: User | None,
    role: str,
    reason_code: str = "",
    note: str = "",
) -> None:
    """Move a layout under review; declared compliant, it is so from today.

    Raises ForbiddenMoveError, in French: the state table, or an officer's schemes.
    """
    check_assigned(actor, specimen.scheme_id)
    move(
        specimen,
        name,
        workflow=SPECIMEN,
        role=role,
        actor=actor,
        reason_code=reason_code,
        note=note,
        **({"compliant_from": clock.today()} if name == "approve" else {}),
    )
