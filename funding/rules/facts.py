"""What the rules of calendar, amounts, hold, pilots and balance know: frozen facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from funding.pricing import BalancePricing, Pricing
from segur_portal.common.money import ZERO


@dataclass(frozen=True, slots=True)
class WindowFacts:
    """A calendar line: UTC instants, both included; no opening = open since ever."""

    opens_at: datetime | None
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class CalendarFacts:
    """Dates of a request. `received_on` is the civil day of `received_at` in Paris; `signed_on`
    is the order's, for a balance that of the order it answers.
    """

    kind: str
    received_at: datetime
    received_on: date
    window: WindowFacts | None
    signed_on: date
    referenced_on: date | None = None
    file_submitted_on: date | None = None
    lead_days: int = 120
    service_window: WindowFacts | None = None
    performed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Grants:
    """What the portal granted to a beneficiary: for the orders of one supplier, and of others."""

    own: Decimal = ZERO
    others: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class DeMinimisFacts:
    """Aid counted for one client: declared + the portal's own grants + this one (MNT-005).

    `is_for_officer`: only officers read what the orders of other suppliers were granted.
    """

    pointer: str
    client: str
    declared: Decimal
    granted: Grants
    requested: Decimal
    ceiling: Decimal
    is_for_officer: bool = False

    @property
    def own_total(self) -> Decimal:
        """What the supplier knows of it."""
        return self.declared + self.granted.own + self.requested

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.own_total + self.granted.others


@dataclass(frozen=True, slots=True)
class AmountFacts:
    """Amounts asked and their ceilings; ceilings are None when no tranche applies.

    `pointer` is the block of amounts in the request (`/bonDeCommande` or `/facture`). `unvalued`,
    `repeated` and `contradicted` are those of `funding.pricing.Pricing`. For a balance,
    `validated_gross` is what is retained of the invoice and `amount_advanced` what was paid.
    """

    pointer: str
    net: Decimal
    vat: Decimal
    gross: Decimal
    is_vat_subject: bool
    ceiling_net: Decimal | None
    ceiling_gross: Decimal | None
    tier_label: str = ""
    is_official: bool = True
    unvalued: tuple[tuple[str, str], ...] = ()
    de_minimis: tuple[DeMinimisFacts, ...] = ()
    repeated: tuple[tuple[str, str], ...] = ()
    contradicted: tuple[tuple[str, str, int], ...] = ()
    validated_gross: Decimal | None = None
    amount_advanced: Decimal = ZERO

    @classmethod
    def of_order(
        cls, pricing: Pricing, *, de_minimis: tuple[DeMinimisFacts, ...] = ()
    ) -> AmountFacts:
        """The amounts of an order, from their pricing."""
        return cls(
            pointer="/bonDeCommande",
            net=pricing.net,
            vat=pricing.vat,
            gross=pricing.gross,
            is_vat_subject=pricing.is_vat_subject,
            ceiling_net=pricing.ceiling_net,
            ceiling_gross=pricing.ceiling_gross,
            tier_label=pricing.tier_label,
            is_official=pricing.scale.is_official,
            unvalued=pricing.unvalued,
            de_minimis=de_minimis,
            repeated=pricing.repeated,
            contradicted=pricing.contradicted,
        )

    @classmethod
    def of_aid(
        cls,
        de_minimis: tuple[DeMinimisFacts, ...],
        *,
        net: Decimal,
        vat: Decimal,
        gross: Decimal,
    ) -> AmountFacts:
        """The aid alone, to be judged again when it is granted."""
        return cls(
            pointer="/bonDeCommande",
            net=net,
            vat=vat,
            gross=gross,
            is_vat_subject=True,
            ceiling_net=None,
            ceiling_gross=None,
            de_minimis=de_minimis,
        )

    @classmethod
    def of_invoice(cls, pricing: BalancePricing) -> AmountFacts:
        """The amounts of a balance's invoice, from their pricing."""
        return cls(
            pointer="/facture",
            net=pricing.net,
            vat=pricing.vat,
            gross=pricing.gross,
            is_vat_subject=pricing.is_vat_subject,
            ceiling_net=pricing.ceiling_net,
            ceiling_gross=pricing.ceiling_gross,
            tier_label=pricing.tier_label,
            is_official=pricing.scale.is_official,
            validated_gross=pricing.validated.gross,
            amount_advanced=pricing.advance,
        )


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """A DRIMbox order: its clients' (pointer, SIREN), and the SIREN with a RIS request.

    `received_at` is the instant of judgement: the deposit's, or now when the holds are swept.
    """

    sirens: tuple[tuple[str, str], ...]
    with_ris_request: frozenset[str]
    with_ris_accepted: frozenset[str]
    received_at: datetime
    hold_limit: datetime | None


@dataclass(frozen=True, slots=True)
class PilotFacts:
    """Pilot proofs of the supplier for the solution (PIL-001)."""

    reports_required: int
    reports_compliant: int
    training_required: bool
    training_compliant: bool


@dataclass(frozen=True, slots=True)
class Deployed:
    """Identifiers of one client: those ordered, or those declared as deployed.

    `pointer` is where the balance names them; empty for the order's.
    """

    siren: str
    rpps: str
    finess: frozenset[str]
    am_numbers: frozenset[str]
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class AdvanceFacts:
    """The advance that a balance answers, when the supplier has one of that reference.

    `other_balance` is the number of a live balance request that answers it already.
    """

    number: str
    state_label: str
    is_accepted: bool
    other_balance: str | None
    net: Decimal
    gross: Decimal
    amount_advanced: Decimal
    ordered: tuple[Deployed, ...]


@dataclass(frozen=True, slots=True)
class BalanceFacts:
    """A request of balance: the advance it names, what was deployed, the pilots."""

    reference: str
    named_number: str
    advance: AdvanceFacts | None
    deployed: tuple[Deployed, ...]
    pilots: PilotFacts
