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

from orders.models import BaseImport
from orders.queries import next_version
from orders.workflow import BASE_IMPORT, ImportState
from segur_portal.common import clock
from segur_portal.common.actions import move
from segur_portal.common.enums import Role
from segur_portal.common.models import JournalEntry

from .base_copy import fill_staging
from .base_files import BaseFileError
from .base_lock import base_lock, fail_interrupted
from .base_rails import alarms, check_date, check_lines, is_known_file
from .base_report import REFUSALS_SHOWN, describe, store_refusals
from .base_sql import Counts, Tables

logger = logging.getLogger(__name__)
RUNNABLE = BASE_IMPORT.moves["start"].sources
MAX_ATTEMPTS = 3
_ASKED = ("receive", "restart", "release")


def run_import(import_id: int, *, force: bool = False) -> BaseImport:
    """Import a received file; the import says what became of it (state, counts, report).

    `force` takes a file that is older than the base in force, or the same; it does not open the
    quarantine. Does nothing when the import is over or in quarantine. One whose process died is
    run again, `MAX_ATTEMPTS` times in all. Raises BaseBusyError when another import of the same
    base runs; anything unexpected leaves the import « failed » and is raised.
    """
    import_ = BaseImport.objects.select_related("file").get(pk=import_id)
    with base_lock(import_.scheme_id):
        import_.refresh_from_db()
        if import_.state in RUNNABLE:
            fail_interrupted(import_.scheme_id, but=import_.pk)
            if _interruptions(import_) < MAX_ATTEMPTS:
                _run(import_, force=force)
            else:
                _finish(import_, "fail", note=f"{MAX_ATTEMPTS} tentatives interrompues.")
    return import_


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
    check_lines(count)
    changes = _account(import_, tables, count, counts)
    found = alarms(import_, count, counts)
    report = changes["report"]
    report["reason"] = " ".join(found)
    report["in_force"] = counts.in_force
    report["seconds"] = {
        "copy": round(copied - started, 2),
        "compare": round(time.monotonic() - copied, 2),
    }
    if counts.refused == count:
        report["reason"] = "Toutes les lignes du fichier sont refusées."
        _finish(import_, "refuse", note=report["reason"], **changes)
    elif found:
        _finish(import_, "quarantine", note=report["reason"], **changes)
    elif counts.is_nothing:
        _finish(import_, "keep", **changes)
    else:
        version = next_version(import_.scheme_id)
        tables.write(import_.scheme_id, version)
        _finish(import_, "apply", version=version, **changes)
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


def _finish(import_: BaseImport, name: str, **changes: Any) -> None:
    _move(import_, name, finished_at=clock.now(), **changes)


def _move(import_: BaseImport, name: str, **changes: Any) -> None:
    move(import_, name, workflow=BASE_IMPORT, role=Role.SYSTEM, **changes)


def _interruptions(import_: BaseImport) -> int:
    """How many processes died on this import since somebody last asked for it."""
    entries = JournalEntry.objects.filter(
        subject=BaseImport._meta.label, subject_id=str(import_.pk), verb__in=["start", *_ASKED]
    )
    verbs = list(entries.order_by("-pk").values_list("verb", flat=True))
    return next((rank for rank, verb in enumerate(verbs) if verb in _ASKED), len(verbs))
