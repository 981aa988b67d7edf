"""The private simulator: a report for a file, nothing kept."""

from __future__ import annotations

import base64
import json
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods
from django_htmx.http import retarget

from enrolment.doors import SupplierRequest, depositor_required
from enrolment.models import Enrolment
from funding.actions import Simulation, SimulationClosedError, SimulationLimitError, simulate
from funding.forms import SimulationForm
from funding.report.document import report_document
from funding.report.entries import Report, legend
from funding.report.model_files import expected_name
from funding.report.sheet import report_sheet
from funding.report.simulation import labels_of, report_of_simulation
from segur_portal.common import clock

# Beyond this the report is not carried by the page; the API gives it whole.
MAX_EMBEDDED_BYTES = 3 * 1024 * 1024


@require_http_methods(["GET", "POST"])
@depositor_required
def simulator(request: SupplierRequest) -> HttpResponse:
    """The form of a simulation, and its result in the same page."""
    if request.method != "POST":
        return _page(request, SimulationForm())
    form = SimulationForm(request.POST, request.FILES)
    simulation = _simulated(request, form) if form.is_valid() else None
    if simulation is None:
        return _page(request, form)
    report = report_of_simulation(simulation, form.cleaned_data["fichier"].name)
    return _page(request, form, _result(report, simulation))


def _simulated(request: SupplierRequest, form: SimulationForm) -> Simulation | None:
    """The simulation; None, with the reason on the form, past the rate."""
    file: UploadedFile[bytes] = form.cleaned_data["fichier"]
    try:
        return simulate(
            supplier=request.supplier,
            user=request.user,
            data=file.read(),
            name=file.name or "",
            as_of=form.cleaned_data["date"],
            structure_only=form.structure_only,
        )
    except (SimulationClosedError, SimulationLimitError) as limit:
        form.add_error(None, str(limit))
        return None


def _page(
    request: SupplierRequest, form: SimulationForm, result: dict[str, Any] | None = None
) -> HttpResponse:
    """The whole page; for htmx only what changed, so that the chosen file stays chosen."""
    context = {
        "form": form,
        "is_open": Enrolment.objects.of(request.supplier).validated().exists(),
        "now": clock.now(),
        "free_name": expected_name(request.supplier, clock.today()),
        "max_bytes": settings.DEPOSIT_JSON_MAX_BYTES,
        "max_requests": settings.DEPOSIT_MAX_REQUESTS,
        **(result or {}),
    }
    if not request.htmx:
        return render(request, "funding/simulator/page.html", context)
    if result is None:
        response = render(request, "funding/simulator/_form.html", context)
        return retarget(response, "#simulation")
    return render(request, "funding/simulator/_result.html", context)


def _result(report: Report, simulation: Simulation) -> dict[str, Any]:
    entries = sorted(report.entries, key=lambda entry: (entry.words.rank, entry.index))
    return {
        "simulation": simulation,
        "report": report,
        "entries": entries,
        "legend": legend(report.counts, labels_of(simulation)),
        "is_simulation": True,
        "downloads": _downloads(report),
    }


def _downloads(report: Report) -> list[tuple[str, str, str]]:
    """(label, file name, data address) of the exports: carried by the page, kept nowhere."""
    stem = f"simulation-{clock.now():%Y%m%d-%H%M%S}"
    document = json.dumps(report_document(report), ensure_ascii=False, indent=2)
    sheet = "".join(report_sheet(report))
    files = [
        ("CSV", f"{stem}.csv", "text/csv", sheet),
        ("JSON", f"{stem}.json", "application/json", document),
    ]
    if sum(len(content) for *_, content in files) > MAX_EMBEDDED_BYTES:
        return []
    return [(label, name, _data_address(kind, content)) for label, name, kind, content in files]


def _data_address(kind: str, content: str) -> str:
    encoded = base64.b64encode(content.encode()).decode()
    return f"data:{kind};charset=utf-8;base64,{encoded}"
