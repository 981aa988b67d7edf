"""Everything a batch is judged against: loaded once, in a fixed number of queries. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from enrolment.rules import LayoutFacts, SolutionFacts
from funding.pricing import Scale
from funding.rules.documents import DocumentFacts
from funding.rules.facts import Grants, PilotFacts, WindowFacts
from orders.rules.facts import BaseRow, Holder, OrderFacts


@dataclass(frozen=True, slots=True)
class Known:
    """A live request of the supplier, found by its reference."""

    request_id: int
    number: str
    content_hash: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KnownAdvance:
    """An advance of the supplier that a balance may answer, and the order behind it.

    `scale` and `base` are those the advance was judged on: its balance is computed on the same.
    `amount_kept` is its amount, less what recovery orders already take back of it.
    """

    request_id: int
    number: str
    state_label: str
    is_accepted: bool
    other_balance: str | None
    order_id: int
    solution_id: int
    solution_key: tuple[str, str]
    order: OrderFacts
    amount_kept: Decimal
    scale: Scale
    base: Mapping[tuple[str, str], BaseRow]


@dataclass(frozen=True, slots=True)
class Reopened:
    """What an officer reopened in the request that one of the file brings again, by `opened`:
    pointer to label.

    `world` is the one its answer is judged in: that of the day it was received, without what it
    holds itself. `changed` are the documents that came and are not those in place, by pointer.
    """

    opened: Mapping[str, str]
    world: World
    changed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class World:
    """The programme, the supplier, the base and the live orders, as this batch finds them.

    `held` are the claims of live orders on the keys this batch wants; `grants` the aid already
    granted by the portal to a SIREN (or RPPS); `ris_requested` and `ris_accepted` the SIREN with
    a live or accepted RIS request; `layouts` what a number printed on an order may name;
    `reopened`, by index, the requests that await a correction.
    """

    scheme: str
    kind: str
    supplier_siret: str
    received_at: datetime
    received_on: date
    is_simulation: bool
    windows: Mapping[str, WindowFacts]
    parameters: Mapping[str, Decimal]
    scale: Scale | None
    is_vat_subject: bool
    holds_osu: bool
    stage: str
    layout: str
    solutions: Mapping[tuple[str, str], SolutionFacts]
    solution_ids: Mapping[tuple[str, str], int]
    base: Mapping[tuple[str, str], BaseRow]
    held: Mapping[tuple[str, str, str], Holder]
    known: Mapping[str, Known]
    grants: Mapping[str, Grants] = field(default_factory=dict)
    ris_requested: frozenset[str] = frozenset()
    ris_accepted: frozenset[str] = frozenset()
    advances: Mapping[str, KnownAdvance] = field(default_factory=dict)
    pilots: Mapping[int, PilotFacts] = field(default_factory=dict)
    lapsed: tuple[str, ...] = ()
    layouts: Mapping[str, tuple[LayoutFacts, ...]] = field(default_factory=dict)
    documents: Mapping[int, tuple[DocumentFacts, ...]] = field(default_factory=dict)
    reopened: Mapping[int, Reopened] = field(default_factory=dict)
