"""The life of enrolments and layouts, as their state tables allow (domain page, sections 3, 4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from enrolment.actions.permissions import check_assigned
from enrolment.actions.reviews import check_reviewed, take_facts, tell_decision
from enrolment.models import Enrolment, Specimen, User
from enrolment.rules.documents import Stage
from enrolment.workflow import ENROLMENT, SPECIMEN
from segur_portal.common import clock
from segur_portal.common.actions import move, write_journal
from segur_portal.common.enums import Role
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
    reopened_steps: Iterable[str] = (),
) -> None:
    """Move an enrolment; a validation sets its date, and what was declared becomes the rules'.

    `reopened_steps` are those that a correction opens beside the documents sent back. Its members
    are told of each decision. Raises ForbiddenMoveError, in French: the state table, an officer's
    schemes, an enrolment that another officer holds, a validation without a solution or before
    every document is accepted, a definitive one before ANS referenced every solution.
    """
    check_assigned(actor, enrolment.scheme_id)
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("scheme")
    locked = rows.get(pk=enrolment.pk)
    changes: dict[str, Any] = {}
    if role == Role.OFFICER:
        ENROLMENT.check(name, source=locked.state, role=role, reason=note, code=reason_code)
        _check_holder(locked, name, actor)
    if name == "take":
        changes["assigned_to"] = actor
    elif name == "validate_early":
        _check_not_early(locked)
        _check_solutions(locked, must_be_referenced=False)
        check_reviewed(locked, Stage.EARLY)
        changes["early_validated_on"] = clock.today()
    elif name == "validate_final":
        _check_solutions(locked, must_be_referenced=True)
        check_reviewed(locked, Stage.FINAL)
        changes |= {"final_validated_on": clock.today(), "stage_asked": Stage.FINAL.value}
    elif name == "request_correction":
        changes["reopened_steps"] = sorted(reopened_steps)
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
    if name in ("validate_early", "validate_final"):
        take_facts(locked)
    if role == Role.OFFICER:
        tell_decision(locked, name, note=note)


@transaction.atomic
def assign_enrolment(enrolment: Enrolment, *, actor: User) -> None:
    """Take an enrolment upon oneself, from the queue or from a colleague."""
    check_assigned(actor, enrolment.scheme_id)
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if locked.assigned_to_id == actor.pk:
        return
    Enrolment.objects.filter(pk=locked.pk).update(assigned_to=actor)
    write_journal(locked, "assign", actor=actor, is_public=False)


def _check_holder(enrolment: Enrolment, name: str, actor: User | None) -> None:
    """One officer at a time: the other is told who holds it."""
    holder = enrolment.assigned_to
    if name == "take" or holder is None or actor is None or holder.pk == actor.pk:
        return
    raise ForbiddenMoveError(
        f"Cet enrôlement est attribué à {holder} : attribuez-le-vous avant de décider."
    )


def _check_not_early(enrolment: Enrolment) -> None:
    """The early stage is validated once; what follows is the finalisation."""
    if enrolment.early_validated_on is not None:
        raise ForbiddenMoveError(
            "L’étape anticipée est déjà validée : validez le définitif, ou demandez une correction."
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
