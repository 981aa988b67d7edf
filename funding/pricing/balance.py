"""The balance of a request: what is validated of the invoice, less the advance paid (MNT-006)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Protocol

from orders.rules.facts import BaseRows, Client, OrderFacts
from orders.rules.words import ClientKind, Key
from segur_portal.common.french import typographic
from segur_portal.common.money import ZERO, euros, in_french

from .order import Amounts, Pricing, price
from .scale import Scale

_NOTHING = Amounts(ZERO, ZERO, ZERO)
# What a calculation keeps of its advance, true whenever it is read; the first was written before.
_GRANTED, _EXCESS = "Avance accordée", "Trop-perçu sur l’avance"
_OF_ADVANCE = ("Avance déjà versée", _GRANTED)


class DeployedClient(Protocol):
    """Identifiers of a client that a balance declares as really deployed."""

    @property
    def siren(self) -> str: ...
    @property
    def rpps(self) -> str: ...
    @property
    def finess(self) -> frozenset[str]: ...
    @property
    def am_numbers(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class BalancePricing(Pricing):
    """How a balance is computed: the pricing of what was really deployed, and the invoice.

    `asked` is the invoice, `advance` what the advance paid. `validated` is the invoice capped at
    the order and at the recomputed ceiling; `excess` is what the advance paid beyond it.
    """

    ordered: Amounts
    validated: Amounts
    is_reduced: bool

    @property
    def due(self) -> Decimal:
        """The balance to be paid."""
        return balance(self.validated.gross, self.advance)

    @property
    def excess(self) -> Decimal:
        """What the advance paid beyond the validated amount."""
        return max(self.advance - self.validated.gross, ZERO)

    def sentences(self) -> list[str]:
        """The calculation in French, a sentence a step."""
        steps = [
            f"Commande : {in_french(self.ordered.gross)} TTC.",
            f"Facture : {in_french(self.asked.gross)} TTC.",
            f"Montant validé : {in_french(self.validated.gross)} TTC.",
            f"{_GRANTED} : {in_french(self.advance)}.",
            f"Solde : {in_french(self.due)}.",
        ]
        if self.is_reduced:
            steps.insert(0, "Moins d’identifiants que la commande : le plafond est recalculé.")
        if self.excess:
            steps.append(f"{_EXCESS} : {in_french(self.excess)}.")
        return [*self.ceiling_sentences(), *map(typographic, steps)]

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready form, amounts as strings: that of a pricing, and the balance's own."""
        return {
            **Pricing.as_dict(self),
            "ordered": self.ordered.as_dict(),
            "validated": self.validated.as_dict(),
            "is_reduced": self.is_reduced,
            "excess": f"{self.excess}",
        }


def explained(
    pricing: Mapping[str, Any], *, advanced: Decimal, is_paid: bool, is_live: bool
) -> dict[str, Any]:
    """The stored calculation of a balance, its advance as it stands now: `advanced` is its amount,
    which is not yet what its supplier received."""
    told: list[str] = []
    for sentence in pricing.get("sentences", ()):
        if sentence.startswith(_OF_ADVANCE):
            kept = Decimal(str(pricing.get("advance") or "0"))
            told += _advance_in_words(advanced, kept, is_paid=is_paid, is_live=is_live)
        elif sentence.startswith(_EXCESS) and is_live and not is_paid:
            excess = in_french(Decimal(str(pricing.get("excess") or "0")))
            told.append(
                f"L’avance dépasse de {excess} le montant validé : ce trop-perçu n’est "
                "réclamé qu’une fois l’avance versée."
            )
        else:
            told.append(sentence)
    return {**pricing, "sentences": [typographic(sentence) for sentence in told]}


def _advance_in_words(
    advanced: Decimal, kept: Decimal, *, is_paid: bool, is_live: bool
) -> Iterator[str]:
    standing = "versée" if is_paid else "accordée (pas encore versée)"
    yield f"Avance {standing if is_live else 'annulée depuis'} : {in_french(advanced)}."
    if kept != advanced:
        yield (
            f"Déjà réclamés sur cette avance : {in_french(advanced - kept)} ; "
            f"avance retenue : {in_french(kept)}."
        )


def balance(validated_gross: Decimal, amount_advanced: Decimal) -> Decimal:
    """Validated amount − advance paid, never negative (MNT-006)."""
    return max(validated_gross - amount_advanced, ZERO)


def price_balance(
    order: OrderFacts,
    base: BaseRows,
    scale: Scale,
    *,
    deployed: Iterable[DeployedClient],
    net: Decimal,
    vat: Decimal,
    gross: Decimal,
    amount_advanced: Decimal,
    is_vat_subject: bool,
) -> BalancePricing:
    """The balance of an accepted order, for what was really deployed and an invoice.

    `base` and `scale` are those the advance was judged on: a later import does not lower what was
    promised. Where nothing was deployed, or no tranche is left, the ceiling is zero.
    """
    kept = deployed_part(order, deployed)
    pricing = price(kept, base, scale, is_vat_subject=is_vat_subject)
    ceiling = (pricing.ceiling if kept.clients else None) or _NOTHING
    invoice, ordered = Amounts(net, vat, gross), Amounts(order.net, order.vat, order.gross)
    return BalancePricing(
        service=pricing.service,
        measure=pricing.measure,
        lines=pricing.lines,
        total=pricing.total,
        tier=pricing.tier,
        ceiling=ceiling,
        asked=invoice,
        is_vat_subject=is_vat_subject,
        advance=amount_advanced,
        scale=scale,
        ordered=ordered,
        validated=validated_part(invoice, ordered, ceiling),
        is_reduced=kept != order,
    )


def deployed_part(order: OrderFacts, deployed: Iterable[DeployedClient]) -> OrderFacts:
    """The order without the lines, then the clients, that were not deployed (SOL-002).

    A doctor's line stays when its AM number was deployed. A town doctor stays whole, however it is
    named: the service is for the person.
    """
    names = {name for part in deployed for name in _names(part)}
    clients = (_deployed_client(client, names) for client in order.clients)
    return replace(order, clients=tuple(c for c in clients if c.establishments or c.doctors))


def _names(part: DeployedClient) -> Iterator[tuple[Key, str]]:
    """By kind: a SIREN and an AM number may have the same digits."""
    yield (Key.SIREN, part.siren)
    yield (Key.RPPS, part.rpps)
    yield from ((Key.FINESS, value) for value in part.finess)
    yield from ((Key.AM, value) for value in part.am_numbers)


def _deployed_client(client: Client, names: Collection[tuple[Key, str]]) -> Client:
    is_whole = client.kind == ClientKind.DOCTOR and (
        (Key.SIREN, client.siren or "-") in names
        or any(
            (Key.RPPS, line.rpps) in names or (Key.AM, line.am_number) in names
            for line in client.doctors
        )
    )
    return replace(
        client,
        establishments=tuple(
            line for line in client.establishments if (Key.FINESS, line.finess) in names
        ),
        doctors=tuple(
            line for line in client.doctors if is_whole or (Key.AM, line.am_number) in names
        ),
    )


def validated_part(invoice: Amounts, ordered: Amounts, ceiling: Amounts) -> Amounts:
    """The invoice, capped at the order and at the ceiling.

    A capped amount excluding VAT lowers the amount including VAT in proportion, at the invoice's
    own VAT.
    """
    net = min(invoice.net, ordered.net, ceiling.net)
    whole = invoice.gross if net == invoice.net else euros(invoice.gross * net / invoice.net)
    gross = min(whole, ordered.gross, ceiling.gross)
    return Amounts(net, gross - net, gross)
