"""What a payment file says, checked before a byte is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from .characters import sepa_text
from .reasons import ACCOUNT_REASONS

SMALLEST, LARGEST = Decimal("0.01"), Decimal("999999999.99")
ID_LENGTH = 35


class RemittanceError(ValueError):
    """Facts that no bank would take; the message is in French, for the officer."""


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who pays. The address is structured: town and country at least (SEPA, November 2026)."""

    name: str
    iban: str
    bic: str
    town: str
    country: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """One credit transfer in euros. Without a town, no address at all is sent."""

    end_to_end_id: str
    amount: Decimal
    holder: str
    iban: str
    bic: str
    label: str
    town: str = ""
    country: str = "FR"


@dataclass(frozen=True, slots=True)
class Remittance:
    """A payment run as the bank receives it.

    Raises RemittanceError when it is empty, an amount is out of bounds or not in whole cents, an
    identifier is too long or comes twice.
    """

    message_id: str
    created_at: datetime
    execution_on: date
    debtor: Debtor
    transfers: tuple[Transfer, ...]

    def __post_init__(self) -> None:
        if not self.transfers:
            raise RemittanceError("Aucun virement à émettre.")
        counts = Counter(transfer.end_to_end_id for transfer in self.transfers)
        for transfer in self.transfers:
            _check(transfer, counts[transfer.end_to_end_id])

    @property
    def total(self) -> Decimal:
        """The control sum."""
        return sum((transfer.amount for transfer in self.transfers), Decimal("0.00"))


def _check(transfer: Transfer, occurrences: int) -> None:
    name, amount = transfer.end_to_end_id, transfer.amount
    if occurrences > 1:
        raise RemittanceError(f"Le virement {name} figure {occurrences} fois.")
    if not name or len(name) > ID_LENGTH:
        raise RemittanceError(f"L’identifiant {name!r} dépasse {ID_LENGTH} caractères.")
    if not sepa_text(transfer.holder, ID_LENGTH):
        raise RemittanceError(f"Le titulaire du virement {name} n’a pas de nom lisible.")
    if not SMALLEST <= amount <= LARGEST or amount != amount.quantize(SMALLEST):
        raise RemittanceError(f"Le montant {amount} du virement {name} ne peut être viré.")


@dataclass(frozen=True, slots=True)
class Returned:
    """What the bank says of one transfer: executed, or rejected with its ISO code."""

    end_to_end_id: str
    is_paid: bool
    code: str = ""
    text: str = ""
    dates: tuple[date, ...] = ()
    """When, as the bank says it: the surest first. None of them is checked yet."""
    blames_account: bool = False
    """Said by hand, without a code: the account is at fault."""

    @property
    def refuses_account(self) -> bool:
        """Whether the account is at fault, so that paying it again would fail again."""
        return not self.is_paid and (self.blames_account or self.code in ACCOUNT_REASONS)


@dataclass(frozen=True, slots=True)
class ReturnedBlock:
    """What the bank says of a whole file or payment block: of each transfer it does not name."""

    message_id: str
    is_paid: bool
    code: str = ""
    text: str = ""
    dates: tuple[date, ...] = ()

    def said_of(self, end_to_end_id: str) -> Returned:
        """The same, of one of its transfers."""
        return Returned(end_to_end_id, self.is_paid, self.code, self.text, self.dates)


@dataclass(slots=True)
class BankReport:
    """A return file: what is settled, transfer by transfer or as a whole, what is under way, and
    what it says that means nothing."""

    transfers: list[Returned] = field(default_factory=list)
    blocks: list[ReturnedBlock] = field(default_factory=list)
    under_way: list[str] = field(default_factory=list)
    blocks_under_way: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing of any transfer."""
        said = (self.transfers, self.blocks, self.under_way, self.blocks_under_way, self.problems)
        return not any(said)
