"""Which entry of which ZIP is the document that a request names, and which name was meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from .archive import Entry
from .names import folded

_LIKENESS = 0.8


@dataclass(frozen=True, slots=True)
class Match:
    """Where an expected name was found: (name of the ZIP, entry), none, one or several times.

    `near` is the name of a file that nobody asked for and that looks like it.
    """

    name: str
    places: tuple[tuple[str, Entry], ...] = ()
    near: str = ""


def match_names(
    expected: Iterable[str], archives: Mapping[str, Sequence[Entry]]
) -> tuple[dict[str, Match], list[tuple[str, str]]]:
    """The match of each expected name, and the (ZIP, name) that no request names."""
    names = list(dict.fromkeys(expected))
    places: dict[str, list[tuple[str, Entry]]] = {name: [] for name in names}
    extra: list[tuple[str, str]] = []
    for archive, entries in archives.items():
        for entry in entries:
            if entry.name in places:
                places[entry.name].append((archive, entry))
            else:
                extra.append((archive, entry.name))
    left = {folded(_last_part(name)): name for _, name in extra}
    matches = {
        name: Match(name, tuple(found), "" if found else _near(name, left))
        for name, found in places.items()
    }
    return matches, extra


def _last_part(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def _near(name: str, left: Mapping[str, str]) -> str:
    key = folded(name)
    if key in left:
        return left[key]
    close = get_close_matches(key, left, n=1, cutoff=_LIKENESS) if len(left) <= 300 else []
    return left[close[0]] if close else ""
