"""The pieces of a deposit: which named documents have arrived, and which are awaited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .archive import Entry
from .expected import ExpectedFile
from .matching import match_names


@dataclass(frozen=True, slots=True)
class Piece:
    """One document that a request names. `places` are the ZIP files that hold that name; `near`
    is a file nobody asked for with a name like it."""

    index: int
    reference: str
    name: str
    label: str
    places: tuple[str, ...] = ()
    near: str = ""

    @property
    def is_there(self) -> bool:
        """Whether it arrived as DOC-001 wants it: in one ZIP, once."""
        return len(self.places) == 1


def pieces_of(
    expected: Iterable[tuple[int, str, ExpectedFile]], archives: Mapping[str, Sequence[str]]
) -> tuple[list[Piece], dict[str, list[str]]]:
    """Each named document, by (rank of its request, reference, document), against the names that
    each ZIP holds; and the names that nothing asks for, by ZIP."""
    wanted = list(expected)
    entries = {zip_: [Entry(name, 0, 0) for name in names] for zip_, names in archives.items()}
    matches, extra = match_names((file.name for _, _, file in wanted), entries)
    pieces = []
    for index, reference, file in wanted:
        match = matches[file.name]
        places = tuple(zip_ for zip_, _ in match.places)
        pieces.append(Piece(index, reference, file.name, file.label, places, match.near))
    unasked: dict[str, list[str]] = {}
    for zip_, name in extra:
        unasked.setdefault(zip_, []).append(name)
    return pieces, unasked
