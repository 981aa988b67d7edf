"""Requests of balance that break one rule each: right in every other way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle
from typing import Any

from funding.models import FundingRequest
from segur_portal.common.enums import Kind
from segur_portal.common.money import euros

from .asking import Request, amounts
from .balances import balance_of
from .structure_faults import structure_faults

# An AM number and a FINESS with good keys, in no order.
_STRANGER = {"numerosAm": "751298365", "finessGeographiques": "756804571"}

# How many advances the faults of rules need.
FAULTS = 6


@dataclass
class BalanceKit:
    """Accepted advances to answer; `answered` is a live balance, `unproved` an accepted advance
    whose solution lacks pilots (None where none is asked)."""

    scheme: str
    advances: Sequence[FundingRequest]
    performed_on: date
    answered: FundingRequest
    unproved: FundingRequest | None
    _next: Iterator[FundingRequest] = field(init=False)

    def __post_init__(self) -> None:
        self._next = iter(self.advances)

    def fresh(self) -> Request:
        """A valid balance of an advance not used yet."""
        return balance_of(next(self._next), self.performed_on)

    def requests(self, good: int) -> Iterator[Any]:
        """Good requests, then one for each code; faults of structure may share their advances."""
        yield from (self.fresh() for _ in range(good))
        for code, maker in _MAKERS.items():
            if code != "PIL-001" or self.unproved is not None:
                yield from maker(self)
        spare = cycle([*self._next] or self.advances)
        for _, change in structure_faults(self.scheme, Kind.BALANCE):
            yield change(deepcopy(balance_of(next(spare), self.performed_on)))


def codes_of(scheme: str, *, has_pilots: bool) -> list[str]:
    """The codes that a file of balances can show, in order."""
    return sorted(code for code in (*_MAKERS, "SOL-001") if has_pilots or code != "PIL-001")


def _other_content(kit: BalanceKit) -> Iterator[Request]:
    """REF-001, and SOL-001 with it: an advance that another balance answers already."""
    request = deepcopy(kit.answered.payload)
    request["facture"]["numero"] += "-bis"
    yield request


def _too_early(kit: BalanceKit) -> Iterator[Request]:
    """CAL-004: performed before the order was signed."""
    request = kit.fresh()
    request["dateRealisation"] = (date(2025, 1, 2)).isoformat()
    yield request


def _twice(kit: BalanceKit) -> Iterator[Request]:
    """UNI-009: the same advance in two requests of the file; the first stands."""
    request = kit.fresh()
    yield request
    yield deepcopy(request)


def _wrong_vat(kit: BalanceKit) -> Iterator[Request]:
    """MNT-002: the sum is wrong by ten cents, under what was ordered."""
    request = kit.fresh()
    request["facture"]["montantTTC"] = round(request["facture"]["montantTTC"] - 0.1, 2)
    yield request


def _over_order(kit: BalanceKit) -> Iterator[Request]:
    """MNT-006 (alert): an invoice above the order."""
    request = kit.fresh()
    net = euros(request["facture"]["montantHT"]) + 100
    vat = euros(net / 5) if request["facture"]["montantTVA"] else euros(0)
    request["facture"] |= amounts(net, vat)
    yield request


def _without_pilots(kit: BalanceKit) -> Iterator[Request]:
    """PIL-001: a solution whose pilot reports are not all compliant."""
    assert kit.unproved is not None
    yield balance_of(kit.unproved, kit.performed_on)


def _stranger(kit: BalanceKit) -> Iterator[Request]:
    """SOL-002: an identifier that was not ordered."""
    request = kit.fresh()
    client = request["clients"][0]
    block = "numerosAm" if client["numerosAm"] else "finessGeographiques"
    client[block] = [*client[block], _STRANGER[block]]
    yield request


_MAKERS: dict[str, Callable[[BalanceKit], Iterator[Request]]] = {
    "REF-001": _other_content,
    "CAL-004": _too_early,
    "UNI-009": _twice,
    "MNT-002": _wrong_vat,
    "MNT-006": _over_order,
    "PIL-001": _without_pilots,
    "SOL-002": _stranger,
}
