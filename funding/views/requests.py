"""The supplier's requests: the list with its filters, its export, the page of one request."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from enrolment.doors import SupplierRequest, supplier_required
from funding.actions.reopening import asked_of
from funding.forms import RequestFilters
from funding.models import DepositLine, FundingRequest, Message
from funding.report.clocks import aims, clock_of
from funding.report.listing import kept, request_sheet
from funding.report.papers import papers_of
from funding.report.requests import history, received
from funding.report.steps import deadlines, next_step
from funding.views.downloads import csv_response
from segur_portal.common import clock
from segur_portal.common.enums import Kind
from segur_portal.common.models import IssuedDocument, JournalEntry

PAGE_SIZE = 50
EXPORT_CHUNK = 1000


@require_GET
@supplier_required
def request_list(request: SupplierRequest) -> HttpResponse:
    """What awaits the supplier first, then the latest; filters, order and page are the address."""
    filters = RequestFilters(request.GET)
    requests = _filtered(request, filters).select_related("scheme").with_balance()
    page = Paginator(requests, PAGE_SIZE).get_page(request.GET.get("page"))
    closings = deadlines()
    is_valid = filters.is_valid()
    context = {
        "filters": filters,
        "is_filtering": is_valid and filters.is_filtering,
        "sort": filters.cleaned_data.get("tri", "") if is_valid else "",
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "rows": [(one, next_step(one, closings, has_balance=one.has_balance)) for one in page],
        "ko_deposits": _ko_deposits(request),
        "may_deposit": request.membership.may_deposit,
    }
    template = "_table" if request.htmx and request.htmx.target == "demandes" else "list"
    return render(request, f"funding/requests/{template}.html", context)


@require_GET
@supplier_required
def request_export(request: SupplierRequest) -> HttpResponseBase:
    """Every request that the filters keep, not only those of the page."""
    requests = _filtered(request, RequestFilters(request.GET))
    rows = requests.select_related("scheme", "deposit", "order").with_balance()
    lines = request_sheet(rows.iterator(chunk_size=EXPORT_CHUNK), deadlines())
    return csv_response(lines, f"demandes-{clock.today():%Y%m%d}.csv")


@require_GET
@supplier_required
def request_detail(request: SupplierRequest, number: str) -> HttpResponse:
    """A request: who must act, its history, why this amount, what was received."""
    found = FundingRequest.objects.of(request.supplier).with_balance()
    one: FundingRequest = get_object_or_404(
        found.select_related(
            "scheme",
            "deposit",
            "deposit__deposited_by",
            "order__solution",
            "advance",
            "price_scale",
            "base",
        ),
        number=number,
    )
    entries = JournalEntry.objects.filter(
        subject=FundingRequest._meta.label, subject_id=str(one.pk), is_public=True
    )
    context: dict[str, Any] = {
        "one": one,
        "step": next_step(one, deadlines(), has_balance=one.has_balance),  # type: ignore[attr-defined]
        "history": history(one, entries.select_related("actor").order_by("at", "pk")),
        "balances": list(one.balances.order_by("pk")),
        "documents": IssuedDocument.objects.about(one).select_related("file"),
        "may_fill": one.kind == Kind.ADVANCE and request.membership.may_deposit,
        "papers": papers_of(one),
        **_exchange(request, one),
        "asked": asked_of(one) if one.state == "correction_requested" else [],
        "may_answer": request.membership.may_deposit,
        "clock": clock_of(one, clock.now(), aims([one.scheme_id])[one.scheme_id]),
        **received(one),
    }
    return render(request, "funding/requests/detail.html", context)


def _exchange(request: SupplierRequest, one: FundingRequest) -> dict[str, Any]:
    """How many messages, and whether the officers wait for an answer."""
    found = Message.objects.of(request.supplier).filter(request=one)
    awaited = Count("pk", filter=Q(expects_answer=True, answered_at=None, is_from_officer=True))
    return found.aggregate(message_count=Count("pk"), is_answer_awaited=awaited)


def _filtered(request: SupplierRequest, filters: RequestFilters) -> Any:
    """The supplier's requests that the filters keep, in their order; a filter that means nothing
    is ignored, and its field says so."""
    filters.is_valid()
    requests = kept(FundingRequest.objects.of(request.supplier), filters.cleaned_data)
    return requests.order_by(*filters.ordering) if filters.ordering else requests.hand_first()


def _ko_deposits(request: SupplierRequest) -> list[dict[str, Any]]:
    """Deposits with KO requests that were not deposited again: they are no request yet, and would
    be missing from the list."""
    return list(DepositLine.objects.of(request.supplier).to_correct().by_deposit()[:20])
