"""The history of a row, from the events that the database itself records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from segur_portal.common.admin.panels import Panel, table, when
from segur_portal.common.admin.values import Change, Reader

LENGTH = 50
HEADERS = ("Quand", "Qui", "Ce qui a changé")
MACHINE = "Le portail"


def history(
    obj: Any, title: str = "Historique", *, words: Mapping[str, str] | None = None
) -> Panel:
    """The versions of a tracked row: when, who, each changed field before and after; `words` are
    the labels of codes that are of no list."""
    return table(title, HEADERS, history_rows(type(obj), obj.events.all(), words=words))


def history_rows(
    model: type[models.Model],
    events: Any,
    name: Callable[[Any], str] | None = None,
    words: Mapping[str, str] | None = None,
) -> list[Sequence[str]]:
    """Rows of history, latest first, of the events of one row or several.

    One query, and one for each kind of object that the changes name. `name` says which row an
    event speaks of, where there are several.
    """
    found = list(events.select_related("pgh_context").order_by("-pgh_id")[: LENGTH + 1])
    changes = [
        _changes(model, event, _before(found, position))
        for position, event in enumerate(found[:LENGTH])
    ]
    reader = _reader(found, changes, words)
    return [
        (
            when(event.pgh_created_at),
            _who(event, reader),
            (f"{name(event)} : " if name else "") + _told(event, changed, reader),
        )
        for event, changed in zip(found, changes, strict=False)
    ]


def change_rows(events: Sequence[Any]) -> list[Sequence[str]]:
    """Rows of changes of one kind of object, each event with its `before_id`: one query, and one
    for each kind of object that the changes name."""
    if not events:
        return []
    model = type(events[0])
    earlier = model._default_manager.in_bulk([one.before_id for one in events if one.before_id])
    tracked = model.pgh_tracked_model
    changes = [_changes(tracked, event, earlier.get(event.before_id)) for event in events]
    reader = _reader(events, changes)
    return [
        (
            when(event.pgh_created_at),
            _who(event, reader),
            f"{tracked._meta.verbose_name} {event.pgh_obj_id}",
            _told(event, changed, reader),
            _reason(event),
        )
        for event, changed in zip(events, changes, strict=True)
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


def _who(event: Any, reader: Reader) -> str:
    key = _user_id(event)
    return reader.name(get_user_model(), key) if key else MACHINE


def _reader(
    events: Sequence[Any],
    changes: Sequence[list[Change] | None],
    words: Mapping[str, str] | None = None,
) -> Reader:
    people = {key for event in events if (key := _user_id(event))}
    every = (one for changed in changes for one in changed or ())
    return Reader(every, people=(get_user_model(), people), words=words)


def _changes(model: type[models.Model], event: Any, older: Any) -> list[Change] | None:
    """What differs from the version before; None without one."""
    if older is None:
        return None
    tracked = {column.attname for column in event._meta.concrete_fields}
    pairs = (
        Change(column, getattr(older, column.attname), getattr(event, column.attname))
        for column in model._meta.concrete_fields
        if column.attname in tracked
    )
    return [one for one in pairs if one.before != one.after]


def _told(event: Any, changed: list[Change] | None, reader: Reader) -> str:
    if event.pgh_label == "delete":
        return "Suppression"
    if changed is None:
        return "Création" if event.pgh_label == "insert" else "Version la plus ancienne connue"
    return "\u202f; ".join(reader.sentence(one) for one in changed)
