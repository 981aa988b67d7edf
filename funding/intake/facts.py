"""From a request and the world it is judged in, the facts that each family of rules reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta

from enrolment.rules import LayoutFacts, OrderPaper, SupplierFacts, alike
from funding.intake.world import KnownAdvance, World
from funding.pricing import BalancePricing, Pricing, price_balance, shares
from funding.rules.documents import DocumentFacts
from funding.rules.facts import (
    AdvanceFacts,
    AmountFacts,
    BalanceFacts,
    CalendarFacts,
    DeMinimisFacts,
    Deployed,
    Grants,
    HoldFacts,
    PilotFacts,
)
from orders.rules.facts import BaseRows, Client, OrderFacts
from orders.rules.imaging import is_health_establishment
from segur_portal.common.enums import Kind, ParameterCode, SchemeCode, WindowKind
from segur_portal.common.money import ZERO, euros

_NO_PILOT = PilotFacts(0, 0, training_required=False, training_compliant=False)


def supplier_facts(
    name: str,
    version: str,
    reference_number: str,
    world: World,
    paper: OrderPaper | None = None,
) -> SupplierFacts:
    """The facts of ENR rules on the solution that a request names."""
    return SupplierFacts(
        on=world.received_on,
        stage=world.stage,
        is_simulation=world.is_simulation,
        named_solution=name,
        named_version=version,
        named_reference_number=reference_number,
        solution=world.solutions.get((name, version)),
        enrolled_solutions=tuple(
            f"{solution.name} {solution.version}"
            for solution in world.solutions.values()
            if solution.is_enrolled
        ),
        holds_osu=world.holds_osu,
        layout=world.layout,
        lapsed=world.lapsed,
        paper=paper,
        spelt=_spelt(name, version, world),
    )


def _spelt(name: str, version: str, world: World) -> tuple[str, str] | None:
    """The one solution of this supplier that differs from what is named by its spelling only."""
    if (name, version) in world.solutions:
        return None
    wanted = alike(name, version)
    found = [key for key in world.solutions if alike(*key) == wanted]
    return found[0] if len(found) == 1 else None


def order_paper(
    order: OrderFacts, documents: Sequence[DocumentFacts], world: World
) -> OrderPaper | None:
    """The order as its document shows it; None when there is no text to read."""
    read = [one for one in documents if one.is_read and one.has_text]
    if not read:
        return None
    numbers = dict.fromkeys(number for one in read for number in one.citations)
    cited = [world.layouts.get(number) or (LayoutFacts(number),) for number in numbers]
    return OrderPaper(world.scheme, order.signed_on, tuple(one for rows in cited for one in rows))


def advance_calendar(order: OrderFacts, world: World) -> CalendarFacts:
    """The dates of an advance request."""
    solution = world.solutions.get((order.solution_name, order.solution_version))
    return CalendarFacts(
        kind=Kind.ADVANCE,
        received_at=world.received_at,
        received_on=world.received_on,
        window=world.windows.get(WindowKind.ADVANCE),
        signed_on=order.signed_on,
        referenced_on=solution.referenced_on if solution else None,
        file_submitted_on=solution.file_submitted_on if solution else None,
        lead_days=int(world.parameters[ParameterCode.SIGNATURE_LEAD_DAYS]),
    )


def balance_calendar(
    payload: Mapping[str, Any], advance: KnownAdvance, world: World
) -> CalendarFacts:
    """The dates of a balance request."""
    return CalendarFacts(
        kind=Kind.BALANCE,
        received_at=world.received_at,
        received_on=world.received_on,
        window=world.windows.get(WindowKind.BALANCE),
        signed_on=advance.order.signed_on,
        service_window=world.windows.get(WindowKind.SERVICE),
        performed_on=date.fromisoformat(payload["dateRealisation"]),
    )


def hold_facts(order: OrderFacts, world: World) -> HoldFacts:
    """The SIREN of a DRIMbox order, and what is known of their RIS requests."""
    limit = world.windows.get(WindowKind.HOLD)
    sirens = [(f"{client.pointer}/siren", client.siren) for client in order.clients if client.siren]
    return HoldFacts(
        sirens=tuple(sirens) if world.scheme == SchemeCode.DB else (),
        with_ris_request=world.ris_requested,
        with_ris_accepted=world.ris_accepted,
        received_at=world.received_at,
        hold_limit=limit.closes_at if limit else None,
    )


def advance_amounts(order: OrderFacts, pricing: Pricing | None, world: World) -> AmountFacts:
    """The amounts of an order, their ceilings and the *de minimis* aid of its clients."""
    if pricing is not None:
        aids = de_minimis_facts(
            order,
            shares=shares(pricing, pointers(order)),
            base=world.base,
            grants=world.grants,
            parameters=world.parameters,
            on=order.signed_on,
        )
        return AmountFacts.of_order(pricing, de_minimis=tuple(aids))
    return AmountFacts(
        pointer="/bonDeCommande",
        net=order.net,
        vat=order.vat,
        gross=order.gross,
        is_vat_subject=world.is_vat_subject,
        ceiling_net=None,
        ceiling_gross=None,
    )


def pointers(order: OrderFacts) -> tuple[str, ...]:
    """Where the clients of an order are in its request."""
    return tuple(client.pointer for client in order.clients)


def de_minimis_facts(
    order: OrderFacts,
    *,
    shares: Mapping[str, Decimal],
    base: BaseRows,
    grants: Mapping[str, Grants],
    parameters: Mapping[str, Decimal],
    on: date,
    is_for_officer: bool = False,
) -> Iterator[DeMinimisFacts]:
    """The aid of each client (MNT-005), over the rolling years before `on`.

    At deposit `on` is the day of signature, which the declaration speaks of; at decision, that of
    the grant. Health establishments fall under another decision and are not asked.

    A client that is exempt is left out: `base` says who is (`is_health_establishment`).
    """
    since = on - relativedelta(years=int(parameters[ParameterCode.DE_MINIMIS_YEARS]))
    for client in order.clients:
        if is_health_establishment(client, base):
            continue
        yield DeMinimisFacts(
            pointer=f"{client.pointer}/aidesMinimis",
            client=client.name,
            declared=sum((aid.amount for aid in client.aids if aid.granted_on >= since), ZERO),
            granted=grants.get(beneficiary(client), Grants()),
            requested=shares[client.pointer],
            ceiling=parameters[ParameterCode.DE_MINIMIS_CEILING],
            is_for_officer=is_for_officer,
        )


def beneficiary(client: Client) -> str:
    """Who receives the aid: the SIREN, or the RPPS of a doctor without one."""
    return client.siren or (client.doctors[0].rpps if client.doctors else "")


def balance_amounts(
    payload: Mapping[str, Any], advance: KnownAdvance, world: World
) -> tuple[BalancePricing, AmountFacts]:
    """The amounts of an invoice, and what remains due once the advance is deducted."""
    invoice = payload["facture"]
    net, vat, gross = (euros(invoice[f"montant{part}"]) for part in ("HT", "TVA", "TTC"))
    pricing = price_balance(
        advance.order,
        advance.base,
        advance.scale,
        deployed=deployed(payload),
        net=net,
        vat=vat,
        gross=gross,
        amount_advanced=advance.amount_kept,
        is_vat_subject=world.is_vat_subject,
    )
    return pricing, AmountFacts.of_invoice(pricing)


def deployed(payload: Mapping[str, Any]) -> tuple[Deployed, ...]:
    """What a balance declares as really deployed, client by client."""
    return tuple(
        Deployed(
            siren=client["siren"] or "",
            rpps=client["rpps"] or "",
            finess=frozenset(client["finessGeographiques"]),
            am_numbers=frozenset(client["numerosAm"]),
            pointer=f"/clients/{rank}",
        )
        for rank, client in enumerate(payload["clients"])
    )


def _ordered(order: OrderFacts) -> Iterator[Deployed]:
    for client in order.clients:
        yield Deployed(
            siren=client.siren or "",
            rpps=client.doctors[0].rpps if client.kind == "MEDECIN" else "",
            finess=frozenset(line.finess for line in client.establishments),
            am_numbers=frozenset(doctor.am_number for doctor in client.doctors),
        )


def balance_facts(
    payload: Mapping[str, Any], advance: KnownAdvance | None, world: World
) -> BalanceFacts:
    """A balance, the advance it names and the pilots of its solution."""
    return BalanceFacts(
        reference=payload["referenceFournisseur"],
        named_number=payload["numeroDossier"],
        advance=_advance(advance) if advance else None,
        deployed=deployed(payload),
        pilots=world.pilots.get(advance.solution_id, _NO_PILOT) if advance else _NO_PILOT,
    )


def _advance(advance: KnownAdvance) -> AdvanceFacts:
    return AdvanceFacts(
        number=advance.number,
        state_label=advance.state_label,
        is_accepted=advance.is_accepted,
        other_balance=advance.other_balance,
        net=advance.order.net,
        gross=advance.order.gross,
        amount_advanced=advance.amount_kept,
        ordered=tuple(_ordered(advance.order)),
    )
