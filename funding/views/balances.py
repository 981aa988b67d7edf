"""What a supplier may still ask: the advances accepted that no balance answers."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count, F, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from enrolment.doors import SupplierRequest, supplier_required
from funding.models import FundingRequest
from funding.report.cockpit import pilots_of_supplier
from funding.report.steps import deadlines
from segur_portal.common.enums import WindowKind
from segur_portal.common.money import ZERO

PAGE_SIZE = 50


@require_GET
@supplier_required
def balance_due(request: SupplierRequest) -> HttpResponse:
    """Each advance with what its balance may amount to, until when, and what holds it back."""
    found = FundingRequest.objects.of(request.supplier).provable().without_balance()
    found = found.annotate(left=F("gross") - F("amount_due")).select_related("scheme", "order")
    totals = found.order_by().aggregate(
        count=Count("pk"), waiting=Sum(F("gross") - F("amount_due"))
    )
    page = Paginator(found.order_by("scheme__order", "received_at", "pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    closings = deadlines()
    pilots = {one.solution.pk: one for one in pilots_of_supplier(request.supplier)}
    rows = [
        {
            "one": one,
            "until": closings.get((one.scheme_id, WindowKind.BALANCE)),
            "pilot": pilots.get(one.order.solution_id),
        }
        for one in page
    ]
    context = {
        "rows": rows,
        "count": totals["count"],
        "left": totals["waiting"] or ZERO,
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "schemes": sorted({one.scheme.short_name for one in page}),
        "may_deposit": request.membership.may_deposit,
    }
    return render(request, "funding/balances.html", context)
