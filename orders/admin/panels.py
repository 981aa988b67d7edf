"""An order in tables: its clients, their lines, the aids they declare, what the order claims."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orders.models import Order, OrderClient
from segur_portal.common.admin.panels import Panel, table, when
from segur_portal.common.french import day
from segur_portal.common.money import in_french

CLIENT = ("Client", "Type", "SIREN", "Représentant légal", "Contact", "Vague 1 payée", "De minimis")
LINE = ("Client", "Nature", "Nom", "FINESS", "RPPS", "Numéro AM", "Activité", "Situation", "2023")
AID = ("Client", "Attribuée le", "Montant")
CLAIM = ("Clé", "Valeur", "Place", "Libérée")


def order_panels(order: Order) -> list[Panel]:
    """The clients of an order and what it holds for itself; four queries."""
    clients = list(order.clients.order_by("position").prefetch_related("lines", "aids"))
    panels = [
        table("Clients de la commande", CLIENT, map(_client, clients)),
        table("Établissements et médecins", LINE, _lines(clients)),
    ]
    if aids := list(_aids(clients)):
        panels.append(table("Aides de minimis déclarées", AID, aids))
    return [*panels, claims_panel(order)]


def claims_panel(order: Order) -> Panel:
    """The keys of uniqueness that an order holds, or held."""
    rows = (
        (
            claim.get_kind_display(),
            claim.value,
            claim.get_slot_display(),
            when(claim.released_at) if claim.released_at else "Non",
        )
        for claim in order.claims.order_by("kind", "value", "slot")
    )
    return table("Clés d’unicité", CLAIM, rows)


def _client(client: OrderClient) -> tuple[str, ...]:
    return (
        client.name,
        client.get_kind_display(),
        client.siren or "–",
        client.representative,
        f"{client.phone} {client.mail}",
        _answer(client.paid_wave_1),
        _answer(client.has_de_minimis),
    )


def _lines(clients: list[OrderClient]) -> Iterator[tuple[Any, ...]]:
    for client in clients:
        for line in client.lines.all():
            yield (
                client.name,
                line.get_kind_display(),
                line.name,
                line.finess,
                line.rpps,
                line.am_number,
                line.get_activity_display(),
                line.get_situation_2023_display(),
                "" if line.activity_2023 is None else line.activity_2023,
            )


def _aids(clients: list[OrderClient]) -> Iterator[tuple[str, ...]]:
    for client in clients:
        for aid in client.aids.all():
            yield client.name, day(aid.granted_on), in_french(aid.amount)


def _answer(value: bool | None) -> str:
    return {True: "Oui", False: "Non", None: "Non demandé"}[value]
