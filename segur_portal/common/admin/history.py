"""The history of a row, from the events that the database itself records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from segur_portal.common.admin.panels import Panel, table
from segur_portal.common.french import day, instant

LENGTH = 50
HEADERS = ("Quand", "Qui", "Ce qui a changé")
MACHINE = "Le portail"


def history(obj: Any, title: str = "Historique") -> Panel:
    """The versions of a tracked row: when, who, each changed field before and after."""
    return table(title, HEADERS, history_rows(type(obj), obj.events.all()))


def history_rows(model: type[models.Model], events: Any, label: str = "") -> list[Sequence[str]]:
    """Rows of history, latest first, of the events of one row; two queries."""
    found = list(events.select_related("pgh_context").order_by("-pgh_id")[: LENGTH + 1])
    names = _names(found)
    pairs: Iterable[tuple[Any, Any]] = pairwise([*found, None])
    return [
        (
            instant(event.pgh_created_at),
            names.get(_user_id(event), MACHINE),
            label + "\u202f; ".join(_changes(model, event, older)),
        )
        for event, older in list(pairs)[:LENGTH]
    ]


def _user_id(event: Any) -> Any:
    metadata = event.pgh_context.metadata if event.pgh_context else {}
    return metadata.get("actor") or metadata.get("user")


def _names(events: Sequence[Any]) -> dict[Any, str]:
    ids = {user_id for event in events if (user_id := _user_id(event))}
    return {pk: str(user) for pk, user in get_user_model()._default_manager.in_bulk(ids).items()}


def _changes(model: type[models.Model], event: Any, older: Any) -> Iterator[str]:
    if older is None:
        yield "Création" if event.pgh_label == "insert" else "Version la plus ancienne connue"
        return
    for column in model._meta.concrete_fields:
        before, after = (getattr(row, column.attname) for row in (older, event))
        if before != after:
            yield f"{column.verbose_name} : {_shown(column, before)} → {_shown(column, after)}"


def _shown(column: Any, value: Any) -> str:
    """A value in words: choices by their label, dates and booleans in French."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if value is None or value == "":
        return "vide"
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal):
        return f"{value}".replace(".", ",")
    return str(dict(column.flatchoices).get(value, value))
