"""Disputes as their parties live them: contest, answer, read the decision."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrolment.doors import SupplierRequest, depositor_required, supplier_required
from funding.actions.disputes import (
    answer_dispute,
    contest,
    contestable,
    withdraw_dispute,
)
from funding.models import DepositLine, Dispute, DisputePart
from funding.report.disputes import side_of
from segur_portal.common import clock
from segur_portal.common.serving import serve_file
from segur_portal.common.soundness import FILE_ERRORS, SoundPdf
from segur_portal.common.workflow import ForbiddenMoveError

SHOWN = 100


class PartForm(forms.Form):
    """What a party says, with its document."""

    texte = forms.CharField(
        label="Votre réponse",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6, "class": "fr-input"}),
        help_text="Dites quand et comment le client vous a choisi.",
    )
    piece = forms.FileField(
        label="Pièce au format PDF",
        help_text="Par exemple le bon de commande signé. 20 Mio au plus. L’autre partie ne la "
        "verra pas.",
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        max_length=255,
        validators=[SoundPdf()],
        error_messages={
            **FILE_ERRORS,
            "required": "Joignez le bon de commande signé du client.",
        },
    )

    def __init__(self, *args: Any, needs_file: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["piece"].required = needs_file
        if needs_file:
            self.fields["texte"].label = "Pourquoi vous contestez"
            self.fields["piece"].label = "Bon de commande signé du client, au format PDF"

    def clean_piece(self) -> Any:
        return self.cleaned_data["piece"] or None


@require_GET
@supplier_required
def dispute_list(request: SupplierRequest) -> HttpResponse:
    """The disputes of this supplier, from its side."""
    disputes = Dispute.objects.of(request.supplier).select_related("line", "request")[:SHOWN]
    today = clock.today()
    sides = [side_of(one, request.supplier, today) for one in disputes]
    return render(request, "funding/disputes/list.html", {"sides": sides})


@require_http_methods(["GET", "POST"])
@depositor_required
def dispute_new(request: SupplierRequest, key: UUID, index: int) -> HttpResponse:
    """Contest the order that made a request KO."""
    line: DepositLine = get_object_or_404(
        DepositLine.objects.of(request.supplier).select_related("deposit__supplier"),
        deposit__key=key,
        index=index,
    )
    if not contestable(line):
        raise Http404("Cette demande ne peut pas être contestée.")
    form = PartForm(request.POST or None, request.FILES or None, needs_file=True)
    if request.method == "POST" and form.is_valid():
        try:
            dispute = contest(
                line=line,
                user=request.user,
                text=form.cleaned_data["texte"],
                content=form.cleaned_data["piece"],
            )
        except ForbiddenMoveError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Contestation {dispute} transmise à l’ASP.")
            return redirect("dispute_detail", dispute.pk)
    return render(request, "funding/disputes/new.html", {"form": form, "line": line})


@require_http_methods(["GET", "POST"])
@supplier_required
def dispute_detail(request: SupplierRequest, pk: int) -> HttpResponse:
    """One's own side: the question, one's words and documents, the outcome; answer here."""
    dispute = _dispute(request, pk)
    side = side_of(dispute, request.supplier, clock.today())
    may_speak = request.membership.may_deposit
    form = PartForm(request.POST or None, request.FILES or None, needs_file=False)
    if request.method == "POST" and may_speak and form.is_valid():
        try:
            answer_dispute(
                dispute,
                supplier=request.supplier,
                user=request.user,
                text=form.cleaned_data["texte"],
                content=form.cleaned_data["piece"],
            )
        except ForbiddenMoveError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Votre réponse est transmise à l’ASP.")
        return redirect("dispute_detail", pk)
    context = {"side": side, "form": form, "may_speak": may_speak}
    return render(request, "funding/disputes/detail.html", context)


@require_POST
@depositor_required
def dispute_withdraw(request: SupplierRequest, pk: int) -> HttpResponse:
    """Give up a contestation."""
    dispute = _dispute(request, pk)
    try:
        withdraw_dispute(dispute, supplier=request.supplier, user=request.user)
        messages.success(request, f"Contestation {dispute} retirée.")
    except ForbiddenMoveError as refusal:
        messages.error(request, str(refusal))
    return redirect("dispute_detail", pk)


@require_GET
@supplier_required
def dispute_file(request: SupplierRequest, pk: int, part: int) -> HttpResponseBase:
    """One's own document; the other party's does not exist."""
    dispute = _dispute(request, pk)
    parts = DisputePart.objects.of(request.supplier).filter(dispute=dispute).exclude(file=None)
    return serve_file(get_object_or_404(parts.select_related("file"), pk=part).file)


def _dispute(request: SupplierRequest, pk: int) -> Dispute:
    rows = Dispute.objects.of(request.supplier).select_related("line", "request")
    dispute: Dispute = get_object_or_404(rows, pk=pk)
    return dispute
