"""What surrounds a request on the officer's page: the client's other orders, the supplier's
record. Never more than the officer may open: `schemes` are those of the officer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet

from funding.models import FundingRequest
from funding.workflow import GRANTED, REQUEST
from orders.models import OrderClient, OrderLine
from orders.rules.words import ClientKind
from segur_portal.common.french import count, listed, percent
from segur_portal.common.models import Scheme

SHOWN = 20
Schemes = QuerySet[Scheme]


def same_client(request: FundingRequest, schemes: Schemes) -> list[FundingRequest]:
    """The requests of the officer's schemes on other orders of one of the same clients: by SIREN,
    by RPPS for a doctor on their own. The latest first; one query."""
    own = OrderClient.objects.order_by().filter(order=request.order_id)
    lines = OrderLine.objects.order_by().filter(client__kind=ClientKind.DOCTOR).exclude(rpps="")
    orders = (
        OrderClient.objects.order_by()
        .filter(siren__in=own.exclude(siren="").values("siren"))
        .values("order")
        .union(
            lines.filter(
                rpps__in=lines.filter(client__order=request.order_id).values("rpps")
            ).values("client__order")
        )
    )
    rows = FundingRequest.objects.filter(order__in=orders).exclude(order=request.order_id)
    rows = rows.in_schemes(schemes).select_related("supplier", "scheme")
    shown = rows.defer("payload", "pricing", "alerts").order_by("-received_at", "-pk")
    return list(shown[:SHOWN])


@dataclass(frozen=True, slots=True)
class Record:
    """How the requests of a supplier ended, in the officer's schemes."""

    counts: dict[str, int]

    @property
    def total(self) -> int:
        """Every request, this one included."""
        return sum(self.counts.values())

    @property
    def sentence(self) -> str:
        """`42 demandes : 30 acceptées…`, in the order of the state table."""
        parts = [
            f"{self.counts[name]} {state.internal.lower()}"
            for name, state in REQUEST.states.items()
            if self.counts.get(name)
        ]
        return f"{count(self.total, 'demande')} : {listed(parts)}."

    @property
    def refusals(self) -> str:
        """The share of refusals among the decisions, when there are some."""
        granted = sum(self.counts.get(name, 0) for name in GRANTED)
        refused = self.counts.get("refused", 0)
        if not granted + refused:
            return "Aucune décision pour l’instant."
        return f"{_share(refused, granted + refused)} de refus parmi les décisions."


def _share(part: int, whole: int) -> str:
    return percent((Decimal(100) * part / whole).quantize(Decimal(1)))


def record_of(supplier_id: int, schemes: Schemes) -> Record:
    """The record of a supplier; one query."""
    rows = FundingRequest.objects.in_schemes(schemes).filter(supplier=supplier_id).order_by()
    return Record(dict(rows.values_list("state").annotate(count=Count("pk"))))
