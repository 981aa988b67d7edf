"""An incomplete deposit as its supplier sees it: what is missing, until when, what happens then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings

from enrolment.models import Supplier
from funding.actions.archives import burnt_names, taken_names
from funding.actions.pieces import Inventory, deadline_of, files_by_request, inventory_of
from funding.documents import Piece
from funding.models import Deposit
from segur_portal.common import clock
from segur_portal.common.french import listed


@dataclass(frozen=True, slots=True)
class Row:
    """One request that lacks documents, and what is said of each."""

    index: int
    reference: str
    files: tuple[tuple[Piece, str], ...]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What an incomplete deposit lacks; `is_window` says that its deadline is the closing of the
    requests, and not the time it is kept."""

    stock: Inventory
    rows: tuple[Row, ...]
    deadline: datetime
    is_window: bool
    now: datetime

    @property
    def seconds(self) -> int:
        """How long is left, for a count that runs in the page."""
        return max(0, int((self.deadline - self.now).total_seconds()))

    @property
    def arrived(self) -> int:
        """How many of the named documents are there."""
        return len(self.stock.pieces) - len(self.stock.missing)

    @property
    def to_be_ko(self) -> int:
        """How many requests are KO if the deposit is made without what is missing."""
        return sum(row.index not in self.stock.answers for row in self.rows)

    @property
    def to_be_kept(self) -> int:
        """How many answers to a correction then keep the document in place."""
        return len(self.rows) - self.to_be_ko

    @property
    def expected_json(self) -> str:
        """The names still awaited, for the check made by the browser before sending."""
        return orjson.dumps([piece.name for piece in self.stock.missing]).decode()


def shortfall_of(deposit: Deposit) -> Shortfall:
    """What this deposit lacks now."""
    stock = inventory_of(deposit)
    deadline, is_window = deadline_of(deposit)
    grouped = files_by_request(stock.missing)
    rows = tuple(
        Row(index, reference, tuple((piece, _said_of(piece)) for piece in pieces))
        for (index, reference), pieces in grouped.items()
    )
    return Shortfall(stock, rows, deadline, is_window, clock.now())


def _said_of(piece: Piece) -> str:
    if piece.places:
        return f"présent dans {listed(dict.fromkeys(piece.places))} : ne le gardez qu’une fois"
    if piece.near:
        return f"reçu sous un autre nom, « {piece.near} » : renommez-le"
    return "manque"


def form_facts(supplier: Supplier) -> dict[str, Any]:
    """What a form for the pieces of a deposit knows, so that the browser may check them first."""
    return {
        "max_bytes": settings.DEPOSIT_JSON_MAX_BYTES,
        "max_requests": settings.DEPOSIT_MAX_REQUESTS,
        "max_zip_bytes": settings.DEPOSIT_ZIP_MAX_BYTES,
        "max_document_bytes": settings.DOCUMENT_MAX_BYTES,
        "burnt_names": _as_words(burnt_names(supplier)),
        "taken_names": _as_words(taken_names(supplier)),
    }


def _as_words(names: Iterable[str]) -> str:
    """Names of ZIP files have no blank: one between each."""
    return " ".join(names)


def left_behind(deposits: Iterable[Deposit]) -> list[tuple[Deposit, datetime]]:
    """Incomplete deposits with the end of their time."""
    return [(deposit, deadline_of(deposit)[0]) for deposit in deposits]
