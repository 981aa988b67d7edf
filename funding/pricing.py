"""How an amount is computed and explained (MNT-001 to MNT-006). Pure functions over facts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Tier:
    """A tranche of a price scale: from `lower` included to `upper` excluded."""

    service: str
    measure: str
    lower: int
    upper: int | None
    ceiling_net: Decimal


@dataclass(frozen=True, slots=True)
class Scale:
    """A scheme's price scale in force on a day; rates in percent."""

    id: int
    version: int
    is_official: bool
    source: str
    vat_rate: Decimal
    advance_rate: Decimal
    tiers: tuple[Tier, ...]
