"""Bytes → Python values: fast when all is well, precise as soon as something is not.

orjson reads the clean files; it sees neither repeated keys nor our limit of depth, which are looked
for in the bytes at once. What orjson refuses is read again by `json`, which says where the syntax
is broken and lets through what concerns one request only (giant numbers, half characters).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import orjson

from segur_portal.common.rules import Finding

from .file_codes import FILE_CODES
from .hints import printable, shown
from .syntax import NotANumber, not_a_number_finding, syntax_finding, undecodable

_SAME_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NOT_SKELETON = bytes(sorted(set(range(256)) - set(b'[]{}"')))
_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|([\[{])|[\]}]', re.DOTALL)
_MAX_REPEATED_SHOWN = 20
_GIANT = 400
_BEGINNING = 64 * 1024


class RefusedError(Exception):
    """The file is refused whole; never leaves this package."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings


class _Repeated(dict[str, Any]):
    """An object of the file in which some keys are written several times."""

    keys_twice: tuple[str, ...] = ()


def read_payload(data: bytes, *, max_depth: int, max_blocks: int) -> Any:
    """The value in these bytes; `RefusedError` when no deposit may hold it."""
    skeleton = data.translate(_SAME_BRACKETS, _NOT_SKELETON)
    blocks = skeleton.count(b"[")
    if blocks > max_blocks and data.lstrip().startswith((b"{", b"[")):
        raise RefusedError(_too_many_blocks(data, blocks, max_depth, max_blocks))
    try:
        payload = orjson.loads(data)
    except orjson.JSONDecodeError:
        return _read_precisely(data, max_depth)
    has_escaped_quotes = b"\\" in data and b'\\"' in data
    if (
        has_escaped_quotes
        or _may_be_too_deep(skeleton, max_depth)
        or _may_repeat_keys(data, payload)
    ):
        return _read_precisely(data, max_depth)
    return payload


def _too_many_blocks(data: bytes, blocks: int, max_depth: int, max_blocks: int) -> Finding:
    """The finding of a file that would take too much memory; most often one endless nesting."""
    beginning = data[:_BEGINNING].decode(errors="replace")
    return _too_deep(beginning, max_depth) or FILE_CODES["FIC-008"].finding(
        found=str(blocks), expected=str(max_blocks)
    )


def _may_be_too_deep(skeleton: bytes, max_depth: int) -> bool:
    """Whether a well-formed value goes deeper; False is certain, True is to be checked.

    The skeleton is the value's quotes and brackets, with no escaped quote. Texts fall out as pairs
    of quotes (one that holds a bracket leaves its own), then the brackets from the innermost, one
    level at a time.
    """
    skeleton = skeleton.replace(b'""', b"")
    for _ in range(max_depth):
        if not skeleton:
            return False
        skeleton = skeleton.replace(b"[]", b"")
    return bool(skeleton)


def _may_repeat_keys(data: bytes, payload: Any) -> bool:
    """Whether the bytes hold more keys than were read; False is certain, True is to be checked.

    A key has its colon, and a colon inside a text is written again as it was unless it hides in an
    escape (`\\u003a`): as many colons once written again means that no key was lost.
    """
    if b"\\" in data and b"\\u003" in data:
        return True
    return data.count(b":") != orjson.dumps(payload).count(b":")


def _read_precisely(data: bytes, max_depth: int) -> Any:
    if problem := undecodable(data):
        raise RefusedError(problem)
    text = data.decode()
    if too_deep := _too_deep(text, max_depth):
        raise RefusedError(too_deep)
    try:
        payload = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise RefusedError(syntax_finding(error)) from None
    except NotANumber as error:
        raise RefusedError(not_a_number_finding(text, error)) from None
    if repeated := list(_repeated_keys(payload)):
        raise RefusedError(*repeated)
    return payload


def _too_deep(text: str, max_depth: int) -> Finding | None:
    """The first bracket beyond the limit, brackets inside texts set apart."""
    depth = 0
    for match in _BRACKETS.finditer(text):
        if match[1]:
            depth += 1
        elif match[0][0] != '"':
            depth -= 1
        if depth > max_depth:
            line, column = position(text, match.start())
            return FILE_CODES["FIC-006"].finding(
                found=f"{depth} niveaux ou plus", expected=str(max_depth), line=line, column=column
            )
    return None


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of a place in a text."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _gather(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) == len(pairs):
        return values
    repeated = _Repeated(values)
    counts = Counter(key for key, _ in pairs)
    repeated.keys_twice = tuple(key for key, count in counts.items() if count > 1)
    return repeated


def _repeated_keys(payload: Any) -> Iterator[Finding]:
    """One finding per repeated key, with its path; the first ones only in an absurd file."""
    boxes: list[tuple[str, Any]] = [("", payload)] if isinstance(payload, dict | list) else []
    shown_count = 0
    while boxes and shown_count < _MAX_REPEATED_SHOWN:
        path, box = boxes.pop(0)
        for key in getattr(box, "keys_twice", ()):
            shown_count += 1
            yield _repeated_key(path, key)
        boxes.extend((f"{path}/{printable(str(key))}", child) for key, child in _children(box))


def _children(box: Any) -> Iterator[tuple[str | int, Any]]:
    pairs = box.items() if isinstance(box, dict) else enumerate(box)
    return ((key, child) for key, child in pairs if isinstance(child, dict | list))


def _repeated_key(path: str, key: str) -> Finding:
    key = printable(key)
    request = re.match(r"/demandes/([0-9]+)(.*)", path)
    where = f"demande n°\u00a0{int(request[1]) + 1}" if request else "enveloppe du fichier"
    inside = request[2] if request else path
    return FILE_CODES["FIC-007"].finding(
        pointer=f"{path}/{key}",
        found=shown(key),
        key=key,
        where=f"{where}, {inside}" if inside else where,
    )


def _whole_number(digits: str) -> int | float | Decimal:
    return int(digits) if len(digits) < 20 else _real_number(digits)


def _real_number(digits: str) -> float | Decimal:
    """A number; beyond what a float holds, a decimal that every limit refuses."""
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        return Decimal(f"{digits[:1] if digits[0] == '-' else ''}1E+{_GIANT}")
    return number


def _no_constant(name: str) -> float:
    raise NotANumber(name)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_gather,
    parse_int=_whole_number,
    parse_float=_real_number,
    parse_constant=_no_constant,
)
