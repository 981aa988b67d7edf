"""The canonical form of a request, its hash, and the file that gives back what is to correct.

Two requests are the same when only the order of keys, blanks, or the writing of numbers differ
(100, 100.0 and 100.00): depositing again compares these hashes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import orjson

from .naming import FileName, next_free_name, parse_filename


def canonical_hash(request: Any) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON of a request."""
    return hashlib.sha256(_canonical_json(request)).hexdigest()


def _canonical_json(value: Any) -> bytes:
    try:
        return orjson.dumps(_plain_numbers(value), option=orjson.OPT_SORT_KEYS)
    except TypeError:  # lone surrogates, giant numbers: no such request is ever integrated
        return json.dumps(value, sort_keys=True, default=str).encode()


def _plain_numbers(value: Any) -> Any:
    """The value with its whole floats turned into integers."""
    kind = type(value)
    if kind is dict:
        return {k: v if type(v) is str else _plain_numbers(v) for k, v in value.items()}
    if kind is list:
        return [_plain_numbers(item) for item in value]
    return int(value) if kind is float and value.is_integer() and abs(value) < 2**53 else value


def correction_file(
    envelope_payload: Mapping[str, Any],
    ko_indexes: Iterable[int],
    filename: str,
    taken_names: Collection[str],
) -> tuple[str, bytes]:
    """The name and content of a file with only the KO requests (indexes from 1), unchanged.

    Its envelope is the deposit's own; its name the next free one after the deposit's.
    """
    requests = envelope_payload["demandes"]
    kept = [requests[index - 1] for index in sorted(set(ko_indexes))]
    name = parse_filename(filename)
    if not isinstance(name, FileName):
        raise ValueError(f"{filename!r} is not the name of a deposit")
    content = _readable_json({**envelope_payload, "demandes": kept})
    return next_free_name(name, {*taken_names, filename}), content


def _readable_json(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        return json.dumps(value, indent=2, default=str).encode() + b"\n"
