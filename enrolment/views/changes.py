"""Declaring a change of what a validated enrolment says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from enrolment.actions import IncompleteError, recap
from enrolment.actions.amendments import (
    differences,
    draft_amendment,
    save_amendment,
    start_amendment,
    submit_amendment,
    withdraw_amendment,
)
from enrolment.actions.files import StaleError, answers_shown, fingerprint_of
from enrolment.actions.paperwork import amendment_of, with_answers
from enrolment.doors import SupplierRequest
from enrolment.enums import SIGNING_ROLES
from enrolment.forms import ChangeForm, SignatureForm
from enrolment.models import Amendment, Enrolment
from enrolment.report.checklist import changed_cards
from enrolment.report.rest import rest_of
from enrolment.views.documents import with_forms
from enrolment.views.enrolments import enrolment_of, filled_in_by_depositors
from enrolment.views.steps import faults_in, told_to_sign
from segur_portal.common import clock
from segur_portal.common.workflow import ForbiddenMoveError


@require_http_methods(["GET", "HEAD", "POST"])
@filled_in_by_depositors
def enrolment_change(request: SupplierRequest, pk: int) -> HttpResponse:
    """The answers, what they change, the documents they ask for, the signature."""
    enrolment = enrolment_of(request, pk)
    change = amendment_of(enrolment)
    try:
        if request.method == "POST":
            action = request.POST.get("action", "")
            if action == "signer":
                return _sign(request, enrolment, change)
            if action == "prevenir":
                return told_to_sign(request, enrolment)
            if action == "abandonner":
                return _withdraw(request, enrolment, change)
            return _save(request, enrolment, change)
        shown = change or draft_amendment(enrolment)
    except ForbiddenMoveError as refusal:
        messages.error(request, str(refusal))
        return redirect("enrolment_detail", enrolment.pk)
    return _show(request, enrolment, change, ChangeForm(instance=shown))


def _save(request: SupplierRequest, enrolment: Enrolment, change: Amendment | None) -> HttpResponse:
    form = ChangeForm(request.POST, instance=change or draft_amendment(enrolment))
    is_partial = bool(request.headers.get("HX-Request"))
    if not form.is_valid() or not _is_kept(request, enrolment, form):
        faults = faults_in(form)
        # What did not hold is not what the change says.
        kept = amendment_of(enrolment)
        return _show(request, enrolment, kept, form, is_partial=is_partial, faults=faults)
    if not is_partial:
        messages.success(request, "Vos réponses sont enregistrées.")
        return redirect("enrolment_change", enrolment.pk)
    kept = amendment_of(enrolment)
    return _show(request, enrolment, kept, form, is_partial=True, saved_at=clock.now())


def _is_kept(request: SupplierRequest, enrolment: Enrolment, form: ChangeForm) -> bool:
    """Whether the answers were kept; those typed over others become an error of the form."""
    change = start_amendment(enrolment, actor=request.user)
    try:
        save_amendment(change, form.cleaned_data, shown=request.POST.get("answers_shown", ""))
    except StaleError as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _sign(request: SupplierRequest, enrolment: Enrolment, change: Amendment | None) -> HttpResponse:
    if request.membership.role not in SIGNING_ROLES:
        raise PermissionDenied("Seul le représentant légal ou le mandataire peut signer.")
    if change is None:
        raise ForbiddenMoveError("Aucun changement n’est en cours.")
    signature = SignatureForm(request.POST, fingerprint=_fingerprint(enrolment, change))
    submission = None
    if signature.is_valid():
        try:
            submission = submit_amendment(
                change, membership=request.membership, seen=signature.cleaned_data["seen"]
            )
        except (IncompleteError, StaleError) as refusal:
            signature.add_error(None, str(refusal))
    if submission is None:
        form = ChangeForm(instance=change)
        return _show(request, enrolment, change, form, signature=signature)
    messages.success(request, f"Votre changement est transmis à l’ASP : {submission.reference}.")
    return redirect("enrolment_detail", enrolment.pk)


def _withdraw(
    request: SupplierRequest, enrolment: Enrolment, change: Amendment | None
) -> HttpResponse:
    if change is None:
        raise ForbiddenMoveError("Aucun changement n’est en cours.")
    withdraw_amendment(change, actor=request.user)
    messages.success(request, "Ce changement est abandonné ; l’enrôlement reste comme il était.")
    return redirect("enrolment_detail", enrolment.pk)


def _fingerprint(enrolment: Enrolment, change: Amendment) -> str:
    return fingerprint_of(recap(with_answers(enrolment, change)))


def _show(
    request: SupplierRequest,
    enrolment: Enrolment,
    change: Amendment | None,
    form: ChangeForm,
    *,
    signature: SignatureForm | None = None,
    is_partial: bool = False,
    faults: list[str] | None = None,
    saved_at: datetime | None = None,
) -> HttpResponse:
    """The whole page, or what follows the answers for a page that can replace it."""
    amended = with_answers(enrolment, change) if change is not None else enrolment
    cards = changed_cards(enrolment, amended, clock.today()) if change is not None else []
    if signature is None and change is not None:
        signature = SignatureForm(fingerprint=_fingerprint(enrolment, change))
    if form.is_bound:
        # What was not kept is still told apart from what the page showed before.
        shown = (
            request.POST.get("answers_shown", "") if faults else answers_shown(form.cleaned_data)
        )
    else:
        shown = answers_shown(change or draft_amendment(enrolment))
    context: dict[str, Any] = {
        "enrolment": enrolment,
        "change": change,
        "is_open": change is None or change.is_open,
        "form": form,
        "differences": list(differences(enrolment, change)) if change is not None else [],
        "cards": with_forms(amended, cards),
        "signature": signature,
        "may_sign": request.membership.role in SIGNING_ROLES,
        "rest": rest_of(enrolment, request.membership.role),
        "is_partial": is_partial,
        "faults": faults or [],
        "answers_shown": shown,
        "saved_at": saved_at,
    }
    template = "_change" if is_partial else "change"
    return render(request, f"enrolment/enrolments/{template}.html", context)
