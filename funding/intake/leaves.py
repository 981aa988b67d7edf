"""The values of a request one by one: what each is called, what it may be, how to change it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from .formats import CURRENT_VERSION, Schema, request_schema
from .words import Path, node_at, pointer, types_of, where

_TAG = re.compile(r" \(«.*»\)$")
# What names the request itself is never corrected.
_FIXED = frozenset({"referenceFournisseur", "numeroDossier"})
_DOCUMENT = "nomFichier"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of a request. `form` is `text`, `number`, `boolean`, `choice`, `date` or
    `document` (the file that the value names)."""

    pointer: str
    label: str
    value: Any
    form: str
    choices: tuple[str, ...] = ()
    is_nullable: bool = False

    @property
    def shown(self) -> str:
        """The value as people read it."""
        if self.value is None:
            return "vide"
        if isinstance(self.value, bool):
            return "oui" if self.value else "non"
        if isinstance(self.value, float):
            return f"{self.value:.2f}".replace(".", ",")
        return str(self.value)


def leaves_of(payload: Any, *, scheme: str, kind: str) -> list[Leaf]:
    """Every value of a well-formed request that may be corrected, in the order of the file."""
    root = request_schema(CURRENT_VERSION, scheme, kind)
    return list(_leaves(payload, (), root))


def _leaves(value: Any, path: Path, root: Schema) -> Iterator[Leaf]:
    if isinstance(value, dict):
        # In the order of the format: the database keeps none.
        for key in node_at(root, path).get("properties", value):
            if key in value and (path or key not in _FIXED):
                yield from _leaves(value[key], (*path, key), root)
    elif isinstance(value, list):
        for rank, child in enumerate(value):
            yield from _leaves(child, (*path, rank), root)
    elif leaf := _leaf(value, path, root):
        yield leaf


def _leaf(value: Any, path: Path, root: Schema) -> Leaf | None:
    """The leaf of a value; none where the format expects a block or an object."""
    node = node_at(root, path)
    types = types_of(node)
    form = _form(path, node, types)
    if form is None:
        return None
    return Leaf(
        pointer(path),
        # Of a document, people name the paper, not the tag that holds its file's name.
        f"{_said(root, path[:-1])} (PDF)" if form == "document" else _said(root, path),
        value,
        form,
        choices=tuple(item for item in node.get("enum", ()) if item is not None),
        is_nullable="null" in types or None in node.get("enum", ()),
    )


def _said(root: Schema, path: Path) -> str:
    return _TAG.sub("", where(root, path))


def _form(path: Path, node: Schema, types: tuple[str, ...]) -> str | None:
    if path[-1] == _DOCUMENT:
        return "document"
    if "enum" in node:
        return "choice"
    if "boolean" in types:
        return "boolean"
    if "number" in types or "integer" in types:
        return "number"
    if "string" in types:
        return "date" if node.get("format") == "date" else "text"
    return None


def with_values(payload: Any, values: dict[str, Any]) -> Any:
    """A copy of the request with these values, by pointer."""
    copy = deepcopy(payload)
    for at, value in values.items():
        parent, _, last = at.rpartition("/")
        inside = value_at(copy, parent)
        inside[int(last) if isinstance(inside, list) else _step(last)] = value
    return copy


def value_at(payload: Any, at: str) -> Any:
    """The value at this pointer of the request."""
    inside = payload
    for step in at.split("/")[1:]:
        inside = inside[int(step)] if isinstance(inside, list) else inside[_step(step)]
    return inside


def _step(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")
