"""The difference between a staged file and the base in force, and its writing, as sets of rows.

Three tables live as long as the transaction of an import: the staging (the file's lines), the
difference (what is new, changed or gone) and the refusals. They are unlogged, not temporary:
PostgreSQL plans nothing in parallel over a temporary table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from .base_checks import IS_WRONG, REASONS
from .base_files import COLUMNS

_ALL = ", ".join(COLUMNS.values())
_KEY = ("kind", "value")
VALUES = [field for field in COLUMNS.values() if field not in _KEY]

# Text of the staging → type of the base.
TYPED = {
    "is_liberal": "{0}.is_liberal = '1'",
    "doctor_count": "{0}.doctor_count::int",
    "activity_2023": "nullif({0}.activity_2023, '')::int",
    "had_wave_1": "{0}.had_wave_1 = '1'",
}
# The base, as the staging would write it: comparing texts never fails on a wrong value.
_AS_TEXT = {
    "is_liberal": "CASE WHEN {0}.is_liberal THEN '1' ELSE '0' END",
    "doctor_count": "{0}.doctor_count::text",
    "activity_2023": "coalesce({0}.activity_2023::text, '')",
    "had_wave_1": "CASE WHEN {0}.had_wave_1 THEN '1' ELSE '0' END",
}


def typed(alias: str, fields: list[str]) -> str:
    """These columns of a staged line, with the types of the base."""
    return ", ".join(TYPED.get(field, f"{{0}}.{field}").format(alias) for field in fields)


def _row(alias: str, fields: list[str]) -> str:
    return f"({', '.join(f'{alias}.{field}' for field in fields)})"


_IN_FORCE = "(SELECT * FROM orders_eligibleclient WHERE scheme_id = %s AND valid_to IS NULL)"


def _text(alias: str, field: str) -> str:
    return _AS_TEXT.get(field, f"{{0}}.{field}").format(alias)


# A ceiling, not a reservation: one import at a time, and at ten times today's base its join stays
# out of the disk (measured: 15 s instead of 37 s for 3 million lines).
_SETTINGS = "SET LOCAL work_mem = '512MB'; SET LOCAL jit = off"
_MARK_REPEATED = """
    UPDATE {staging} s SET problem = 'identifiant déjà présent à la ligne ' || d.first
    FROM (SELECT kind, value, min(line) AS first FROM {staging} WHERE value <> ''
          GROUP BY kind, value HAVING count(*) > 1) d
    WHERE s.kind = d.kind AND s.value = d.value AND s.line > d.first AND s.problem IS NULL
"""
_DIFFERENCE = f"""
    CREATE UNLOGGED TABLE {{difference}} AS
    SELECT s.line, s.problem, c.id AS old, coalesce(s.kind, c.kind) AS kind,
           coalesce(s.value, c.value) AS value, {", ".join(f"s.{field}" for field in VALUES)}
    FROM {{staging}} s FULL JOIN {_IN_FORCE} c ON s.kind = c.kind AND s.value = c.value
    WHERE c.id IS NULL OR s.line IS NULL OR s.problem IS NOT NULL
       OR {_row("s", VALUES)} IS DISTINCT FROM ({", ".join(_text("c", field) for field in VALUES)})
"""  # noqa: S608 (constants only)
# The same table, from a past version instead of a file: what would have to be written again.
_DIFFERENCE_WITH_VERSION = f"""
    CREATE UNLOGGED TABLE {{difference}} AS
    SELECT s.id AS line, NULL::text AS problem, c.id AS old, coalesce(s.kind, c.kind) AS kind,
           coalesce(s.value, c.value) AS value,
           {", ".join(f"{_text('s', field)} AS {field}" for field in VALUES)}
    FROM (SELECT * FROM orders_eligibleclient
          WHERE scheme_id = %s AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)) s
    FULL JOIN {_IN_FORCE} c ON s.kind = c.kind AND s.value = c.value
    WHERE c.id IS DISTINCT FROM s.id AND {_row("s", VALUES)} IS DISTINCT FROM {_row("c", VALUES)}
"""  # noqa: S608
_NO_REFUSALS = """
    CREATE UNLOGGED TABLE {refusals} (line bigint, kind text, value text, reason text)
"""
_REFUSALS = f"""
    CREATE UNLOGGED TABLE {{refusals}} AS
    SELECT line, kind, value, coalesce(problem, {REASONS}) AS reason FROM {{difference}}
    WHERE line IS NOT NULL AND (problem IS NOT NULL OR {IS_WRONG})
"""  # noqa: S608
_SET_REFUSED_ASIDE = "DELETE FROM {difference} d USING {refusals} r WHERE d.line = r.line"
# An identifier with blanks, or whose leading zeros a spreadsheet ate, still names its client.
_KEEP_REFUSED_CLIENTS = """
    WITH cleaned AS (
        SELECT upper(btrim(kind)) AS kind,
               upper(regexp_replace(value, '[^0-9A-Za-z]', '', 'g')) AS value FROM {refusals}
    ), meant AS (
        SELECT kind, CASE WHEN char_length(value) < width THEN lpad(value, width, '0')
                          ELSE value END AS value
        FROM cleaned, (VALUES (9), (11)) AS widths(width) WHERE value <> ''
    )
    DELETE FROM {difference} d USING meant m
    WHERE d.line IS NULL AND d.value = m.value
      AND (d.kind = m.kind OR m.kind NOT IN ('RPPS', 'AM', 'FINESS', 'SIREN'))
"""
# « 07 » for 7: another text, the same value.
_FORGET_SAME_VALUES = f"""
    DELETE FROM {{difference}} d USING orders_eligibleclient c
    WHERE d.old = c.id AND d.line IS NOT NULL
      AND ({typed("d", VALUES)}) IS NOT DISTINCT FROM {_row("c", VALUES)}
"""  # noqa: S608
_COUNTS = """
    SELECT count(*) FILTER (WHERE line IS NOT NULL AND old IS NULL),
           count(*) FILTER (WHERE line IS NOT NULL AND old IS NOT NULL),
           count(*) FILTER (WHERE line IS NULL),
           (SELECT count(*) FROM {refusals}),
           (SELECT count(*) FROM orders_eligibleclient WHERE scheme_id = %s AND valid_to IS NULL)
    FROM {difference}
"""
_CLOSE = "UPDATE orders_eligibleclient c SET valid_to = %s FROM {difference} d WHERE c.id = d.old"
# In the order of the key: the index grows at its end, in memory, however large the base.
_INSERT = f"""
    INSERT INTO orders_eligibleclient (scheme_id, valid_from, {_ALL})
    SELECT %s, %s, {typed("d", list(COLUMNS.values()))} FROM {{difference}} d
    WHERE d.line IS NOT NULL ORDER BY d.kind, d.value
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Counts:
    """Lines of the base that an import adds, changes, ends or refuses; `in_force` before it."""

    added: int
    changed: int
    ended: int
    refused: int
    in_force: int

    @property
    def is_nothing(self) -> bool:
        """The file says what the base says."""
        return not (self.added or self.changed or self.ended)


@dataclass(frozen=True, slots=True)
class Tables:
    """The working tables of one import, which its transaction creates and drops."""

    import_id: int

    @property
    def names(self) -> dict[str, str]:
        """Names by role: staging, difference, refusals."""
        roles = ("staging", "difference", "refusals")
        return {role: f"orders_base_{role}_{self.import_id}" for role in roles}

    def run(self, sql: str, *parameters: str | int) -> list[tuple[Any, ...]]:
        """Execute with these tables' names; the rows, if the statement returns some."""
        with connection.cursor() as cursor:
            cursor.execute(sql.format(**self.names), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def compare(self, scheme: str) -> Counts:
        """What the staged file changes to the scheme's base; writes nothing in it."""
        self.run(_SETTINGS)
        self.run(_MARK_REPEATED)
        self.run(_DIFFERENCE, scheme)
        self.run(_REFUSALS)
        self.run(_SET_REFUSED_ASIDE)
        self.run(_KEEP_REFUSED_CLIENTS)
        self.run(_FORGET_SAME_VALUES)
        return Counts(*self.run(_COUNTS, scheme)[0])

    def compare_with_version(self, scheme: str, version: int) -> Counts:
        """What going back to a version changes to the scheme's base; writes nothing in it."""
        self.run(_SETTINGS)
        self.run(_DIFFERENCE_WITH_VERSION, scheme, version, version, scheme)
        self.run(_NO_REFUSALS)
        return Counts(*self.run(_COUNTS, scheme)[0])

    def write(self, scheme: str, version: int) -> None:
        """Make the difference the `version` of the scheme's base."""
        self.run(_CLOSE, version)
        self.run(_INSERT, scheme, version)

    def drop(self) -> None:
        """Leave nothing behind; a transaction that fails leaves nothing either."""
        self.run("DROP TABLE IF EXISTS {staging}, {difference}, {refusals}")
