"""The supplier's enrolments: the list, one file, the solutions it adds."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from enrolment.actions import (
    start_enrolment,
)
from enrolment.actions.additions import add_solution, addable_solutions, drop_solution
from enrolment.actions.amendments import differences
from enrolment.actions.paperwork import (
    STEPS,
    amendment_of,
    as_amended,
    current_bank_details,
    open_steps,
)
from enrolment.doors import SupplierRequest, View, depositor_required, supplier_required
from enrolment.models import Enrolment, Solution
from enrolment.report.checklist import cards_of
from enrolment.report.files import overview
from enrolment.report.rest import rest_of
from enrolment.report.timeline import timeline_of
from segur_portal.common import clock
from segur_portal.common.models import IssuedDocument, Scheme
from segur_portal.common.workflow import ForbiddenMoveError


@require_GET
@supplier_required
def enrolment_list(request: SupplierRequest) -> HttpResponse:
    """Every scheme, and where the supplier stands on it."""
    context = {
        "lines": overview(request.supplier, clock.now()),
        "may_write": request.membership.may_deposit,
    }
    return render(request, "enrolment/enrolments/list.html", context)


@require_POST
@depositor_required
def enrolment_start(request: SupplierRequest, scheme: str) -> HttpResponse:
    """Begin an enrolment, or open the one that exists."""
    found = get_object_or_404(Scheme, pk=scheme)
    try:
        enrolment = start_enrolment(request.supplier, found, actor=request.user)
    except ForbiddenMoveError as refusal:
        messages.error(request, str(refusal))
        return redirect("enrolment_list")
    return redirect("enrolment_step", enrolment.pk, STEPS[0])


@require_GET
@supplier_required
def enrolment_detail(request: SupplierRequest, pk: int) -> HttpResponse:
    """One enrolment: who must act, what is missing, its documents, receipts and history."""
    enrolment = enrolment_of(request, pk)
    receipts = IssuedDocument.objects.about(enrolment)
    may_write = request.membership.may_deposit
    change = amendment_of(enrolment)
    context = {
        "solutions": enrolment.solutions.order_by("name", "version"),
        "added": enrolment.added_solutions.order_by("name", "version"),
        "addable": addable_solutions(enrolment) if may_write and enrolment.state == "final" else [],
        "enrolment": enrolment,
        "line": next(
            line
            for line in overview(request.supplier, clock.now())
            if line.scheme == enrolment.scheme
        )
        if enrolment.state != "refused"
        else None,
        "cards": cards_of(as_amended(enrolment), clock.today()),
        "rest": rest_of(enrolment, request.membership.role) if open_steps(enrolment) else None,
        "change": change,
        "differences": list(differences(enrolment, change)) if change is not None else [],
        "bank": current_bank_details(enrolment),
        "timeline": list(timeline_of(enrolment)),
        "receipts": receipts.filter(kind=IssuedDocument.Kind.ENROLMENT_RECEIPT),
        "may_write": may_write,
    }
    return render(request, "enrolment/enrolments/detail.html", context)


@require_POST
@depositor_required
def enrolment_solutions(request: SupplierRequest, pk: int) -> HttpResponse:
    """Add a solution to a validated enrolment, or give up one that is not accepted yet."""
    enrolment = enrolment_of(request, pk)
    dropped = request.POST.get("retirer", "")
    number = dropped or request.POST.get("solution", "")
    deed = drop_solution if dropped else add_solution
    solution = get_object_or_404(
        Solution, scheme=enrolment.scheme_id, pk=number if number.isdecimal() else 0
    )
    try:
        deed(enrolment, solution, actor=request.user)
    except ForbiddenMoveError as refusal:
        messages.error(request, str(refusal))
        return redirect("enrolment_detail", enrolment.pk)
    if dropped:
        messages.success(request, f"{solution} n’est plus en cours d’ajout.")
        return redirect("enrolment_detail", enrolment.pk)
    messages.success(
        request, f"{solution} : déposez ses pièces ; elle compte dès que l’ASP les accepte."
    )
    return redirect("enrolment_step", enrolment.pk, "documents")


def filled_in_by_depositors(view: View) -> View:
    """Opens a page that fills in an enrolment; a reader who follows a link to it, from a piece of
    news or a duty, reads the enrolment instead."""

    @supplier_required
    @wraps(view)
    def door(request: SupplierRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.membership.may_deposit:
            return view(request, pk, *args, **kwargs)
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied("Votre rôle ne permet pas de déposer pour ce fournisseur.")
        return redirect("enrolment_detail", enrolment_of(request, pk).pk)

    return door


def enrolment_of(request: SupplierRequest, pk: int) -> Enrolment:
    """The supplier's own enrolment, or 404."""
    rows = Enrolment.objects.filter(supplier=request.supplier).select_related("supplier", "scheme")
    enrolment: Enrolment = get_object_or_404(rows, pk=pk)
    return enrolment
