"""Named questions on the base, orders and claims."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps
from django.db import connection, models

from orders.rules.facts import BaseRow
from orders.workflow import ImportState
from segur_portal.common.clock import PARIS

if TYPE_CHECKING:
    from enrolment.models import Supplier
    from orders.models import BaseImport

_K = TypeVar("_K")

# When the night's imports must be over (the scheduler checks then).
NIGHT_ENDS = time(7)


class EligibleClientQuerySet(models.QuerySet[Any]):
    """Lines of the eligible-clients base."""

    def current(self) -> EligibleClientQuerySet:
        """The lines of the version in force."""
        return self.filter(valid_to__isnull=True)

    def at_version(self, scheme: str, version: int) -> EligibleClientQuerySet:
        """The lines as they stood at a version of a scheme's base."""
        return self.filter(scheme=scheme, valid_from__lte=version).exclude(valid_to__lte=version)

    def unclaimed_by(self, supplier: Supplier) -> EligibleClientQuerySet:
        """Lines whose identifier no live order of this supplier holds in the same scheme.

        What others hold is not told: like the simulator, it would be an oracle.
        """
        same = {name: models.OuterRef(name) for name in ("scheme", "kind", "value")}
        claims = apps.get_model("orders", "Claim")._default_manager.filter(
            released_at=None, order__supplier=supplier, **same
        )
        return self.filter(~models.Exists(claims))


class OrderQuerySet(models.QuerySet[Any]):
    """Purchase orders."""

    def of(self, supplier: Supplier) -> OrderQuerySet:
        """The orders of this supplier."""
        return self.filter(supplier=supplier)


class ClaimQuerySet(models.QuerySet[Any]):
    """Claims."""

    def live(self) -> ClaimQuerySet:
        """Claims that still hold."""
        return self.filter(released_at__isnull=True)

    def of_orders(self, order_ids: Iterable[int]) -> ClaimQuerySet:
        """Claims of these orders."""
        return self.filter(order_id__in=list(order_ids))


_BASE_COLUMNS = (
    "kind, value, rpps, siren, label, structure_type, specialty, is_liberal, doctor_count,"
    " activity, activity_2023, had_wave_1"
)
_ROWS_SQL = f"""
    SELECT {_BASE_COLUMNS} FROM orders_eligibleclient
    WHERE scheme_id = %s AND valid_to IS NULL
      AND (kind, value) IN (SELECT * FROM unnest(%s::varchar[], %s::varchar[]))
"""  # noqa: S608 (constants only)
_OVERRIDES_SQL = f"""
    SELECT DISTINCT ON (kind, value, asked.day) asked.day, is_eligible, {_BASE_COLUMNS}
    FROM orders_eligibilityoverride
    JOIN (SELECT * FROM unnest(%s::varchar[], %s::varchar[], %s::date[])) AS asked(k, v, day)
      ON (kind, value) = (asked.k, asked.v) AND asked.day BETWEEN starts_on AND ends_on
    WHERE scheme_id = %s
    ORDER BY kind, value, asked.day, starts_on DESC, id DESC
"""  # noqa: S608


def rows_for(
    scheme: str, keys: Sequence[tuple[str, str]], on: date
) -> dict[tuple[str, str], BaseRow]:
    """The lines of a scheme's base in force for these (kind, value), as they count on that day.

    An officer's override that covers the day has the last word: it removes the key, adds it, or
    replaces what it states (what it leaves blank stays as in the base). Two queries at most.
    """
    if not keys:
        return {}
    kinds, values = ([*column] for column in zip(*keys, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_ROWS_SQL, [scheme, kinds, values])
        rows = {(row[0], row[1]): BaseRow(*row) for row in cursor.fetchall()}
    for (kind, value, _), override in _overrides(scheme, [(*key, on) for key in keys]).items():
        _override(rows, (kind, value), (kind, value), override)
    return rows


def _overrides(
    scheme: str, keys: Sequence[tuple[str, str, date]]
) -> dict[tuple[str, str, date], tuple[Any, ...]]:
    """What officers' overrides say of these (kind, value) on these days, where they say something:
    eligible or not, then the columns of the base. One query."""
    kinds, values, days = ([*column] for column in zip(*dict.fromkeys(keys), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_OVERRIDES_SQL, [kinds, values, days, scheme])
        return {(row[2], row[3], row[0]): row[1:] for row in cursor.fetchall()}


def _override(
    rows: dict[_K, BaseRow], at: _K, key: tuple[str, str], override: Sequence[Any]
) -> None:
    is_eligible, *stated = override
    if is_eligible:
        rows[at] = _overridden(rows.get(at, BaseRow(*key)), stated)
    else:
        rows.pop(at, None)


def _overridden(row: BaseRow, stated: Sequence[Any]) -> BaseRow:
    names = [field.name for field in fields(BaseRow)]
    said = zip(names, stated, strict=True)
    return replace(row, **{name: value for name, value in said if value not in ("", None)})


def current_import(scheme: str) -> BaseImport | None:
    """The import (or restoration) whose version of the scheme's base is in force."""
    imports = apps.get_model("orders", "BaseImport")._default_manager
    found: BaseImport | None = (
        imports.filter(scheme=scheme, state=ImportState.APPLIED).order_by("-version").first()
    )
    return found


# Each half answers from its own partial index: the lines in force, the lines of the past.
_ROWS_AT_SQL = f"""
    WITH wanted AS (
        SELECT * FROM unnest(%s::varchar[], %s::varchar[], %s::integer[])
                      AS keys(kind, value, version)
    )
    SELECT wanted.version, {", ".join("line." + name for name in _BASE_COLUMNS.split(", "))}
    FROM wanted JOIN orders_eligibleclient line USING (kind, value)
    WHERE line.scheme_id = %s AND line.valid_to IS NULL AND line.valid_from <= wanted.version
    UNION ALL
    SELECT wanted.version, {", ".join("line." + name for name in _BASE_COLUMNS.split(", "))}
    FROM wanted JOIN orders_eligibleclient line USING (kind, value)
    WHERE line.scheme_id = %s AND line.valid_to IS NOT NULL
      AND line.valid_from <= wanted.version AND line.valid_to > wanted.version
"""  # noqa: S608 (constants only)


def rows_at_versions(
    scheme: str, keys: Sequence[tuple[str, str, int, date]]
) -> dict[tuple[str, str, int, date], BaseRow]:
    """The lines of a scheme's base as they counted at a version and on a day, for these (kind,
    value, version, day): two queries.

    Overrides are not versioned: those whose period covers the day apply, whenever they were
    written (docs/decisions/0007).
    """
    if not keys:
        return {}
    lines = dict.fromkeys((kind, value, version) for kind, value, version, _ in keys)
    kinds, values, versions = ([*column] for column in zip(*lines, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_ROWS_AT_SQL, [kinds, values, versions, scheme, scheme])
        read = {(row[1], row[2], row[0]): BaseRow(*row[1:]) for row in cursor.fetchall()}
    found = {key: read[key[:3]] for key in keys if key[:3] in read}
    overrides = _overrides(scheme, [(kind, value, day) for kind, value, _, day in keys])
    for key in dict.fromkeys(keys):
        kind, value, _, day = key
        if override := overrides.get((kind, value, day)):
            _override(found, key, (kind, value), override)
    return found


def next_version(scheme: str) -> int:
    """The number of the next version of a scheme's base; call it under the base's lock."""
    imports = apps.get_model("orders", "BaseImport")._default_manager
    last = imports.filter(scheme=scheme).aggregate(last=models.Max("version"))["last"]
    return (last or 0) + 1


def late_schemes(now: datetime) -> models.QuerySet[Any]:
    """Schemes whose base no file of last night confirmed, nor waits for an officer.

    « Last night » ends at 07:00 in Paris and begins the day before at noon, so that an upload of
    the afternoon counts; the file must be dated of that day or the day before.
    """
    local = now.astimezone(PARIS)
    morning = local.date() if local.time() >= NIGHT_ENDS else local.date() - timedelta(days=1)
    eve = morning - timedelta(days=1)
    imports = apps.get_model("orders", "BaseImport")._default_manager
    told = imports.filter(
        state__in=[ImportState.APPLIED, ImportState.UNCHANGED, ImportState.QUARANTINED],
        restores=None,
        finished_at__gte=datetime.combine(eve, time(12), tzinfo=PARIS),
        business_date__gte=eve,
    )
    schemes = apps.get_model("common", "Scheme")._default_manager
    return schemes.exclude(pk__in=told.values("scheme")).order_by("order")


def stopped_imports() -> models.QuerySet[Any]:
    """Imports that wait for an officer: in quarantine, or failed and replaced by no later one."""
    imports = apps.get_model("orders", "BaseImport")._default_manager
    later = imports.filter(
        scheme=models.OuterRef("scheme"),
        pk__gt=models.OuterRef("pk"),
        state__in=[ImportState.APPLIED, ImportState.UNCHANGED],
    )
    quarantined = models.Q(state=ImportState.QUARANTINED)
    failed = models.Q(state=ImportState.FAILED) & ~models.Exists(later)
    return imports.filter(quarantined | failed).order_by("-received_at", "-pk")
