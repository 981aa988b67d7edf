"""Depositing a supporting document, and giving it back to who may see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from enrolment.actions import deposit_document, recap
from enrolment.actions.documents import confirm_document
from enrolment.actions.files import fingerprint_of
from enrolment.actions.paperwork import as_amended, asked_of, facts_of
from enrolment.doors import SupplierRequest, depositor_required, supplier_required
from enrolment.forms import DocumentForm
from enrolment.models import Enrolment, SupportingDocument
from enrolment.report.checklist import Card, cards_of
from enrolment.report.rest import rest_of
from segur_portal.common import clock
from segur_portal.common.serving import serve_file
from segur_portal.common.workflow import ForbiddenMoveError


@dataclass(frozen=True, slots=True)
class FormCard:
    """A document asked, and the form that deposits it where it is open."""

    card: Card
    form: DocumentForm | None


def with_forms(enrolment: Enrolment, cards: Iterable[Card]) -> list[FormCard]:
    """The cards, each with its form."""
    months = facts_of(enrolment).bank_max_age_months
    return [
        FormCard(card, DocumentForm(asked=card.asked, max_age_months=months))
        if card.is_open
        else FormCard(card, None)
        for card in cards
    ]


@require_POST
@depositor_required
def enrolment_document(
    request: SupplierRequest, pk: int, kind: str, solution: int = 0
) -> HttpResponse:
    """Deposit a document: the card alone for a page that can replace it, the whole step else."""
    rows = Enrolment.objects.filter(supplier=request.supplier).select_related("scheme", "supplier")
    enrolment = get_object_or_404(rows, pk=pk)
    amended = as_amended(enrolment)
    key = (kind, solution or None)
    asked = next((one for one in asked_of(amended) if one.key == key), None)
    if asked is None:
        raise Http404("Ce document n’est pas demandé.")
    months = facts_of(amended).bank_max_age_months
    form = DocumentForm(request.POST, request.FILES, asked=asked, max_age_months=months)
    if "confirmer" in request.POST:
        form = _confirmed(request, enrolment, DocumentForm({}, asked=asked, max_age_months=months))
    elif form.is_valid() and _deposited(request, enrolment, form):
        form = DocumentForm(asked=asked, max_age_months=months)
    card = next(
        one for one in cards_of(as_amended(enrolment), clock.today()) if one.asked.key == key
    )
    if request.headers.get("HX-Request"):
        context = {
            "enrolment": enrolment,
            "item": FormCard(card, form if card.is_open else None),
            "rest": rest_of(enrolment, request.membership.role),
            "is_partial": True,
            "is_saved": not form.is_bound,
            # What a page that also signs must say it showed.
            "fingerprint": fingerprint_of(recap(amended)) if amended is not enrolment else "",
        }
        return render(request, "enrolment/enrolments/_card.html", context)
    for error in (error for errors in form.errors.values() for error in errors):
        messages.error(request, f"{asked.name} : {error}")
    if amended is not enrolment:
        return redirect("enrolment_change", enrolment.pk)
    return redirect("enrolment_step", enrolment.pk, "documents")


def _confirmed(request: SupplierRequest, enrolment: Enrolment, form: DocumentForm) -> DocumentForm:
    """The form that follows: a new one, or this one with the refusal of the deed."""
    asked = form.asked
    try:
        confirm_document(
            enrolment,
            kind=asked.kind,
            solution_id=asked.solution.id if asked.solution else None,
            actor=request.user,
        )
    except ForbiddenMoveError as refusal:
        form.errors.clear()
        form.add_error(None, str(refusal))
        return form
    return DocumentForm(asked=asked, max_age_months=form.max_age_months)


def _deposited(request: SupplierRequest, enrolment: Enrolment, form: DocumentForm) -> bool:
    """Whether the deed was done; its refusal becomes an error of the form."""
    data: dict[str, Any] = dict(form.cleaned_data)
    try:
        deposit_document(
            enrolment,
            kind=form.asked.kind,
            solution_id=form.asked.solution.id if form.asked.solution else None,
            actor=request.user,
            **data,
        )
    except ForbiddenMoveError as refusal:
        form.add_error(None, str(refusal))
        return False
    except ValidationError as refusal:
        form.add_error("file", refusal)
        return False
    return True


@require_GET
@supplier_required
def enrolment_document_file(request: SupplierRequest, key: UUID) -> HttpResponseBase:
    """A document as it was deposited, whatever its version."""
    rows = SupportingDocument.objects.filter(enrolment__supplier=request.supplier)
    document = get_object_or_404(rows.select_related("file"), key=key)
    return serve_file(document.file)
