"""The audit trail: its tables, its daily seals, and what verifies them.

Triggers write the history of every business row (pghistory), actions the journal. Each night the
traces of the days before are hashed, chained to the seal before: a row changed, removed or slipped
in afterwards no longer gives the same digest. So are the rows that are never changed once written,
the ledger first (`Sealed`, on the model). A copy of the last digest kept elsewhere (it is in the
scheduler's log) proves that the chain itself was not rewritten.

A seal names its tables and their columns: one made before a table was sealed, or a column added,
is verified as it was made; the rows written until then enter the next seal.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from segur_portal.common import clock
from segur_portal.common.models import AuditSeal, Sealed

logger = logging.getLogger(__name__)
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('audit seal', 0))"


@dataclass(frozen=True, slots=True)
class Trace:
    """A table of traces: its key, and the column that says when each row was written."""

    table: str
    key: str
    at: str
    columns: tuple[str, ...]


def event_models() -> list[type[Any]]:
    """The models of history, by the name of what they follow."""
    found = [model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]
    return sorted(found, key=lambda model: str(model.pgh_tracked_model._meta.label))


def traces() -> list[Trace]:
    """Every table sealed, in the order of their names."""
    history = [_trace(model, "pgh_id", "pgh_created_at") for model in event_models()]
    written_once = [
        _declared(model, model.sealed) for model in apps.get_models() if hasattr(model, "sealed")
    ]
    return sorted([*history, *written_once], key=lambda one: one.table)


def _trace(model: type[models.Model], key: str, at: str) -> Trace:
    columns = tuple(sorted(str(field.column) for field in model._meta.concrete_fields))
    return Trace(model._meta.db_table, key, at, columns)


def _declared(model: type[models.Model], sealed: Sealed) -> Trace:
    """The rows of a model, as it says itself."""
    whole = _trace(model, "id", sealed.at)
    if not sealed.fields:
        return whole
    kept = ("id", *sealed.fields)
    columns = sorted(str(one.column) for one in model._meta.concrete_fields if one.name in kept)
    return Trace(sealed.table or whole.table, "id", sealed.at, tuple(columns))


@transaction.atomic
def seal_day(day: date | None = None) -> AuditSeal | None:
    """Seal what was written until the end of `day` (yesterday by default).

    None when that day is sealed already, or not over: rows of transactions in progress would be
    missed. Two sealers take turns.
    """
    # The machine's days, those of the triggers: the demonstration may move the portal's.
    today = clock.machine_now().astimezone(clock.PARIS).date()
    day = day or today - timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
    last = AuditSeal.objects.order_by("-day").first()
    if day >= today or (last is not None and day <= last.day):
        return None
    end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=clock.PARIS)
    known = last.tables if last else {}
    tables = {}
    for trace in traces():
        after = known.get(trace.table, {}).get("upto", 0)
        upto = _upto(trace, after, end)
        tables[trace.table] = _digest(trace.table, trace.key, trace.columns, after, upto)
    previous = last.digest if last else ""
    seal = AuditSeal.objects.create(
        day=day,
        made_at=clock.now(),
        previous=previous,
        digest=_chained(previous, day, tables),
        row_count=sum(one["rows"] for one in tables.values()),
        tables=tables,
    )
    logger.info("Audit sealed until %s: %s rows, %s.", day, seal.row_count, seal.digest)
    return seal


def verify_seals() -> Iterator[str]:
    """What no longer agrees with the seals, in French; nothing when all is well."""
    previous = ""
    for seal in AuditSeal.objects.order_by("day").iterator():
        if seal.previous != previous:
            yield f"Sceau du {seal} : il ne suit pas le précédent (un sceau manque ou a changé)."
        if _chained(seal.previous, seal.day, seal.tables) != seal.digest:
            yield f"Sceau du {seal} : son empreinte n’est plus la sienne."
        for table, kept in seal.tables.items():
            yield from _differences(seal, table, kept)
        previous = seal.digest


def _differences(seal: AuditSeal, table: str, kept: dict[str, Any]) -> Iterator[str]:
    missing = set(kept["columns"]) - _columns(table)
    if missing:
        yield f"{table}, {seal} : colonnes disparues ({', '.join(sorted(missing))})."
        return
    found = _digest(table, kept["key"], kept["columns"], kept["after"], kept["upto"])
    if found["rows"] != kept["rows"]:
        yield f"{table}, {seal} : {kept['rows']} traces scellées, {found['rows']} aujourd’hui."
    elif found["sha256"] != kept["sha256"]:
        yield f"{table}, {seal} : des traces ont été modifiées."


def _columns(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND table_name = %s",
            [table],
        )
        return {name for (name,) in cursor.fetchall()}


def _upto(trace: Trace, after: int, end: datetime) -> int:
    """The last key written before `end`; `after` when nothing was."""
    table, key, at = (connection.ops.quote_name(n) for n in (trace.table, trace.key, trace.at))
    sql = f"SELECT max({key}) FROM {table} WHERE {key} > %s AND {at} < %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [after, end])
        (found,) = cursor.fetchone()
    return int(found or after)


def _digest(
    table: str, key: str, columns: list[str] | tuple[str, ...], after: int, upto: int
) -> dict[str, Any]:
    """The digest of the rows `(after, upto]`, streamed: their number does not matter."""
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(column) for column in columns)
    # A server in any zone and style writes the same text.
    sql = (
        f"COPY (SELECT row_to_json(t) FROM (SELECT {names} FROM {quoted(table)} "  # noqa: S608
        f"WHERE {quoted(key)} > {int(after)} AND {quoted(key)} <= {int(upto)} "
        f"ORDER BY {quoted(key)}) t) TO STDOUT"
    )
    digest, rows = hashlib.sha256(), 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone TO 'UTC'")
        with cursor.copy(sql) as copy:
            for part in copy:
                digest.update(part)
                rows += bytes(part).count(b"\n")
        cursor.execute("SET LOCAL timezone TO DEFAULT")
    return {
        "key": key,
        "columns": list(columns),
        "after": after,
        "upto": upto,
        "rows": rows,
        "sha256": digest.hexdigest(),
    }


def _chained(previous: str, day: date, tables: dict[str, Any]) -> str:
    content = json.dumps(
        {"previous": previous, "day": day.isoformat(), "tables": tables},
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(content.encode()).hexdigest()
