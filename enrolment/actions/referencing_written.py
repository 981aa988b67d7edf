"""What a list wrote, as it is kept with its import: each row, its fields before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from enrolment.models import Distribution, Solution

Row = Solution | Distribution
Fields = Mapping[str, Sequence[Any]]


def keep(row: Row, fields: Fields, *, is_new: bool) -> dict[str, Any]:
    """A row that was written, in plain values that JSON holds."""
    return {
        "model": row._meta.model_name,
        "pk": row.pk,
        "is_new": is_new,
        "fields": {name: [_plain(one) for one in both] for name, both in fields.items()},
    }


def read_kept(row: Row, kept: Fields) -> dict[str, tuple[Any, Any]]:
    """The values of `keep`, as the row has them; a blank is None."""
    columns = {name: row._meta.get_field(name) for name in kept}
    return {
        name: (columns[name].to_python(before), columns[name].to_python(after))  # type: ignore[union-attr]
        for name, (before, after) in kept.items()
    }


def changed_since(row: Row, fields: Fields) -> dict[str, tuple[Any, Any]]:
    """The fields that no longer say what the list wrote: that, and what they say now."""
    now = {name: getattr(row, name) or None for name in fields}
    return {name: (after, now[name]) for name, (_, after) in fields.items() if now[name] != after}


def put_back(row: Row, fields: Fields) -> None:
    """Give the row its former values, unsaved."""
    for name, (before, _) in fields.items():
        blank = None if row._meta.get_field(name).null else ""
        setattr(row, name, blank if before is None else before)


def _plain(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
