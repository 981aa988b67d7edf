"""A supplier's requests in figures: how many and how much, by state, in its own wording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from funding.enums import KindChoice
from funding.workflow import REQUEST
from segur_portal.common.money import ZERO


@dataclass(frozen=True, slots=True)
class Cell:
    """Requests of one kind in one state."""

    requests: int = 0
    amount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """One state, by its public wording, with who must act; one cell per kind."""

    state: str
    label: str
    owner: str
    cells: tuple[Cell, ...]

    @property
    def by_kind(self) -> list[tuple[str, Cell]]:
        """Each cell with the label of its kind."""
        return list(zip(KindChoice.labels, self.cells, strict=True))


@dataclass(frozen=True, slots=True)
class Totals:
    """The table; `on_samples` counts the amounts computed on sample price scales."""

    rows: list[TotalsRow] = field(default_factory=list)
    kinds: tuple[str, ...] = tuple(KindChoice.labels)
    on_samples: int = 0

    def in_state(self, state: str) -> int:
        """How many requests are in that state."""
        return sum(cell.requests for row in self.rows if row.state == state for cell in row.cells)


def totals_of(groups: Iterable[Mapping[str, Any]]) -> Totals:
    """The rows of the states that hold something, in the order of a request's life."""
    groups = list(groups)
    found = {
        (group["state"], group["kind"]): Cell(group["requests"], group["amount"])
        for group in groups
    }
    rows = [
        TotalsRow(
            name,
            state.public,
            state.owner,
            tuple(found.get((name, kind), Cell()) for kind in KindChoice.values),
        )
        for name, state in REQUEST.states.items()
        if any((name, kind) in found for kind in KindChoice.values)
    ]
    return Totals(rows, on_samples=sum(group["on_samples"] for group in groups))
