"""What was surely meant: guesses that turn an error into something to write. Pure functions."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import InvalidOperation
from difflib import get_close_matches
from typing import Any

from segur_portal.common.money import euros

SHOWN_LENGTH = 80
_TRUE = {"true", "vrai", "oui", "yes", "o", "y", "1"}
_FALSE = {"false", "faux", "non", "no", "n", "0"}
_NULL = {"", "null", "none", "nul", "nil", "undefined", "neant", "na", "sansobjet"}
_DATES = (
    re.compile(r"(?P<d>[0-9]{1,2})[/.\- ](?P<m>[0-9]{1,2})[/.\- ](?P<y>[0-9]{4})"),
    re.compile(r"(?P<y>[0-9]{4})[/.\- ]?(?P<m>[0-9]{1,2})[/.\- ]?(?P<d>[0-9]{1,2})(?:[T ].*)?"),
)


def shown(value: Any) -> str:
    """A value as it stands in the file, shortened, with nothing a screen or a database refuses."""
    if isinstance(value, dict):
        return "un objet { … }"
    if isinstance(value, list):
        return f"un bloc de {lines(len(value))}" if value else "un bloc vide []"
    if isinstance(value, str):
        return f'"{printable(value, SHOWN_LENGTH - 2)}"'
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    return shortened(str(value), SHOWN_LENGTH)


def lines(count: int) -> str:
    """`count` lines, in words: `aucune ligne`, `1 ligne`, `3 lignes`."""
    return plural(count, "ligne") if count else "aucune ligne"


def plural(count: int, noun: str) -> str:
    """`1 ligne`, `3 lignes`."""
    return f"{count} {noun}{'s' if count > 1 else ''}"


def printable(text: str, length: int = SHOWN_LENGTH) -> str:
    """The text, shortened, its invisible or broken characters written `\\uXXXX`."""
    text = shortened(text, length)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def shortened(text: str, length: int) -> str:
    """At most `length` characters, the last one an ellipsis when some are missing."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def folded(text: str) -> str:
    """Letters and digits only, without case or accent: what people compare by eye."""
    plain = unicodedata.normalize("NFKD", text[:SHOWN_LENGTH]).casefold()
    return re.sub(r"[^a-z0-9]", "", plain)


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` surely stands for: case, accents, plural s, one or two letters."""
    by_form = {folded(item).removesuffix("s"): item for item in known}
    matches = get_close_matches(folded(word).removesuffix("s"), by_form, n=1, cutoff=0.8)
    return str(by_form[matches[0]]) if matches else None


def boolean_meant(value: Any) -> bool | None:
    """The boolean that `vrai`, `"true"`, `Oui`, 1… stand for."""
    word = folded(str(value)) if isinstance(value, str | int) else ""
    return True if word in _TRUE else False if word in _FALSE else None


def null_meant(value: Any) -> bool:
    """Whether a text stands for the absence of a value."""
    return isinstance(value, str) and len(value) < 20 and folded(value) in _NULL


def amount_meant(text: str) -> str | None:
    """The JSON number that `"1 234,50 €"` stands for."""
    plain = re.sub(r"[\s\u202f€]|EUR(?:OS?)?$", "", text[:SHOWN_LENGTH], flags=re.IGNORECASE)
    if re.fullmatch(r"[0-9]+(?:[.,][0-9]{1,2})?", plain) is None:
        return None
    return plain.replace(",", ".")


def rounded(amount: Any) -> str | None:
    """The amount rounded to the cent, as a JSON number."""
    try:
        return f"{euros(amount)}"
    except (InvalidOperation, ValueError):
        return None


def number_as_text(value: Any, length: int) -> str:
    """An identifier that lost its quotes, and perhaps its leading zeros, as a JSON text."""
    is_whole = abs(value) < 10**20 and value % 1 == 0
    digits = str(int(value) if is_whole else value)
    return f'"{shortened(digits.zfill(length), SHOWN_LENGTH - 2)}"'


def date_meant(text: str) -> str | None:
    """The ISO date that `31/12/2026`, `2026-1-5` or a date with a time stand for."""
    for pattern in _DATES:
        if match := pattern.fullmatch(text.strip()[:SHOWN_LENGTH]):
            try:
                return date(*(int(match[part]) for part in "ymd")).isoformat()
            except ValueError:
                return None
    return None
