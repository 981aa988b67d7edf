"""Bytes → Python values: fast when all is well, precise as soon as something is not.

orjson reads the clean files; it sees neither repeated keys nor our limit of depth, which are looked
for in the bytes at once. What orjson refuses is read again by `json`, which says where the syntax
is broken and lets through what concerns one request only (giant numbers, half characters).
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

import orjson

from segur_portal.common.rules import Finding

from .file_codes import FILE_CODES
from .hints import printable, shown
from .syntax import NotANumber, not_a_number_finding, syntax_finding, undecodable
from .words import Path

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


class Repeated(dict[str, Any]):
    """An object of the file in which keys are written several times, all kept in `pairs`; or the
    request that holds such an object. As a dictionary it has the last value of each key."""

    def __init__(self, pairs: Sequence[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = tuple(pairs)

    def several(self) -> Iterator[tuple[str, list[Any]]]:
        """Each key written several times, with its values."""
        if len(self) < len(self.pairs):
            values: dict[str, list[Any]] = {}
            for key, value in self.pairs:
                values.setdefault(key, []).append(value)
            yield from ((key, found) for key, found in values.items() if len(found) > 1)


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
    if repeated := list(_repeated_in_envelope(payload)):
        raise RefusedError(*repeated)
    return _with_marked_requests(payload)


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
    return values if len(values) == len(pairs) else Repeated(pairs)


def _repeated_in_envelope(payload: Any) -> Iterator[Finding]:
    """One finding per key repeated outside the requests, with its path; the first ones only in an
    absurd file. What one request repeats is its own fault (STR-037)."""
    around = payload
    if isinstance(payload, dict) and isinstance(payload.get("demandes"), list):
        around = {key: value for key, value in payload.items() if key != "demandes"}
        if isinstance(payload, Repeated):
            around = Repeated([(key, around.get(key)) for key, _ in payload.pairs])
    found = ((path, key) for path, box in _repeated(around) for key, _ in box.several())
    for path, key in islice(found, _MAX_REPEATED_SHOWN):
        pointer = "".join(f"/{printable(str(step))}" for step in path)
        where = "enveloppe du fichier"
        yield FILE_CODES["FIC-007"].finding(
            pointer=f"{pointer}/{printable(key)}",
            found=shown(printable(key)),
            key=printable(key),
            where=f"{where}, {pointer}" if pointer else where,
        )


def repeated_keys(request: Any) -> Iterator[tuple[Path, list[Any]]]:
    """The path of each key that a request repeats, and the values it is given."""
    for path, box in _repeated(request):
        for key, values in box.several():
            yield (*path, key), values


def _repeated(value: Any) -> Iterator[tuple[Path, Repeated]]:
    """Each object that repeats keys inside a value, itself included, from the outermost."""
    boxes: deque[tuple[Path, Any]] = deque([((), value)])
    while boxes:
        path, box = boxes.popleft()
        if isinstance(box, Repeated):
            yield path, box
        if isinstance(box, dict | list):
            pairs = box.items() if isinstance(box, dict) else enumerate(box)
            boxes.extend(
                ((*path, step), child) for step, child in pairs if isinstance(child, dict | list)
            )


def _with_marked_requests(payload: Any) -> Any:
    """The same, each request that repeats keys being a `Repeated`, wherever in it they are."""
    requests = payload.get("demandes") if isinstance(payload, dict) else None
    if isinstance(requests, list):
        payload["demandes"] = [
            Repeated(list(request.items()))
            if type(request) is dict and next(_repeated(request), None)
            else request
            for request in requests
        ]
    return payload


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
