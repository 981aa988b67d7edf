"""Where a fault is and what was expected there, in the words of the schema's titles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from segur_portal.common.identifiers import IDENTIFIERS

from .formats import Schema, resolved
from .hints import printable

Path = tuple[str | int, ...]

_TYPES = {
    "string": "un texte entre guillemets",
    "number": "un nombre sans guillemets, par exemple 1250.50",
    "boolean": "true ou false",
    "object": "un objet entre accolades { … }",
    "array": "un bloc entre crochets [ … ]",
    "null": "null",
}
_EMPTY = {"array": "[]", "null": "null", "object": "{ … }", "string": '"…"'}
_FORMATS = {
    "date": "une date entre guillemets, de la forme AAAA-MM-JJ",
    "telephone": "10 chiffres entre guillemets, ou + et l’indicatif du pays",
    "courriel": "une adresse électronique entre guillemets",
}


def pointer(path: Path) -> str:
    """The JSON pointer of a path (RFC 6901); keys are shortened and made printable."""
    return "".join(
        "/" + printable(str(step)).replace("~", "~0").replace("/", "~1") for step in path
    )


def node_at(root: Schema, path: Path) -> Schema:
    """The schema of the value at this path; an empty one where the schema knows nothing."""
    node = root
    for step in path:
        inside = (
            node.get("items") if isinstance(step, int) else node.get("properties", {}).get(step)
        )
        node = resolved(inside or {}, root)
    return node


def where(root: Schema, path: Path) -> str:
    """`Client n° 1 › Médecin n° 2 › Numéro RPPS (« rpps »)`; the request itself: `La demande`."""
    words: list[str] = []
    for depth, step in enumerate(path, 1):
        title = node_at(root, path[:depth]).get("title", f"« {printable(str(step))} »")
        if isinstance(step, int):
            words[-1] = f"{title} n°\u00a0{step + 1}"
        else:
            words.append(title)
    if not path:
        return "La demande"
    tag = "" if isinstance(path[-1], int) else f" («\u00a0{printable(path[-1])}\u00a0»)"
    return " › ".join(words) + tag


def types_of(node: Schema) -> tuple[str, ...]:
    """The JSON types a schema node allows."""
    types = node.get("type", ())
    return (types,) if isinstance(types, str) else tuple(types)


def expectation(node: Schema, types: Sequence[str] = ()) -> str:
    """What to write at this node, in French; `types` where a condition narrows its types."""
    words = [_expected(node, kind) for kind in types or types_of(node)]
    return " ou ".join(words)


def _expected(node: Schema, kind: str) -> str:
    name = node.get("format", "")
    if kind == "string" and name in IDENTIFIERS:
        return f"{IDENTIFIERS[name].form}, entre guillemets"
    if kind == "string" and "enum" in node:
        return " ou ".join(f'"{value}"' for value in node["enum"] if value is not None)
    return _FORMATS.get(name, _TYPES[kind]) if kind == "string" else _TYPES[kind]


def tag_to_add(key: str, node: Schema) -> str:
    """The tag as it must be added: with `[]` for a block, `null` where allowed, or dots to fill."""
    kinds = types_of(node)
    value = next((value for kind, value in _EMPTY.items() if kind in kinds), "…")
    return f'"{key}": {value}'


def example_of(node: Schema) -> Any:
    """The first example of a node, or its first permitted value."""
    return next(iter((*node.get("examples", ()), *node.get("enum", ()))), "…")
