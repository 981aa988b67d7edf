"""The canonical form of a request, its hash, and the file that gives back what is to correct.

Two requests are the same when only the order of keys, blanks, or the writing of numbers differ
(100, 100.0 and 100.00): depositing again compares these hashes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import orjson

from .naming import FileName, next_free_name, parse_filename
from .reading import Repeated

_ZERO_DECIMAL = re.compile(rb"\.0(?=[,}\]]|\Z)")
_EXACT_DIGITS = 15  # beyond, a float no longer holds every whole number


def canonical_hash(request: Any) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON of a request."""
    return hashlib.sha256(_canonical_json(request)).hexdigest()


def _canonical_json(value: Any) -> bytes:
    try:
        written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        if (shortened := _without_zero_decimals(written)) is not None:
            return shortened
        return orjson.dumps(_plain_numbers(value), option=orjson.OPT_SORT_KEYS)
    except TypeError:  # lone surrogates, giant numbers: no such request is ever integrated
        return json.dumps(value, sort_keys=True, default=str).encode()


def _without_zero_decimals(written: bytes) -> bytes | None:
    """Compact JSON with `100.0` shortened to `100`; None where only the values can tell.

    A number ends at `,`, `}` or `]`. A quote after a letter or digit and before a colon closes a
    key, so what follows it is a number; elsewhere, what looks like one may be inside a text.
    """
    pieces = _ZERO_DECIMAL.split(written)
    if all(map(_ends_with_whole_number, pieces[:-1])):
        return b"".join(pieces)
    return None


def _ends_with_whole_number(written: bytes) -> bool:
    before, _, digits = written.rpartition(b'":')
    return (
        before[-1:].isalnum()
        and digits.isdigit()
        and len(digits) <= _EXACT_DIGITS
        and (digits == b"0" or digits[0] != ord("0"))
    )


def _plain_numbers(value: Any) -> Any:
    """The value with its whole floats turned into integers, up to what `float` holds exactly."""
    if isinstance(value, dict):
        return {key: _plain_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain_numbers(item) for item in value]
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < 10**_EXACT_DIGITS
    return int(value) if is_whole else value


def correction_file(
    envelope_payload: Mapping[str, Any],
    ko_indexes: Iterable[int],
    filename: str,
    taken_names: Collection[str],
) -> tuple[str, bytes]:
    """The name and content of a file with only the KO requests (indexes from 1), unchanged.

    Its envelope is the deposit's own; its name the next free one after the deposit's. A key that a
    request repeats is written as many times: choosing is the supplier's.
    """
    requests = envelope_payload["demandes"]
    kept = [requests[index - 1] for index in sorted(set(ko_indexes))]
    name = parse_filename(filename)
    if not isinstance(name, FileName):
        raise ValueError(f"{filename!r} is not the name of a deposit")
    content = readable_json({**envelope_payload, "demandes": kept})
    return next_free_name(name, {*taken_names, filename}), content


def readable_json(value: Mapping[str, Any]) -> bytes:
    """A file as people read and edit it; the keys that a request repeats stay repeated."""
    if any(isinstance(request, Repeated) for request in value["demandes"]):
        return f"{_spelt(value)}\n".encode(errors="backslashreplace")
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        return json.dumps(value, indent=2, default=str).encode() + b"\n"


def _spelt(value: Any, margin: str = "") -> str:
    """Indented JSON, every pair of a `Repeated` written: no library writes a key twice."""
    inner = f"{margin}  "
    if isinstance(value, dict):
        pairs = value.pairs if isinstance(value, Repeated) else value.items()
        lines = [f"{inner}{_text(key)}: {_spelt(item, inner)}" for key, item in pairs]
        return _block("{}", lines, margin)
    if isinstance(value, list):
        return _block("[]", [f"{inner}{_spelt(item, inner)}" for item in value], margin)
    return _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _block(brackets: str, lines: list[str], margin: str) -> str:
    if not lines:
        return brackets
    body = ",\n".join(lines)
    return f"{brackets[0]}\n{body}\n{margin}{brackets[1]}"
