"""Undoing an applied list in one action: what it wrote goes back to what it was.

Nothing is deleted: what the list added stays, without its referencing or its declaration. A row
that was changed since is left as it is, and told.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from enrolment.actions.permissions import role_of
from enrolment.actions.referencing import check_decider, move_import, referencing_lock, state_of
from enrolment.actions.referencing_news import tell_undeclared, tell_unreferenced
from enrolment.actions.referencing_report import SHOWN, difference
from enrolment.actions.referencing_written import Row, changed_since, put_back, read_kept
from enrolment.models import Distribution, ReferencingImport, Solution, User
from enrolment.workflow import REFERENCING_IMPORT
from segur_portal.common.workflow import ForbiddenMoveError

NOTHING_KEPT = (
    "Cette liste a été appliquée avant que le portail ne garde ce qu’une liste change : elle ne se "
    "restaure pas."
)


def restore_referencing(import_: ReferencingImport, *, actor: User, note: str) -> None:
    """Put back everything that an applied list changed and nobody changed since; its report says
    what was put back and what was left.

    The enrolments that lose a referencing or a declaration are told. Raises ForbiddenMoveError: the
    state (a list is restored once), the agent's rights, no reason, nothing kept, another list being
    imported or restored.
    """
    check_decider(import_, actor)
    role = role_of(actor)
    with transaction.atomic(), referencing_lock():
        REFERENCING_IMPORT.check("restore", source=state_of(import_), role=role, reason=note)
        if import_.written is None:
            raise ForbiddenMoveError(NOTHING_KEPT)
        with pghistory.context(actor=actor.pk, note=f"{import_} restaurée : {note}"):
            restoration = _Restoration(import_.written)
        report = {**import_.report, **restoration.report()}
        move_import(import_, "restore", actor, role, note, is_over=False, report=report)
        tell_unreferenced(import_, restoration.unreferenced)
        tell_undeclared(import_, restoration.undeclared)


class _Restoration:
    """The rows of a list, locked and put back one by one."""

    def __init__(self, written: Iterable[dict[str, Any]]) -> None:
        self.back: list[list[str]] = []
        self.left: list[list[str]] = []
        self.unreferenced: list[Solution] = []
        self.undeclared: list[tuple[int, Solution]] = []
        written = list(written)
        rows: dict[tuple[str, int], Row] = {
            **{("solution", one.pk): one for one in _solutions(_keys(written, "solution"))},
            **{
                ("distribution", one.pk): one
                for one in _distributions(_keys(written, "distribution"))
            },
        }
        for one in written:
            row = rows.get((one["model"], one["pk"]))
            if row is None:
                self.left.append([f"n° {one['pk']}", "", "N’existe plus."])
            else:
                self._undo(row, read_kept(row, one["fields"]), is_new=one["is_new"])

    def report(self) -> dict[str, Any]:
        """What the page of the import shows of its restoration."""
        return {
            "back": self.back[:SHOWN],
            "back_count": len(self.back),
            "left": self.left[:SHOWN],
            "left_count": len(self.left),
        }

    def _undo(self, row: Row, fields: dict[str, tuple[Any, Any]], *, is_new: bool) -> None:
        names = _named(row)
        if changed := changed_since(row, fields):
            self.left.append([*names, f"Changée depuis – {difference(changed)}"])
            return
        was_referenced = isinstance(row, Solution) and row.referenced_on is not None
        put_back(row, fields)
        if fault := _saved(row, list(fields)):
            self.left.append([*names, fault])
            return
        reversed_ = {name: (after, before) for name, (before, after) in fields.items()}
        kept = "ajoutée par la liste, elle reste" if is_new else ""
        self.back.append([*names, "\u202f; ".join(filter(None, [difference(reversed_), kept]))])
        if isinstance(row, Distribution):
            if row.declared_on is None:
                self.undeclared.append((row.distributor_id, row.solution))
        elif was_referenced and row.referenced_on is None:
            self.unreferenced.append(row)


def _keys(written: Iterable[dict[str, Any]], model: str) -> list[int]:
    return [one["pk"] for one in written if one["model"] == model]


def _solutions(keys: list[int]) -> list[Solution]:
    rows = Solution.objects.select_for_update(of=("self",), no_key=True)
    return list(rows.filter(pk__in=keys).select_related("editor").order_by("pk"))


def _distributions(keys: list[int]) -> list[Distribution]:
    rows = Distribution.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.filter(pk__in=keys).select_related("solution", "distributor")
    return list(rows.order_by("pk"))


def _named(row: Row) -> list[str]:
    if isinstance(row, Distribution):
        return [str(row.solution), f"distribuée par {row.distributor}"]
    return [str(row), str(row.editor)]


def _saved(row: Row, fields: list[str]) -> str:
    """Save what was put back, or say why the row cannot be so any more: a number or a name taken
    since, facts that no longer go together."""
    if not fields:
        return ""
    try:
        row.validate_constraints()
        with transaction.atomic():
            row.save(update_fields=fields)
    except ValidationError as fault:
        return " ".join(fault.messages)
    except IntegrityError:
        # Taken by somebody at this very moment: the database said no.
        return "Ce nom ou ce numéro vient d’être pris."
    return ""
