"""What an import says of itself: examples of the difference, lines refused and why."""

from __future__ import annotations

import tempfile
from typing import Any

from django.db import connection

from orders.models import BaseImport
from segur_portal.common.actions import store_file
from segur_portal.common.models import StoredFile

from .base_sql import VALUES, Tables, typed

EXAMPLES = 50
REFUSALS_SHOWN = 100
_REFUSED = "SELECT line, kind, value, reason FROM {refusals} ORDER BY line LIMIT %s"
_NAMED = """
    SELECT d.kind, d.value, coalesce(d.label, c.label) FROM {difference} d
    LEFT JOIN orders_eligibleclient c ON c.id = d.old
    WHERE d.line IS NULL = %s AND d.old IS NULL = %s ORDER BY d.kind, d.value LIMIT %s
"""
_CHANGED = f"""
    SELECT d.kind, d.value, d.label, ARRAY[{", ".join(f"c.{name}::text" for name in VALUES)}],
           ARRAY[{", ".join(f"({typed('d', [name])})::text" for name in VALUES)}]
    FROM {{difference}} d JOIN orders_eligibleclient c ON c.id = d.old
    WHERE d.line IS NOT NULL ORDER BY d.kind, d.value LIMIT %s
"""  # noqa: S608 (constants only)
# An apostrophe in front of what a spreadsheet would take for a formula.
_EXPORT = """
    COPY (SELECT line AS ligne, CASE WHEN kind ~ '^[=+@-]' THEN '''' || kind ELSE kind END
                 AS type_identifiant,
                 CASE WHEN value ~ '^[=+@-]' THEN '''' || value ELSE value END AS identifiant,
                 reason AS motif
          FROM {refusals} ORDER BY line)
    TO STDOUT (FORMAT csv, DELIMITER ';', HEADER)
"""


def describe(tables: Tables) -> dict[str, Any]:
    """The report of an import, before its tables are dropped."""
    refused = tables.run(_REFUSED, REFUSALS_SHOWN)
    return {
        "refused": [
            dict(zip(("line", "kind", "value", "reason"), row, strict=True)) for row in refused
        ],
        "examples": {
            "added": _named(tables.run(_NAMED, False, True, EXAMPLES)),
            "ended": _named(tables.run(_NAMED, True, False, EXAMPLES)),
            "changed": [_change(*row) for row in tables.run(_CHANGED, EXAMPLES)],
        },
    }


def store_refusals(import_: BaseImport, tables: Tables) -> StoredFile:
    """Keep every refused line as a CSV file that a spreadsheet opens."""
    with tempfile.SpooledTemporaryFile(max_size=1_000_000) as content:
        content.write("\ufeff".encode())
        with (
            connection.cursor() as cursor,
            cursor.copy(_EXPORT.format(**tables.names)) as rows,
        ):
            for row in rows:
                content.write(row)
        content.seek(0)
        name = f"refus_{import_.scheme_id}_{import_.business_date:%Y%m%d}.csv"
        return store_file(content, name=name, purpose=StoredFile.Purpose.BASE)


def _named(rows: list[tuple[Any, ...]]) -> list[dict[str, str]]:
    return [{"kind": kind, "value": value, "label": label} for kind, value, label in rows]


def _change(kind: str, value: str, label: str, old: list[str], new: list[str]) -> dict[str, Any]:
    """`fields` gives, for each field that changes, its old and its new value."""
    both = zip(VALUES, old, new, strict=True)
    fields = {name: [before, after] for name, before, after in both if before != after}
    return {"kind": kind, "value": value, "label": label, "fields": fields}
