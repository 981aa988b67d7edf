"""The supplier's answer to a correction: only what an officer reopened."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from enrolment.doors import SupplierRequest, depositor_required
from funding.actions.corrections import Answer, CorrectionRefusedError, answer_corrections
from funding.actions.reopening import asked_of
from funding.forms.corrections import AnswerForm
from funding.models import FundingRequest
from segur_portal.common.workflow import ForbiddenMoveError


@require_http_methods(["GET", "POST"])
@depositor_required
def request_correction(request: SupplierRequest, number: str) -> HttpResponse:
    """What is asked, as the officer wrote it, and a field for each thing."""
    found = FundingRequest.objects.of(request.supplier)
    one: FundingRequest = get_object_or_404(
        found.select_related("scheme", "supplier", "deposit", "base", "order"), number=number
    )
    asked = asked_of(one)
    if one.state != "correction_requested" or not asked:
        messages.info(request, "Aucune correction n’est à transmettre sur ce dossier.")
        return redirect("request_detail", number=one.number)
    form = AnswerForm(request.POST or None, request.FILES or None, asked=asked)
    if request.method == "POST" and form.is_valid() and _answered(request, one, form):
        messages.success(request, "Correction transmise. L’ASP reprend l’instruction.")
        return redirect("request_detail", number=one.number)
    context = {"one": one, "form": form}
    return render(request, "funding/requests/correction.html", context)


def _answered(request: SupplierRequest, one: FundingRequest, form: AnswerForm) -> bool:
    try:
        answer_corrections(one, Answer(form.values(), form.files_given()), actor=request.user)
    except CorrectionRefusedError as refusal:
        form.show(refusal.findings)
        return False
    except ForbiddenMoveError as refusal:
        form.add_error(None, str(refusal))
        return False
    return True
