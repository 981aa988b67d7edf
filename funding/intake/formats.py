"""The versions of the deposit format: schemas, and their validators compiled once.

jsonschema-rs decides (fast); jsonschema explains the requests that are KO (its errors carry the
schema node that refused). What a schema cannot say (Luhn keys, decimals, telephones) is named in it
by `format` and checked by `checks.py`: through jsonschema's format checker when explaining, by
whole columns of values when deciding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import orjson
from jsonschema.exceptions import ValidationError

from segur_portal.common.enums import Kind, SchemeCode

from . import checks

Schema = dict[str, Any]
SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
CURRENT_VERSION = "1.0"
VERSIONS = (CURRENT_VERSION,)
ITEMS = checks.ITEMS
_COMMON = "common.json"
_LONGEST_TEXT = 1_000


@dataclass(frozen=True, slots=True)
class Shape:
    """A schema ready to decide: by jsonschema-rs, then by the columns of values it names."""

    decider: jsonschema_rs.Draft202012Validator
    columns: checks.Columns

    @classmethod
    def of(cls, node: Schema, root: Schema) -> Shape:
        """The shape of a node of the schema `root`."""
        decider = jsonschema_rs.Draft202012Validator(
            {**node, "$defs": root.get("$defs", {})},
            validate_formats=True,
            pattern_options=jsonschema_rs.RegexOptions(),
        )
        return cls(decider, _columns(node, root))

    def accepts(self, value: Any) -> bool:
        """What the schema says, and only it. A value that no JSON file should hold is refused."""
        try:
            return self.decider.is_valid(value)
        except (ValueError, TypeError, OverflowError):
            return False

    def fits(self, value: Any) -> bool:
        """What the schema says and the checks it names."""
        return self.accepts(value) and checks.columns_hold([value], self.columns)


@dataclass(frozen=True, slots=True)
class RequestFormat:
    """The format of one request: a version, a scheme and a kind."""

    schema: Schema
    shape: Shape
    explainer: jsonschema.Draft202012Validator


@cache
def request_format(version: str, scheme: str, kind: str) -> RequestFormat:
    """The compiled format; KeyError when there is no such version, scheme or kind."""
    schema = request_schema(version, scheme, kind)
    return RequestFormat(schema, Shape.of(schema, schema), _explainer(schema))


def request_schema(version: str, scheme: str, kind: str) -> Schema:
    """The schema of one request, whole: the common definitions it uses are inside."""
    if version not in VERSIONS or scheme not in set(SchemeCode) or kind not in set(Kind):
        raise KeyError((version, scheme, kind))
    return _whole(version, f"{kind.lower()}.{scheme}.json")


def envelope_schema(version: str = CURRENT_VERSION) -> Schema:
    """The schema of the envelope; its requests are any objects."""
    return _whole(version, "enveloppe.json")


@cache
def _whole(version: str, name: str) -> Schema:
    folder = SCHEMAS / version
    schema = _localised(orjson.loads((folder / name).read_bytes()))
    common = _localised(orjson.loads((folder / _COMMON).read_bytes()))["$defs"]
    used: dict[str, Schema] = {}
    _collect(schema, common, used)
    return {**schema, "$defs": used} if used else schema


def _localised(node: Any) -> Any:
    """The node with its references to the common file turned into local ones."""
    if isinstance(node, dict):
        return {
            key: value.removeprefix(_COMMON) if key == "$ref" else _localised(value)
            for key, value in node.items()
        }
    return [_localised(item) for item in node] if isinstance(node, list) else node


def _collect(node: Any, common: dict[str, Schema], used: dict[str, Schema]) -> None:
    """Gather in `used` the definitions that `node` reaches."""
    if isinstance(node, list):
        for item in node:
            _collect(item, common, used)
    elif isinstance(node, dict):
        name = str(node.get("$ref", "")).rpartition("/")[2]
        if name and name not in used:
            used[name] = common[name]
            _collect(common[name], common, used)
        for value in node.values():
            _collect(value, common, used)


def resolved(node: Schema, root: Schema) -> Schema:
    """The node with its reference followed; what stands beside the reference wins."""
    if "$ref" not in node:
        return node
    target = resolved(root["$defs"][node["$ref"].rpartition("/")[2]], root)
    return {**target, **{key: value for key, value in node.items() if key != "$ref"}}


def nodes(
    node: Schema, root: Schema, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Schema]]:
    """Every key of a request with its schema, in order; `[]` in a path stands for any item."""
    node = resolved(node, root)
    yield path, node
    for key, child in node.get("properties", {}).items():
        yield from nodes(child, root, (*path, key))
    if "items" in node:
        yield from nodes(node["items"], root, (*path, ITEMS))


def _columns(node: Schema, root: Schema) -> checks.Columns:
    """Where the values are that need a check in Python, with the name of the check."""
    node = resolved(node, root)
    if node.get("format") in checks.WHOLE_COLUMNS:
        return str(node["format"])
    children = dict(node.get("properties", {}))
    if "items" in node:
        children[ITEMS] = node["items"]
    columns = {step: _columns(child, root) for step, child in children.items()}
    return {step: inside for step, inside in columns.items() if inside}


def _explainer(schema: Schema) -> jsonschema.Draft202012Validator:
    """jsonschema with our formats, exact patterns, and no time spent on the lines that are right.

    It takes a tenth of a millisecond per line: only those that jsonschema-rs refuses are explained.
    """
    lines = {
        id(node["items"]): Shape.of(resolved(node["items"], schema), schema)
        for _, node in nodes(schema, schema)
        if "items" in node
    }

    def wrong_items(
        validator: Any, items: Schema, instance: Any, _schema: Schema
    ) -> Iterator[ValidationError]:
        for index, item in enumerate(instance if isinstance(instance, list) else ()):
            if not lines[id(items)].fits(item):
                yield from validator.descend(item, items, path=index)

    extend: Any = jsonschema.validators.extend
    keywords = {"pattern": _strict_pattern, "items": wrong_items}
    validator_class = extend(jsonschema.Draft202012Validator, keywords)
    explainer: jsonschema.Draft202012Validator = validator_class(
        schema, format_checker=checks.FORMATS
    )
    return explainer


def _strict_pattern(
    _validator: Any, pattern: str, instance: Any, _schema: Schema
) -> Iterator[ValidationError]:
    """As `pattern`, but `$` is the very end: Python's also matches before a last line break.

    No pattern of ours accepts a text beyond some limit: an endless one is refused unread.
    """
    if isinstance(instance, str) and (
        len(instance) > _LONGEST_TEXT or not _compiled(pattern).search(instance)
    ):
        yield ValidationError(f"does not match {pattern!r}")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\$$", r"\\Z", pattern))
