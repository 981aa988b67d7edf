"""How dates, numbers and lists are written in French, and its typography. Pure Python."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

_PARIS = ZoneInfo("Europe/Paris")
_BEFORE = re.compile(r" (?=[:»%€])")
_BEFORE_THIN = re.compile(r" (?=[;?!])")
_AFTER = re.compile(r"(?<=[«°]) ")
NARROW = "\u202f"


def typographic(text: str) -> str:
    """The no-break spaces and apostrophes of French typography, in a text typed without them."""
    return spaced(text.replace("'", "’"))


def spaced(text: str) -> str:
    """The no-break spaces of French typography, in a text typed with plain ones."""
    text = _BEFORE.sub("\u00a0", text)
    return _AFTER.sub("\u00a0", _BEFORE_THIN.sub(NARROW, text))


def day(value: date) -> str:
    """`10/11/2026`."""
    return value.strftime("%d/%m/%Y")


def instant(value: datetime) -> str:
    """`le 10/11/2026 à 12:00:00`, in Paris time; parts of a second only when there are some."""
    local = value.astimezone(_PARIS)
    fraction = f",{local.microsecond:06}".removesuffix("000") if local.microsecond else ""
    return f"le {day(local.date())} à {local:%H:%M:%S}{fraction}"


def paris_day(value: datetime) -> date:
    """The civil date of an instant in Paris."""
    return value.astimezone(_PARIS).date()


def listed(items: Iterable[str], last: str = "et") -> str:
    """`a, b et c`."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def number(value: int) -> str:
    """`5 000`, with a narrow no-break space."""
    return f"{value:,}".replace(",", NARROW)


def count(value: int, noun: str) -> str:
    """`1 acte`, `5 000 actes`; zero is singular in French."""
    return f"{number(value)} {noun}{'s' if value > 1 else ''}"


def percent(value: Decimal) -> str:
    """`20 %`, `8,5 %`."""
    plain = f"{value:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return f"{plain.replace('.', ',')}\u00a0%"
