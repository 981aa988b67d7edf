"""The history of a row, from the events that the database itself records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from segur_portal.common.admin.panels import Panel, table, when
from segur_portal.common.french import day

LENGTH = 50
HEADERS = ("Quand", "Qui", "Ce qui a changé")
MACHINE = "Le portail"


def history(obj: Any, title: str = "Historique") -> Panel:
    """The versions of a tracked row: when, who, each changed field before and after."""
    return table(title, HEADERS, history_rows(type(obj), obj.events.all()))


def history_rows(
    model: type[models.Model], events: Any, name: Callable[[Any], str] | None = None
) -> list[Sequence[str]]:
    """Rows of history, latest first, of the events of one row or several; two queries.

    `name` says which row an event speaks of, where there are several.
    """
    found = list(events.select_related("pgh_context").order_by("-pgh_id")[: LENGTH + 1])
    names = _names(found)
    return [
        (
            when(event.pgh_created_at),
            names.get(_user_id(event), MACHINE),
            (f"{name(event)} : " if name else "")
            + "\u202f; ".join(_changes(model, event, _before(found, position))),
        )
        for position, event in enumerate(found[:LENGTH])
    ]


def change_rows(events: Sequence[Any]) -> list[Sequence[str]]:
    """Rows of changes of one kind of object, each event with its `before_id`; two queries."""
    if not events:
        return []
    model = type(events[0])
    earlier = model._default_manager.in_bulk([one.before_id for one in events if one.before_id])
    names = _names(events)
    return [
        (
            when(event.pgh_created_at),
            names.get(_user_id(event), MACHINE),
            f"{model.pgh_tracked_model._meta.verbose_name} {event.pgh_obj_id}",
            "\u202f; ".join(_changes(model.pgh_tracked_model, event, earlier.get(event.before_id))),
            _reason(event),
        )
        for event in events
    ]


def _reason(event: Any) -> str:
    metadata = event.pgh_context.metadata if event.pgh_context else {}
    return str(metadata.get("note") or "–")


def _before(events: Sequence[Any], position: int) -> Any:
    """The event that came before this one, of the same row."""
    row = events[position].pgh_obj_id
    return next((one for one in events[position + 1 :] if one.pgh_obj_id == row), None)


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
    tracked = {column.attname for column in event._meta.concrete_fields}
    for column in model._meta.concrete_fields:
        if column.attname not in tracked:
            continue
        before, after = (getattr(row, column.attname) for row in (older, event))
        if before != after:
            yield f"{column.verbose_name} : {_shown(column, before)} → {_shown(column, after)}"


def _shown(column: Any, value: Any) -> str:
    """A value in words: choices by their label, dates and booleans in French."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if value is None or value in ("", [], {}):
        return "vide"
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal):
        return f"{value}".replace(".", ",")
    if isinstance(value, list | dict):
        return ", ".join(map(str, value))
    return str(dict(column.flatchoices).get(value, value))
