"""One schema error → what to say of it. One function per family of JSON Schema keywords."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from jsonschema.exceptions import ValidationError

from segur_portal.common.identifiers import IDENTIFIERS
from segur_portal.common.rules import Finding

from . import hints
from .formats import Schema
from .structure_codes import STRUCTURE_CODES
from .text_faults import text_fault
from .words import Path, expectation, node_at, pointer, tag_to_add, where


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault at a path of a request; `renamed` is the missing key an unknown one stands for."""

    path: Path
    code: str
    found: str | None = None
    expected: str | None = None
    advice: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    renamed: Path | None = None

    def finding(self, root: Schema) -> Finding:
        return STRUCTURE_CODES[self.code].finding(
            pointer=pointer(self.path),
            found=self.found,
            expected=self.expected,
            advice=self.advice,
            **{"where": where(root, self.path), **self.values},
        )


@dataclass(frozen=True, slots=True)
class _Refused:
    """A value refused by one keyword (`limit` is the keyword's own value) of a schema node."""

    keyword: str
    limit: Any
    value: Any
    node: Schema


def faults_of(error: ValidationError, root: Schema) -> Iterator[Fault]:
    """The faults that one error of the schema stands for."""
    keyword, node = str(error.validator), cast(Schema, error.schema)
    refused = _Refused(keyword, error.validator_value, error.instance, node)
    yield from _BY_KEYWORD[keyword](refused, tuple(error.absolute_path), root)


def _missing(refused: _Refused, path: Path, root: Schema) -> Iterator[Fault]:
    for key in refused.limit:
        if key not in refused.value:
            node = node_at(root, (*path, key))
            yield Fault(
                (*path, key),
                "STR-002",
                expected=tag_to_add(key, node),
                values={"key": key, "where": where(root, path)},
            )


def _unknown(refused: _Refused, path: Path, root: Schema) -> Iterator[Fault]:
    known = refused.node["properties"]
    for key in refused.value:
        if key not in known:
            meant = hints.closest(key, known)
            yield Fault(
                (*path, key),
                "STR-003",
                found=f"«\u00a0{hints.printable(key)}\u00a0»",
                expected=meant,
                advice=f"Vouliez-vous dire « {meant} » ?" if meant else None,
                values={"where": where(root, path)},
                renamed=(*path, meant) if meant and meant not in refused.value else None,
            )


def _wrong_type(refused: _Refused, path: Path, root: Schema) -> Iterator[Fault]:
    allowed = refused.limit
    types = (allowed,) if isinstance(allowed, str) else tuple(allowed)
    node = node_at(root, path)
    yield _type_fault(refused.value, path, types, node)


def _type_fault(value: Any, path: Path, types: tuple[str, ...], node: Schema) -> Fault:
    found, expected = hints.shown(value), expectation(node, types)
    if "null" in types and hints.null_meant(value):
        return Fault(path, "STR-006", found, "null")
    if types == ("null",):
        return Fault(path, "STR-010", found, "null")
    if value is None:
        return Fault(path, "STR-009", found, expected)
    if "boolean" in types and (meant := hints.boolean_meant(value)) is not None:
        return Fault(path, "STR-005", found, "true" if meant else "false")
    if "number" in types and isinstance(value, str):
        return Fault(path, "STR-007", found, hints.amount_meant(value) or "1250.50")
    if "string" in types and (number := _unquoted_number(value, node)):
        return Fault(path, "STR-008", found, number)
    return Fault(path, "STR-004", found, expected)


def _unquoted_number(value: Any, node: Schema) -> str | None:
    """The text to write for an identifier or a telephone number that lost its quotes."""
    if isinstance(value, bool | str | list | dict):
        return None
    name = node.get("format", "")
    if name in IDENTIFIERS:
        return hints.number_as_text(value, IDENTIFIERS[name].length)
    if name == "telephone":
        return hints.number_as_text(value, 10)
    return hints.number_as_text(value, 1)


def _wrong_text(refused: _Refused, path: Path, root: Schema) -> Iterator[Fault]:
    node = {**node_at(root, path), **refused.node}
    if node.get("format") == "montant":
        yield _uneven_amount(refused.value, path)
        return
    code, expected, advice, values = text_fault(refused.value, node)
    yield Fault(path, code, hints.shown(refused.value), expected, advice, values)


def _uneven_amount(amount: Any, path: Path) -> Fault:
    return Fault(path, "STR-018", hints.shown(amount), hints.rounded(amount))


def _not_listed(refused: _Refused, path: Path, root: Schema) -> Iterator[Fault]:
    listed = [value for value in refused.limit if value is not None]
    meant = hints.closest(refused.value, listed) if isinstance(refused.value, str) else None
    yield Fault(
        path,
        "STR-015",
        hints.shown(refused.value),
        ", ".join(f'"{value}"' for value in listed),
        f'Vouliez-vous dire "{meant}" ?' if meant else None,
    )


def _out_of_bounds(refused: _Refused, path: Path, root: Schema) -> Iterator[Fault]:
    node = node_at(root, path)
    above = "supérieur à 0" if "exclusiveMinimum" in node else "positif ou nul"
    limit = f"{node['maximum']:,.2f}".replace(",", "\u202f").replace(".", ",")
    yield Fault(path, "STR-017", hints.shown(refused.value), f"{above}, de {limit}\u00a0€ au plus")


def _block_size(refused: _Refused, path: Path, root: Schema) -> Iterator[Fault]:
    limit = refused.limit
    code = "STR-031" if refused.keyword == "minItems" else "STR-032" if limit else "STR-030"
    yield Fault(
        path,
        refused.node.get("x-anomalie", code),
        hints.lines(len(refused.value)),
        "[]" if not limit else str(limit),
        values={"limit": limit},
    )


_BY_KEYWORD: dict[str, Callable[[_Refused, Path, Schema], Iterator[Fault]]] = {
    "required": _missing,
    "additionalProperties": _unknown,
    "type": _wrong_type,
    "enum": _not_listed,
    "pattern": _wrong_text,
    "format": _wrong_text,
    "minLength": _wrong_text,
    "maxLength": _wrong_text,
    "minimum": _out_of_bounds,
    "exclusiveMinimum": _out_of_bounds,
    "maximum": _out_of_bounds,
    "minItems": _block_size,
    "maxItems": _block_size,
}
