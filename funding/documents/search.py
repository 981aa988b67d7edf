"""Looking for values in the text of a page, however people write them."""

from __future__ import annotations

import re
from datetime import date
from unicodedata import combining, normalize

from .result import CITATION, Found, Wanted

_MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre",
    "octobre", "novembre", "decembre",
)  # fmt: skip
_QUOTES = {"’": "'", "‘": "'", "`": "'", "«": '"', "»": '"', "“": '"', "”": '"'}
_DASHES = dict.fromkeys("‐‑‒–—−", "-")
_VERSION = r",?\s?(?:v|version)\.?\s?"
# A layout of a supplier that was reviewed, or a model that the portal issued.
_CITED = re.compile(
    r"(?<![0-9a-z])(?P<number>(?:mod\s?-\s?[0-9]{4}|mdl\s?-\s?[0-9]{8})\s?-\s?[0-9]{4,9})(?![0-9])"
    rf"(?:{_VERSION}(?P<version>[0-9]{{1,3}})(?![0-9]))?"
)
_PLAIN = {**_QUOTES, **_DASHES, "\u00ad": " ", "œ": "o", "æ": "a"}


def plain(text: str) -> str:
    """The text in lower case, without accents, one character for one: places are kept."""
    return "".join(_plain_character(character) for character in text)


def _plain_character(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    if character.isspace() or character == "\x02":
        return " "
    base = [part for part in normalize("NFKD", character) if not combining(part)]
    lowered = base[0].lower() if base else " "
    return lowered if len(lowered) == 1 else character


def pattern_of(wanted: Wanted | Found) -> re.Pattern[str]:
    """The expression that finds a wanted value in a plain text."""
    maker = {
        "identifier": _identifier,
        "amount": _amount,
        "date": _date,
        "pattern": _pattern,
        CITATION: _citation,
    }
    return re.compile(maker.get(wanted.kind, _words)(wanted.value))


def best_match(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The longest of the places, the first of equal ones: `1 000,00` rather than a number 1000."""
    return max(pattern.finditer(text), key=lambda match: len(match[0]), default=None)


def citations(text: str) -> dict[str, re.Match[str]]:
    """The numbers of layouts in a plain text, `MOD-2026-0001 v2`, and the first place of each."""
    found: dict[str, re.Match[str]] = {}
    for match in _CITED.finditer(text):
        number = "".join(match["number"].split()).upper()
        name = f"{number} v{int(match['version'])}" if match["version"] else number
        found.setdefault(name, match)
    return found


def _citation(value: str) -> str:
    """That number of a layout, with that version or without any."""
    number, _, version = plain(value).partition(" v")
    end = rf"{_VERSION}0*{version}(?![0-9])" if version else rf"(?![0-9])(?!{_VERSION}[0-9])"
    return r"(?<![0-9a-z])" + r"\s?-\s?".join(number.split("-")) + end


def _identifier(value: str) -> str:
    """Digits and letters, perhaps set apart by blanks, dots or dashes."""
    inner = r"[\s.\-]{0,2}".join(map(re.escape, plain(value)))
    return rf"(?<![0-9a-z]){inner}(?![0-9a-z])"


def _amount(value: str) -> str:
    """`1 234,50`, `1234.50`, `1.234,5`; whole euros also without cents."""
    euros, cents = value.split(".")
    groups = f"{int(euros):,}".split(",")
    whole = r"[\s.,']?".join(groups)
    short = cents.rstrip("0")
    decimals = {f"[.,]{cents}", *([f"[.,]{short}"] if short else [])}
    optional = "?" if not short else ""
    before, after = r"(?<![0-9])(?<![0-9][\s.,])", r"(?![0-9])(?![.,][0-9])"
    return rf"{before}{whole}(?:{'|'.join(sorted(decimals))}){optional}{after}"


def _date(value: str) -> str:
    """`31/03/2026`, `31.3.26`, `2026-03-31`, `31 mars 2026`."""
    day = date.fromisoformat(value)
    month = _MONTHS[day.month - 1]
    forms = (
        rf"0?{day.day}\s?[/.\-]\s?0?{day.month}\s?[/.\-]\s?(?:{day.year}|{day.year % 100:02})",
        rf"{day.year}-{day.month:02}-{day.day:02}",
        rf"0?{day.day}(?:er)?\s+{month}\s+{day.year}",
    )
    return rf"(?<![0-9])(?:{'|'.join(forms)})(?![0-9])"


def _words(value: str) -> str:
    """Words in this order, whatever the blanks and the line breaks between them."""
    return r"\W+".join(map(re.escape, re.findall(r"\w+", plain(value)))) or r"(?!)"


def _pattern(value: str) -> str:
    """An expression written over plain text, whatever the blanks of the page."""
    return value.replace(" ", r"\s+")
