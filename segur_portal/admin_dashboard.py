"""What an agent sees first: what waits, what is stuck, what is late; only what they may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse

from enrolment.admin.scope import assigned_schemes, is_limited
from enrolment.enums import UserKind
from enrolment.models import Enrolment, Specimen
from funding.admin.filters import stuck_deposits
from funding.models import Deposit, FundingRequest
from funding.report.desk import OWED_BACK
from orders.models import BaseImport
from orders.queries import late_schemes, stopped_imports
from segur_portal.common import clock
from segur_portal.common.models import PriceScale, Scheme

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Card:
    """A number, what it counts, and the list it opens. Only a `warning` asks for attention."""

    label: str
    count: int
    url: str
    is_warning: bool = False


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context of the first page."""
    return {
        **context,
        "cards": list(_cards(request)),
        "may_relaunch": getattr(request.user, "kind", "") == UserKind.OFFICER,
        "stuck": _stuck(request) if _may(request, "funding.view_deposit") else [],
        "stopped_imports": _stopped(request) if _may(request, "orders.view_baseimport") else [],
        "late": _late(request) if _may(request, "orders.view_baseimport") else [],
        "samples": _samples() if _may(request, "common.view_pricescale") else [],
    }


def _may(request: HttpRequest, permission: str) -> bool:
    return bool(request.user.has_perm(permission))


def _scoped(request: HttpRequest, rows: QuerySet[Any], path: str = "scheme") -> QuerySet[Any]:
    """The rows of the schemes this agent works on."""
    if not is_limited(request.user):
        return rows
    return rows.filter(**{f"{path}__in": assigned_schemes(request.user)})


def _cards(request: HttpRequest) -> Iterator[Card]:
    if _may(request, "funding.view_fundingrequest"):
        yield from _request_cards(request)
    if _may(request, "enrolment.view_enrolment"):
        count = _scoped(request, Enrolment.objects.to_examine()).count()
        address = _list("enrolment_enrolment", "file=a-traiter")
        yield Card("Enrôlements à examiner", count, address)
        count = _scoped(request, Specimen.objects.filter(state="submitted")).count()
        yield Card("Modèles à relire", count, _list("enrolment_specimen", "state__exact=submitted"))


def _request_cards(request: HttpRequest) -> Iterator[Card]:
    """One query for every state."""
    states = ("to_instruct", "in_instruction", "on_hold", "correction_requested", "accepted")
    counts = _scoped(request, FundingRequest.objects.order_by()).aggregate(
        **{state: Count("pk", filter=Q(state=state)) for state in states},
        left=Count(
            "pk", filter=Q(has_client_left_base=True) & ~Q(state__in=["refused", "cancelled"])
        ),
    )
    labels = {
        "to_instruct": "Demandes à instruire",
        "in_instruction": "Demandes en instruction",
        "on_hold": "En attente d’une demande RIS",
        "correction_requested": "Corrections demandées",
        "accepted": "Acceptées, à payer",
    }
    for state, label in labels.items():
        address = _list("funding_fundingrequest", f"state__exact={state}")
        yield Card(label, counts[state], address)
    address = _list("funding_fundingrequest", "has_client_left_base__exact=1")
    yield Card("Clients sortis de la base", counts["left"], address, is_warning=True)
    if owed := _scoped(request, FundingRequest.objects.owed_back()).count():
        address = f"{reverse('admin:funding_desk')}?file={OWED_BACK}"
        yield Card("Sommes à restituer", owed, address, is_warning=True)


def _list(name: str, query: str = "") -> str:
    return reverse(f"admin:{name}_changelist") + (f"?{query}" if query else "")


def _stuck(request: HttpRequest) -> list[Deposit]:
    """Deposits that failed, or that no worker has treated for too long."""
    rows = Deposit.objects.filter(Q(state="failed") | Q(pk__in=stuck_deposits().values("pk")))
    if is_limited(request.user):
        own = Q(scheme__in=assigned_schemes(request.user)) | Q(scheme__isnull=True)
        rows = rows.filter(own)
    return list(rows.select_related("supplier").order_by("received_at", "pk")[:SHOWN])


def _stopped(request: HttpRequest) -> list[BaseImport]:
    """Imports that wait for an officer."""
    return list(_scoped(request, stopped_imports()).defer("report")[:SHOWN])


def _late(request: HttpRequest) -> list[Scheme]:
    """Schemes whose base no file of last night confirmed."""
    return list(_scoped(request, late_schemes(clock.now()), "pk"))


def _samples() -> list[PriceScale]:
    """The price scales in force today that are not the official ones."""
    latest = (
        PriceScale.objects.filter(scheme=OuterRef("scheme"), starts_on__lte=clock.today())
        .order_by("-starts_on")
        .values("pk")[:1]
    )
    in_force = PriceScale.objects.annotate(latest=Subquery(latest)).filter(pk=F("latest"))
    return list(in_force.filter(is_official=False).order_by("scheme__order"))
