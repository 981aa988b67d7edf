"""What an officer decides on the base: upload, release or reject, run again, restore a version."""

from __future__ import annotations

from typing import IO, Any

from django.db import transaction

from enrolment.actions import check_assigned
from enrolment.enums import UserKind
from enrolment.models import User
from orders.models import BaseImport
from orders.queries import current_import, next_version
from orders.workflow import BASE_IMPORT, ImportState
from segur_portal.common import clock
from segur_portal.common.actions import move, write_journal
from segur_portal.common.enums import Role
from segur_portal.common.workflow import ForbiddenMoveError

from .base_files import parse_name, receive_base_file
from .base_lock import base_lock, fail_interrupted
from .base_queue import wake_importer
from .base_report import describe
from .base_sql import Tables


@transaction.atomic
def upload_base_file(content: IO[bytes], name: str, *, officer: User) -> BaseImport:
    """Receive a file from an officer; a worker imports it.

    Raises BaseFileError on its name, ForbiddenMoveError for a scheme that is not the officer's.
    """
    scheme, _ = parse_name(name)
    _check_officer(officer, scheme.pk)
    import_ = receive_base_file(content, name, requested_by=officer)
    transaction.on_commit(wake_importer)
    return import_


def release_import(import_: BaseImport, *, officer: User, note: str) -> None:
    """Lift the quarantine: a worker computes the difference again and applies it.

    The officer takes it upon himself, and says why. Raises ForbiddenMoveError when the import is
    not in quarantine, or the user is no officer of its scheme.
    """
    _decide(import_, "release", officer, note, released_by=officer, finished_at=None)


def reject_import(import_: BaseImport, *, officer: User, note: str) -> None:
    """Put a quarantined file away for good. Raises ForbiddenMoveError."""
    _decide(import_, "reject", officer, note, finished_at=clock.now())


def restart_import(import_: BaseImport, *, officer: User, note: str = "") -> None:
    """Have a failed import run again. Raises ForbiddenMoveError."""
    _decide(import_, "restart", officer, note, finished_at=None)


def restore_version(past: BaseImport, *, officer: User, note: str) -> BaseImport:
    """Make the base what it was at the version of `past`, as a new version; nothing is deleted.

    Requests judged meanwhile keep the version they were judged on. Raises ForbiddenMoveError when
    `past` was never applied or is in force, without a reason, or for a user who is no officer of
    its scheme; BaseBusyError when an import of the base is running.
    """
    scheme = past.scheme_id
    _check_officer(officer, scheme)
    if not note.strip():
        raise ForbiddenMoveError("Rétablir une version demande un motif.")
    with base_lock(scheme), transaction.atomic():
        _check_past(past)
        import_ = BaseImport.objects.create(
            scheme_id=scheme,
            business_date=past.business_date,
            restores=past,
            requested_by=officer,
            received_at=clock.now(),
        )
        write_journal(import_, "restore", actor=officer, target=import_.state, note=note)
        fail_interrupted(scheme, but=import_.pk)
        _move(import_, "start", started_at=clock.now())
        _restore(import_, past, note)
    return import_


def _restore(import_: BaseImport, past: BaseImport, note: str) -> None:
    assert past.version
    scheme, tables = import_.scheme_id, Tables(import_.pk)
    counts = tables.compare_with_version(scheme, past.version)
    changes: dict[str, Any] = {
        "added": counts.added,
        "changed": counts.changed,
        "ended": counts.ended,
        "report": describe(tables) | {"reason": note, "in_force": counts.in_force},
        "version": next_version(scheme),
    }
    tables.write(scheme, changes["version"])
    _move(import_, "apply", finished_at=clock.now(), **changes)
    tables.drop()


def _check_past(past: BaseImport) -> None:
    current = current_import(past.scheme_id)
    if past.state != ImportState.APPLIED or current is None:
        raise ForbiddenMoveError("Cette version n’a jamais été en vigueur.")
    if current.pk == past.pk:
        raise ForbiddenMoveError("Cette version est déjà celle en vigueur.")


@transaction.atomic
def _decide(import_: BaseImport, name: str, officer: User, note: str, **changes: Any) -> None:
    _check_officer(officer, import_.scheme_id)
    move(
        import_,
        name,
        workflow=BASE_IMPORT,
        role=Role.OFFICER,
        actor=officer,
        note=note,
        **changes,
    )
    if import_.state == ImportState.RECEIVED:
        transaction.on_commit(wake_importer)


def _check_officer(officer: User, scheme_id: str) -> None:
    if officer.kind != UserKind.OFFICER or not officer.is_active:
        raise ForbiddenMoveError("Seul un gestionnaire de l’ASP décide d’un import de la base.")
    check_assigned(officer, scheme_id)


def _move(import_: BaseImport, name: str, **changes: Any) -> None:
    move(import_, name, workflow=BASE_IMPORT, role=Role.SYSTEM, **changes)
