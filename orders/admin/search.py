"""Orders that an identifier names, through the indexes of clients and lines."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from orders.models import OrderClient, OrderLine


def order_ids(forms: list[str]) -> QuerySet[Any]:
    """Keys of the orders with a client or a line of one of these identifiers."""
    clients, lines = OrderClient.objects.order_by(), OrderLine.objects.order_by()
    found: QuerySet[Any] = (
        clients.filter(siren__in=forms)
        .values("order")
        .union(
            lines.filter(finess__in=forms).exclude(finess="").values("client__order"),
            lines.filter(rpps__in=forms).exclude(rpps="").values("client__order"),
            lines.filter(am_number__in=forms).exclude(am_number="").values("client__order"),
        )
    )
    return found
