"""What a person reads of the values that changed in rows of history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from segur_portal.common.admin.panels import when
from segur_portal.common.french import count, day, number, percent
from segur_portal.common.models import Reason
from segur_portal.common.money import in_french

NOTHING = "vide"
# Days, euros, percents: their code says which.
_NUMBERS = frozenset({"common.Parameter.value"})
# Of an object kept as JSON, the key that holds its words.
_WORDS = ("message", "text", "label", "name")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a tracked row that is no longer what it was."""

    column: Any
    before: Any
    after: Any

    @property
    def is_secret(self) -> bool:
        """Whether its values are never shown: the model names its `secrets`."""
        return self.column.name in getattr(self.column.model, "secrets", ())

    @property
    def reasons(self) -> str:
        """The list of reasons whose codes it holds: the model names its `coded` fields."""
        return str(getattr(self.column.model, "coded", {}).get(self.column.name, ""))

    @property
    def values(self) -> tuple[Any, Any]:
        return self.before, self.after


class Reader:
    """Reads changes in words: each object by its name, each reason by its label.

    One query for each kind of object named, whatever the number of changes. `words` are the labels
    of codes that are of no list; `people` the keys of users to name as well.
    """

    def __init__(
        self,
        changes: Iterable[Change],
        people: tuple[type[models.Model], Iterable[Any]] | None = None,
        words: Mapping[str, str] | None = None,
    ) -> None:
        shown = [one for one in changes if not one.is_secret]
        self._words = words or {}
        self._names = {
            model: _names(model, keys) for model, keys in _keys(shown, people).items() if keys
        }
        self._reasons = _labels(shown)

    def name(self, model: type[models.Model], key: Any) -> str:
        """The name of an object, or that it exists no longer."""
        found = self._names.get(model, {}).get(key)
        if found is not None:
            return found
        return f"{'n° ' if isinstance(key, int) else ''}{key} (n’existe plus)"

    def sentence(self, change: Change) -> str:
        """`état : Saisi → Accepté`."""
        label = change.column.verbose_name
        if change.is_secret:
            return f"{label} : changé, jamais montré"
        before, after = (self._shown(change, value) for value in change.values)
        return f"{label} : {before} → {after}"

    def _shown(self, change: Change, value: Any) -> str:
        column = change.column
        if value is None or value in ("", [], {}):
            return NOTHING
        if column.is_relation:
            return self.name(column.related_model, value)
        if change.reasons:
            return self._reasons.get((change.reasons, value), str(value))
        if isinstance(value, Decimal):
            return _decimal(column, value)
        if isinstance(value, list | dict):
            return self._structure(column.model, value)
        return str(dict(column.flatchoices).get(value) or self._plain(value))

    def _structure(self, model: type[models.Model], value: Any) -> str:
        """A list or an object kept as JSON, in words."""
        if isinstance(value, list):
            return ", ".join(self._structure(model, one) for one in value) or NOTHING
        if not isinstance(value, dict):
            return self._plain(value)
        for key in _WORDS:
            if value.get(key):
                return str(value[key])
        parts = (
            f"{self._title(model, key)} {self._structure(model, x)}" for key, x in value.items()
        )
        return ", ".join(parts) or NOTHING

    def _plain(self, value: Any) -> str:
        if value is None or value == "":
            return NOTHING
        if isinstance(value, bool):
            return "oui" if value else "non"
        if isinstance(value, datetime):
            return when(value)
        if isinstance(value, date):
            return day(value)
        if isinstance(value, time):
            return f"{value:%H:%M}"
        if isinstance(value, timedelta):
            return _lasting(value)
        if isinstance(value, int):
            return number(value)
        return self._words.get(str(value)) or _day_or_text(str(value))

    def _title(self, model: type[models.Model], key: str) -> str:
        """The name of a field, where an object's key is one."""
        if key in self._words:
            return f"{self._words[key]} :"
        try:
            return f"{model._meta.get_field(key).verbose_name} :"  # type: ignore[union-attr]
        except FieldDoesNotExist:
            return f"{key} :"


def _keys(
    changes: list[Change], people: tuple[type[models.Model], Iterable[Any]] | None
) -> dict[type[models.Model], set[Any]]:
    """The keys of the objects to name, by kind."""
    found: dict[type[models.Model], set[Any]] = {}
    for one in changes:
        if one.column.is_relation:
            found.setdefault(one.column.related_model, set()).update(one.values)
    if people:
        found.setdefault(people[0], set()).update(people[1])
    return {model: keys - {None} for model, keys in found.items()}


def _names(model: type[models.Model], keys: set[Any]) -> dict[Any, str]:
    """Names by key; what a name may lean on is read with it, what is heavy is left."""
    columns = model._meta.concrete_fields
    read = model._base_manager.defer(*(c.name for c in columns if isinstance(c, models.JSONField)))
    for column in columns:
        if column.is_relation and not column.null:
            read = read.select_related(column.name)
    return {key: str(one) for key, one in read.in_bulk(keys).items()}


def _labels(changes: list[Change]) -> dict[tuple[str, str], str]:
    """The labels of the coded reasons, by list and code."""
    lists = {one.reasons for one in changes} - {""}
    if not lists:
        return {}
    codes = {value for one in changes if one.reasons for value in one.values}
    found = Reason.objects.filter(subject__in=lists, code__in=codes)
    return {(one.subject, one.code): one.label for one in found}


def _decimal(column: Any, value: Decimal) -> str:
    """A rate, a number, or an amount: all the others are in euros."""
    if str(column) in _NUMBERS:
        return percent(value).removesuffix("\u00a0%")
    return percent(value) if "%" in column.verbose_name else in_french(value)


def _lasting(value: timedelta) -> str:
    return "moins d’un jour" if timedelta() < value < _DAY else count(value // _DAY, "jour")


def _day_or_text(text: str) -> str:
    """A day as JSON keeps it, in French; any other text as it is."""
    try:
        return day(date.fromisoformat(text)) if text[4:5] == "-" and len(text) == 10 else text
    except ValueError:
        return text
