"""What a supplier is paid, what it may expect, and what it has to pay back."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from enrolment.doors import SupplierRequest, supplier_required
from funding.models import LedgerEntry
from funding.report.payments import ledger_sheet, supplier_accounts
from funding.views.downloads import csv_response
from segur_portal.common import clock

PAGE_SIZE = 50


@require_GET
@supplier_required
def payment_list(request: SupplierRequest) -> HttpResponse:
    """Totals, what is expected, transfers made, recovery orders."""
    accounts = supplier_accounts(request.supplier)
    page = Paginator(accounts["payments"], PAGE_SIZE).get_page(request.GET.get("page"))
    expected = list(accounts["expected"][:PAGE_SIZE])
    context = {
        **accounts,
        "expected": expected,
        "expected_count": accounts["expected"].count(),
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
    }
    return render(request, "funding/payments/list.html", context)


@require_GET
@supplier_required
def ledger_export(request: SupplierRequest) -> HttpResponseBase:
    """Every entry of the supplier's ledger, for its accounts."""
    entries = LedgerEntry.objects.of(request.supplier).select_related(
        "request__scheme", "order", "payment"
    )
    lines = ledger_sheet(entries.order_by("at", "pk").iterator(chunk_size=1000))
    return csv_response(lines, f"ecritures-{clock.today():%Y%m%d}.csv")
