"""The supplier's own layouts: submitted for review, answered, withdrawn, replaced."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrolment.actions import SpecimenRefusedError, submit_specimen, withdraw_specimen
from enrolment.doors import SupplierRequest, depositor_required, supplier_required
from enrolment.forms import SpecimenForm
from enrolment.models import Enrolment, Specimen
from enrolment.report.specimens import checklist, colour_of, owner_of
from segur_portal.common.serving import serve_file
from segur_portal.common.workflow import ForbiddenMoveError


@require_GET
@supplier_required
def specimen_list(request: SupplierRequest) -> HttpResponse:
    """Every layout of the supplier, with its state."""
    specimens = Specimen.objects.of(request.supplier).select_related("scheme")
    rows = specimens.order_by("-submitted_at", "-pk")
    context = {
        "rows": [(one, colour_of(one), owner_of(one)) for one in rows],
        "is_open": _open_schemes(request).exists(),
        "may_submit": request.membership.may_deposit,
    }
    return render(request, "enrolment/specimens/list.html", context)


@require_http_methods(["GET", "POST"])
@depositor_required
def specimen_new(request: SupplierRequest) -> HttpResponse:
    """Submit a layout."""
    return _form_page(request, None)


@require_http_methods(["GET", "POST"])
@depositor_required
def specimen_version(request: SupplierRequest, pk: int) -> HttpResponse:
    """Submit the next version of a layout."""
    specimen = _specimen(request, pk)
    if specimen.state == "submitted" or not specimen.number:
        raise Http404("Cette version attend encore sa réponse.")
    return _form_page(request, specimen)


@require_GET
@supplier_required
def specimen_detail(request: SupplierRequest, pk: int) -> HttpResponse:
    """A layout: its passport, the answer, what the portal read."""
    specimen = _specimen(request, pk)
    versions = Specimen.objects.of(request.supplier).filter(number=specimen.number)
    others = versions.exclude(pk=pk).exclude(number="").order_by("-version")
    context = {
        "one": specimen,
        "colour": colour_of(specimen),
        "owner": owner_of(specimen),
        "checklist": checklist(specimen),
        "versions": [(other, colour_of(other)) for other in others],
        "may_submit": request.membership.may_deposit,
    }
    return render(request, "enrolment/specimens/detail.html", context)


@require_GET
@supplier_required
def specimen_file(request: SupplierRequest, pk: int) -> HttpResponseBase:
    """The file as it was submitted."""
    specimen = _specimen(request, pk)
    if specimen.file is None:
        raise Http404("Ce modèle n’a pas de fichier.")
    return serve_file(specimen.file)


@require_POST
@depositor_required
def specimen_withdraw(request: SupplierRequest, pk: int) -> HttpResponse:
    """Take back a layout that waits."""
    specimen = _specimen(request, pk)
    try:
        withdraw_specimen(specimen=specimen, user=request.user)
        messages.success(request, f"{specimen} : modèle retiré.")
    except ForbiddenMoveError as refusal:
        messages.error(request, str(refusal))
    return redirect("specimen_detail", specimen.pk)


def _form_page(request: SupplierRequest, replaces: Specimen | None) -> HttpResponse:
    form = SpecimenForm(request.POST or None, request.FILES or None, replaces=replaces)
    if request.method == "POST" and form.is_valid():
        try:
            specimen = _submitted(request, form, replaces)
        except SpecimenRefusedError as refusal:
            form.add_error("file" if "PDF" in str(refusal) else None, str(refusal))
        else:
            messages.success(request, f"Modèle {specimen.passport} transmis à l’ASP.")
            return redirect("specimen_detail", specimen.pk)
    context = {"form": form, "replaces": replaces, "is_open": _open_schemes(request).exists()}
    return render(request, "enrolment/specimens/form.html", context)


def _submitted(request: SupplierRequest, form: SpecimenForm, replaces: Specimen | None) -> Specimen:
    data = form.cleaned_data
    return submit_specimen(
        supplier=request.supplier,
        user=request.user,
        scheme=replaces.scheme if replaces else data["scheme"],
        kind=replaces.kind if replaces else data["kind"],
        label=replaces.label if replaces else data["label"],
        content=data["file"],
        replaces=replaces,
    )


def _open_schemes(request: SupplierRequest) -> Any:
    """The schemes on which the supplier's enrolment is validated, early or final."""
    return Enrolment.objects.of(request.supplier).validated()


def _specimen(request: SupplierRequest, pk: int) -> Specimen:
    rows = Specimen.objects.of(request.supplier).select_related("scheme", "supplier", "file")
    specimen: Specimen = get_object_or_404(rows, pk=pk)
    return specimen
