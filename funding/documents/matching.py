"""Which entry of which ZIP is the document that a request names, and which name was meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from .archive import Entry
from .names import folded

_LIKENESS = 0.8
_FEW = 300


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
    near = _near_names([name for name, found in places.items() if not found], extra)
    matches = {
        name: Match(name, tuple(found), near.get(name, "")) for name, found in places.items()
    }
    return matches, extra


def _last_part(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def _near_names(missing: Sequence[str], extra: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The file that was probably meant for each missing name; none serves for two.

    Capitals, accents and folders first; then a likeness, with the same digits: two references
    often differ by one digit, and are then two documents.
    """
    left = {folded(_last_part(name)): name for _, name in extra}
    near = {name: left.pop(folded(name)) for name in missing if folded(name) in left}
    if len(left) > _FEW:
        return near
    for name in missing:
        if name not in near:
            alike = [key for key in left if _digits(key) == _digits(name)]
            for key in get_close_matches(folded(name), alike, n=1, cutoff=_LIKENESS):
                near[name] = left.pop(key)
    return near


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))
