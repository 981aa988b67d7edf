"""The ceiling and the advance of an order, explained line by line. Pure Python.

One order = one main service: the activity of all its clients adds up to one tranche (ours; the
webinar speaks of « les numéros d'AM à utiliser pour le calcul des financements d'une commande »).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from orders.rules.facts import BaseRows, OrderFacts
from segur_portal.common.french import percent, typographic
from segur_portal.common.money import ZERO, euros, in_french, vat_on

from .lines import PricedLine, priced_lines, quantity_in_words
from .scale import MEASURE_LABELS, Scale, Tier


@dataclass(frozen=True, slots=True)
class Amounts:
    """An amount excluding VAT, its VAT, and the amount including VAT."""

    net: Decimal
    vat: Decimal
    gross: Decimal

    def as_dict(self) -> dict[str, str]:
        """Amounts as strings of euros and cents."""
        return {"net": f"{self.net}", "vat": f"{self.vat}", "gross": f"{self.gross}"}


@dataclass(frozen=True, slots=True)
class Pricing:
    """The answer to « Pourquoi ce montant »; `tier` and `ceiling` are None when none applies.

    `total` is the quantity the tranche is chosen by; `advance` = rate × amount including VAT.
    """

    service: str
    measure: str | None
    lines: tuple[PricedLine, ...]
    total: int
    tier: Tier | None
    ceiling: Amounts | None
    asked: Amounts
    is_vat_subject: bool
    advance: Decimal
    scale: Scale

    @property
    def net(self) -> Decimal:
        """The amount asked, excluding VAT."""
        return self.asked.net

    @property
    def vat(self) -> Decimal:
        """The VAT of the amount asked."""
        return self.asked.vat

    @property
    def gross(self) -> Decimal:
        """The amount asked, including VAT."""
        return self.asked.gross

    @property
    def ceiling_net(self) -> Decimal | None:
        """The ceiling excluding VAT; None when no tranche applies."""
        return self.ceiling.net if self.ceiling else None

    @property
    def ceiling_gross(self) -> Decimal | None:
        """The ceiling including VAT; None when no tranche applies."""
        return self.ceiling.gross if self.ceiling else None

    @property
    def due(self) -> Decimal:
        """What is to be paid on acceptance."""
        return self.advance

    @property
    def tier_label(self) -> str:
        """The tranche in words, empty when none applies."""
        return self.tier.label if self.tier else ""

    @property
    def unvalued(self) -> tuple[tuple[str, str], ...]:
        """(pointer, value) of identifiers whose 2023 activity the base does not give (MNT-003)."""
        return tuple((line.pointer, line.value) for line in self.lines if line.is_unvalued)

    @property
    def repeated(self) -> tuple[tuple[str, str], ...]:
        """(pointer, value) of identifiers written again, counted once (MNT-003)."""
        return tuple((line.pointer, line.value) for line in self.lines if line.is_repeated)

    @property
    def contradicted(self) -> tuple[tuple[str, str, int], ...]:
        """(pointer, AM number, activity) of doctors declared new whom the base saw in 2023."""
        return tuple(
            (line.pointer, line.value, line.known or 0)
            for line in self.lines
            if line.is_contradicted
        )

    def sentences(self) -> list[str]:
        """The calculation in French, a sentence a step."""
        if self.ceiling is None:
            return self.ceiling_sentences()
        return [
            *self.ceiling_sentences(),
            typographic(
                f"Montant demandé : {in_french(self.asked.net)} HT, "
                f"{in_french(self.asked.gross)} TTC."
            ),
            typographic(
                f"Avance : {percent(self.scale.advance_rate)} du montant TTC, soit "
                f"{in_french(self.advance)}."
            ),
        ]

    def ceiling_sentences(self) -> list[str]:
        """How the ceiling is found: quantity, tranche, ceiling with its VAT."""
        if self.measure is None:
            return [typographic(f"Le {self.scale.label} ne prévoit pas cette prestation.")]
        steps = [quantity_in_words(self.measure, self.total)]
        if self.tier is None or self.ceiling is None:
            return [*steps, typographic(f"Aucune tranche du {self.scale.label} ne s’applique.")]
        return [
            *steps,
            typographic(f"Tranche du {self.scale.label} : {self.tier_label}."),
            _ceiling_in_words(self.ceiling, self.scale, is_vat_subject=self.is_vat_subject),
        ]

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready form, amounts as strings, to keep with the request and to display."""
        return {
            "service": self.service,
            "measure": self.measure,
            "measure_label": MEASURE_LABELS.get(self.measure or "", ""),
            "lines": [asdict(line) for line in self.lines],
            "total": self.total,
            "tier": _tier_as_dict(self.tier),
            "tier_label": self.tier_label,
            "ceiling": self.ceiling.as_dict() if self.ceiling else None,
            "asked": self.asked.as_dict(),
            "is_vat_subject": self.is_vat_subject,
            "advance_rate": f"{self.scale.advance_rate}",
            "advance": f"{self.advance}",
            "due": f"{self.due}",
            "scale": {
                "id": self.scale.id,
                "version": self.scale.version,
                "label": self.scale.label,
                "is_official": self.scale.is_official,
                "source": self.scale.source,
                "vat_rate": f"{self.scale.vat_rate}",
            },
            "unvalued": [list(item) for item in self.unvalued],
            "sentences": self.sentences(),
        }


def price(order: OrderFacts, base: BaseRows, scale: Scale, *, is_vat_subject: bool) -> Pricing:
    """The ceiling of an order by the scale, and its advance (MNT-001, 003, 004, 006)."""
    measure = scale.measure_of(order.service)
    lines = priced_lines(order, base, measure)
    total = sum(line.counted for line in lines)
    tier = scale.tier_of(order.service, measure, total)
    return Pricing(
        service=order.service,
        measure=measure,
        lines=lines,
        total=total,
        tier=tier,
        ceiling=_ceiling(tier, scale, is_vat_subject=is_vat_subject) if tier else None,
        asked=Amounts(order.net, order.vat, order.gross),
        is_vat_subject=is_vat_subject,
        advance=advance_on(order.gross, scale.advance_rate),
        scale=scale,
    )


def advance_on(gross: Decimal, rate_percent: Decimal) -> Decimal:
    """The advance: rate × amount including VAT, which is what the State pays (basis: ours)."""
    return euros(gross * rate_percent / 100)


def shares(pricing: Pricing, clients: tuple[str, ...]) -> dict[str, Decimal]:
    """The amount incl. VAT of an order, split between its clients for *de minimis* (MNT-005, ours).

    In proportion to what each counts in the amount; in equal parts when none counts anything. The
    last client takes the cents that rounding leaves, so that the shares add up. Keys are the
    clients' pointers.
    """
    counts = [(line.client_pointer, line.counted) for line in pricing.lines]
    return _split(pricing.asked.gross, counts, clients)


def kept_shares(kept: Mapping[str, Any], clients: tuple[str, ...]) -> dict[str, Decimal]:
    """The same shares, from what `Pricing.as_dict()` kept with a request."""
    counts = [(line["client_pointer"], line["counted"]) for line in kept["lines"]]
    return _split(Decimal(kept["asked"]["gross"]), counts, clients)


def _split(
    gross: Decimal, counts: Iterable[tuple[str, int]], clients: tuple[str, ...]
) -> dict[str, Decimal]:
    counted = dict.fromkeys(clients, 0)
    for client, count in counts:
        counted[client] += count
    if not any(counted.values()):
        counted = dict.fromkeys(clients, 1)
    whole, left, parts = sum(counted.values()), gross, {}
    for client in clients[:-1]:
        parts[client] = min(left, euros(gross * counted[client] / whole))
        left -= parts[client]
    return {**parts, clients[-1]: left}


def _ceiling(tier: Tier, scale: Scale, *, is_vat_subject: bool) -> Amounts:
    """The ceiling with the scale's VAT; a supplier not subject to VAT has none to add."""
    net = euros(tier.ceiling_net)
    vat = vat_on(net, scale.vat_rate) if is_vat_subject else ZERO
    return Amounts(net, vat, net + vat)


def _ceiling_in_words(ceiling: Amounts, scale: Scale, *, is_vat_subject: bool) -> str:
    vat = f"TVA {percent(scale.vat_rate)}" if is_vat_subject else "sans TVA"
    return typographic(
        f"Plafond : {in_french(ceiling.net)} HT, soit {in_french(ceiling.gross)} TTC ({vat})."
    )


def _tier_as_dict(tier: Tier | None) -> dict[str, Any] | None:
    if tier is None:
        return None
    return {"lower": tier.lower, "upper": tier.upper, "ceiling_net": f"{tier.ceiling_net}"}
