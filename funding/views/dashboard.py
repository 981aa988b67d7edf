"""The supplier's dashboard."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from enrolment.doors import SupplierRequest, supplier_required


@require_GET
@supplier_required
def dashboard(request: SupplierRequest) -> HttpResponse:
    """What needs the supplier's hand first, then deadlines, openings, deposits and totals."""
    return render(request, "funding/dashboard.html")
