"""The nightly import of the eligible-clients base (domain page, section 6, Eligibility).

A file is received, then run: staged, compared with the base in force, held to the rails, and
written as the next version, all in one transaction. Whatever happens before its commit, the
version in force stays as it was.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.db import connection, transaction

from enrolment.enums import UserKind
from enrolment.models import User
from orders.models import BaseImport
from orders.queries import next_version
from orders.workflow import BASE_IMPORT, ImportState
from segur_portal.common import clock
from segur_portal.common.actions import move
from segur_portal.common.enums import Role
from segur_portal.common.workflow import ForbiddenMoveError

from .base_copy import fill_staging
from .base_files import BaseFileError
from .base_lock import base_lock, fail_interrupted
from .base_rails import alarms, check_date, check_lines, is_known_file
from .base_report import REFUSALS_SHOWN, describe, store_refusals
from .base_sql import Counts, Tables

logger = logging.getLogger(__name__)
RUNNABLE = BASE_IMPORT.moves["start"].sources


def run_import(import_id: int, *, force: bool = False) -> BaseImport:
    """Import a received file; the import says what became of it (state, counts, report).

    `force` takes a file that is older than the base in force, or the same; it does not open the
    quarantine. Does nothing when the import is over or in quarantine. Raises BaseBusyError when
    another import of the same base runs; anything unexpected leaves the import « failed ».
    """
    import_ = BaseImport.objects.select_related("file").get(pk=import_id)
    with base_lock(import_.scheme_id):
        import_.refresh_from_db()
        if import_.state in RUNNABLE:
            fail_interrupted(import_.scheme_id, but=import_.pk)
            _run(import_, force=force)
    return import_


def release_import(import_: BaseImport, officer: User, note: str) -> BaseImport:
    """Lift the quarantine and import: the difference is computed again and applied.

    `officer` takes it upon himself, and says why. Raises ForbiddenMoveError when the import is
    not in quarantine or the user is no officer, and what `run_import` raises.
    """
    _check_officer(officer)
    _move(import_, "release", actor=officer, note=note, released_by=officer, finished_at=None)
    return run_import(import_.pk)


def reject_import(import_: BaseImport, officer: User, note: str) -> None:
    """Put a quarantined file away for good. Raises ForbiddenMoveError."""
    _check_officer(officer)
    _move(import_, "reject", actor=officer, note=note, finished_at=clock.now())


def _run(import_: BaseImport, *, force: bool) -> None:
    _move(import_, "start", started_at=clock.now(), finished_at=None)
    try:
        with transaction.atomic():
            _import(import_, force=force)
    except BaseFileError as error:
        _finish(import_, "refuse", note=str(error), report={"reason": str(error)})
    except Exception as error:
        logger.exception("Import %s de la base %s", import_.pk, import_.scheme_id)
        _finish(import_, "fail", note=f"{type(error).__name__} : {error}"[:500])
        raise
    else:
        if import_.added + import_.changed > import_.row_count / 10:
            # The plans of the next deposits must not wait for the autovacuum.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE orders_eligibleclient (scheme_id, kind, value)")


def _import(import_: BaseImport, *, force: bool) -> None:
    if not force:
        if is_known_file(import_):
            _finish(import_, "keep", report={"reason": "Même fichier que la base en vigueur."})
            return
        check_date(import_)
    assert import_.file
    started, tables = time.monotonic(), Tables(import_.pk)
    count = fill_staging(tables, import_.file)
    copied = time.monotonic()
    counts = tables.compare(import_.scheme_id)
    check_lines(count, counts)
    changes = _account(import_, tables, count, counts)
    found = alarms(import_, count, counts)
    report = changes.pop("report") | {
        "reason": " ".join(found),
        "in_force": counts.in_force,
        "seconds": {
            "copy": round(copied - started, 2),
            "compare": round(time.monotonic() - copied, 2),
        },
    }
    if found:
        _finish(import_, "quarantine", note=report["reason"], report=report, **changes)
    elif counts.is_nothing:
        _finish(import_, "keep", report=report, **changes)
    else:
        version = next_version(import_.scheme_id)
        tables.write(import_.scheme_id, version)
        _finish(import_, "apply", version=version, report=report, **changes)
        _supersede(import_)
    tables.drop()


def _account(import_: BaseImport, tables: Tables, count: int, counts: Counts) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "row_count": count,
        "added": counts.added,
        "changed": counts.changed,
        "ended": counts.ended,
        "refused": counts.refused,
        "report": describe(tables),
    }
    if counts.refused > REFUSALS_SHOWN:
        changes["refusals"] = store_refusals(import_, tables)
    return changes


def _supersede(applied: BaseImport) -> None:
    """A file still in quarantine that this one replaces waits for nobody any more."""
    waiting = BaseImport.objects.filter(
        scheme=applied.scheme_id,
        state=ImportState.QUARANTINED,
        business_date__lte=applied.business_date,
    )
    for import_ in waiting:
        _finish(import_, "refuse", note=f"Remplacé par la version {applied.version} de la base.")


def _check_officer(officer: User) -> None:
    if officer.kind != UserKind.OFFICER or not officer.is_active:
        raise ForbiddenMoveError("Seul un gestionnaire de l’ASP décide d’un import de la base.")


def _finish(import_: BaseImport, name: str, **changes: Any) -> None:
    _move(import_, name, finished_at=clock.now(), **changes)


def _move(import_: BaseImport, name: str, *, actor: User | None = None, **changes: Any) -> None:
    role = Role.OFFICER if actor else Role.SYSTEM
    move(import_, name, workflow=BASE_IMPORT, role=role, actor=actor, **changes)
