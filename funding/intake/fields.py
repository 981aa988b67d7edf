"""The documentation of the format, read from its schemas: one line per key, in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from segur_portal.common.identifiers import IDENTIFIERS
from segur_portal.common.money import in_french

from .formats import (
    CURRENT_VERSION,
    ITEMS,
    Schema,
    envelope_schema,
    nodes,
    request_schema,
    resolved,
)
from .hints import plural
from .words import types_of

_NAMES = {
    "string": "texte",
    "number": "nombre",
    "boolean": "true ou false",
    "object": "objet",
    "array": "bloc",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One key: `path` as in `clients[].siren`, `depth` from 0 for the first level."""

    path: str
    key: str
    depth: int
    title: str
    description: str
    type: str
    nullable: bool
    limits: str
    values: tuple[str, ...]
    example: str | None


@dataclass(frozen=True, slots=True)
class Condition:
    """A rule that makes keys of the same object depend on one another."""

    path: str
    description: str


def envelope_fields(version: str = CURRENT_VERSION) -> list[Field]:
    """The keys of the envelope. Every key is always present."""
    return list(_fields(envelope_schema(version)))


def request_fields(scheme: str, kind: str, version: str = CURRENT_VERSION) -> list[Field]:
    """The keys of one request, the inner ones after their own. Every key is always present."""
    return list(_fields(request_schema(version, scheme, kind)))


def request_conditions(scheme: str, kind: str, version: str = CURRENT_VERSION) -> list[Condition]:
    """What the schema of a request says under condition, such as what a type of client asks."""
    root = request_schema(version, scheme, kind)
    return [
        Condition(_written(path), description)
        for path, node in nodes(root, root)
        for description in _conditions(node, root)
    ]


def _conditions(node: Schema, root: Schema) -> Iterator[str]:
    for part in (resolved(part, root) for part in node.get("allOf", ())):
        if "if" in part:
            yield part["description"]
        yield from _conditions(part, root)


def _fields(root: Schema) -> Iterator[Field]:
    for path, node in nodes(root, root):
        if path and path[-1] != ITEMS:
            yield _field(path, node)


def _field(path: tuple[str, ...], node: Schema) -> Field:
    types = types_of(node)
    return Field(
        path=_written(path),
        key=path[-1],
        depth=len([step for step in path if step != ITEMS]) - 1,
        title=node["title"],
        description=node["description"],
        type=" ou ".join(_NAMES[kind] for kind in types if kind != "null") or "null",
        nullable="null" in types,
        limits=", ".join(_limits(node)),
        values=tuple(node.get("enum", (node["const"],) if "const" in node else ())),
        example=_example(node),
    )


def _written(path: tuple[str, ...]) -> str:
    return ".".join(path).replace(f".{ITEMS}", ITEMS)


def _example(node: Schema) -> str | None:
    if not node.get("examples"):
        return None
    return json.dumps(node["examples"][0], ensure_ascii=False)


def _limits(node: Schema) -> Iterator[str]:
    """The limits of a key, in French."""
    if node.get("format") in IDENTIFIERS:
        yield IDENTIFIERS[node["format"]].form
    elif node.get("format") == "date":
        yield "AAAA-MM-JJ"
    elif "maxLength" in node:
        yield f"{node.get('minLength', 0)} à {plural(node['maxLength'], 'caractère')}"
    if "maximum" in node:
        yield "supérieur à 0" if "exclusiveMinimum" in node else "0 ou plus"
        yield f"{in_french(node['maximum'])} au plus"
    yield from _block_limits(node.get("minItems", 0), node.get("maxItems"))


def _block_limits(least: int, most: int | None) -> Iterator[str]:
    if most is not None and least == most:
        yield f"exactement {plural(most, 'élément')}"
    elif most is not None:
        yield f"{least} à {plural(most, 'élément')}"
    elif least:
        yield f"au moins {plural(least, 'élément')}"
