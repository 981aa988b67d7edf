"""The portal's models of documents: blank for everybody, pre-filled for a supplier."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrolment.doors import (
    SupplierRequest,
    current_membership,
    depositor_required,
    supplier_required,
)
from funding.actions.paper import blank_model, issue_model, models_of
from funding.forms import ModelForm
from funding.models import FundingRequest
from funding.report.paper import TITLES, model_data, offered
from segur_portal.common.enums import DocumentKind, Kind
from segur_portal.common.models import Scheme
from segur_portal.common.serving import serve_file

SHOWN = 20


@require_GET
def model_list(request: HttpRequest) -> HttpResponse:
    """Every model, blank; for a supplier, those it had pre-filled."""
    rows: dict[str, list[Scheme | None]] = {}
    for kind, scheme in offered():
        rows.setdefault(kind, []).append(scheme)
    membership = current_membership(request)
    context: dict[str, Any] = {
        "models": [(_slug(kind), TITLES[kind], schemes) for kind, schemes in rows.items()],
        "is_member": membership is not None,
        "may_fill": membership is not None and membership.may_deposit,
    }
    if membership is not None:
        context.update(_rows(membership.supplier))
    return render(request, "funding/paper/list.html", context)


@require_GET
def model_blank(request: HttpRequest, kind: str, scheme: str = "") -> HttpResponseBase:
    """A blank model, as a worker laid it out with the statements in force."""
    found = next((one for one in offered() if _is(one, kind, scheme)), None)
    if found is None:
        raise Http404("Ce modèle n’existe pas.")
    document = blank_model(model_data(*found))
    if document is None or document.file is None:
        messages.info(request, "Ce modèle est en cours de mise en page. Réessayez dans un instant.")
        return redirect("model_list")
    name = f"modele_{kind}{'_' + found[1].pk if found[1] else ''}.pdf"
    return serve_file(document.file, name=name)


@require_http_methods(["GET", "POST"])
@depositor_required
def model_fill(request: SupplierRequest) -> HttpResponse:
    """Pre-fill a model with the supplier's data, a solution, or the request of a file."""
    form = ModelForm(
        request.supplier,
        request.POST or None,
        request.FILES or None,
        initial={"document": request.GET.get("document"), "solution": request.GET.get("solution")},
    )
    if request.method == "POST" and form.is_valid():
        data = model_data(
            form.cleaned_data["document"],
            form.scheme,
            supplier=request.supplier,
            solution=form.cleaned_data["solution"],
            payload=form.payload,
        )
        return _issued(request, data)
    return render(request, "funding/paper/fill.html", {"form": form})


@require_POST
@depositor_required
def model_of_request(request: SupplierRequest, number: str) -> HttpResponse:
    """The purchase order of a request, from what was received."""
    requests = FundingRequest.objects.of(request.supplier).filter(kind=Kind.ADVANCE)
    one: FundingRequest = get_object_or_404(requests.select_related("scheme"), number=number)
    data = model_data(
        DocumentKind.PURCHASE_ORDER, one.scheme, supplier=request.supplier, payload=one.payload
    )
    return _issued(request, data)


@require_GET
@supplier_required
def model_rows(request: SupplierRequest) -> HttpResponse:
    """The supplier's pre-filled models, asked again while some are being laid out."""
    return render(request, "funding/paper/_rows.html", _rows(request.supplier))


def _issued(request: SupplierRequest, data: dict[str, Any]) -> HttpResponse:
    document = issue_model(data=data, supplier=request.supplier)
    messages.success(request, f"{data['title']} : modèle {document.reference} demandé.")
    return redirect("model_list")


def _rows(supplier: Any) -> dict[str, Any]:
    documents = list(models_of(supplier).select_related("file")[:SHOWN])
    return {"documents": documents, "is_live": any(one.file is None for one in documents)}


def _is(found: tuple[str, Scheme | None], kind: str, scheme: str) -> bool:
    name = found[1].short_name.lower() if found[1] else ""
    return _slug(found[0]) == kind and name == scheme.lower()


def _slug(kind: str) -> str:
    """A kind as addresses write it."""
    return kind.replace("_", "-")
