"""What an officer may reopen in a request, block by block, and what the supplier is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from funding.intake.leaves import Leaf, leaves_of
from funding.models import Correction, FundingRequest


@dataclass(frozen=True, slots=True)
class Block:
    """The values of one block of a request."""

    title: str
    leaves: list[Leaf]


@dataclass(frozen=True, slots=True)
class Asked:
    """One open correction, with the value as it is."""

    correction: Correction
    leaf: Leaf


def blocks_of(request: FundingRequest) -> list[Block]:
    """Every value that may be reopened: the documents first, then block by block."""
    leaves = _leaves(request)
    documents = [leaf for leaf in leaves if leaf.form == "document"]
    blocks = {"Documents signés": documents}
    for leaf in leaves:
        if leaf.form != "document":
            blocks.setdefault(leaf.label.split(" › ")[0], []).append(leaf)
    return [Block(title, found) for title, found in blocks.items() if found]


def asked_of(request: FundingRequest) -> list[Asked]:
    """The open corrections of a request, in the order in which they were asked. One query."""
    leaves = {leaf.pointer: leaf for leaf in _leaves(request)}
    rows: Iterable[Correction] = request.corrections.pending().order_by("pk")
    return [Asked(row, leaves[row.pointer]) for row in rows if row.pointer in leaves]


def _leaves(request: FundingRequest) -> list[Leaf]:
    return leaves_of(request.payload, scheme=request.scheme_id, kind=request.kind)
