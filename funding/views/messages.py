"""The messages of a request, as its supplier reads and writes them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from enrolment.doors import SupplierRequest, supplier_required
from funding.actions.messages import MAX_FILES, MessageRefusedError, send_message
from funding.forms import FilesField
from funding.models import Attachment, FundingRequest, Message
from segur_portal.common.serving import serve_file
from segur_portal.common.soundness import SoundPdf


class MessageForm(forms.Form):
    """A message, with files."""

    texte = forms.CharField(
        label="Votre message",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6, "class": "fr-input"}),
        error_messages={"required": "Écrivez votre message."},
    )
    pieces = FilesField(
        label="Pièces jointes",
        required=False,
        help_text=f"{MAX_FILES} fichiers au plus, de 10 Mio chacun.",
        max_length=255,
        validators=[SoundPdf(is_always=False, is_named=True)],
    )
    reponse = forms.BooleanField(label="J’attends une réponse", required=False)


@require_http_methods(["GET", "POST"])
@supplier_required
def request_messages(request: SupplierRequest, number: str) -> HttpResponse:
    """The exchange about a request; those who deposit may write."""
    one: FundingRequest = get_object_or_404(
        FundingRequest.objects.of(request.supplier).select_related("scheme", "supplier"),
        number=number,
    )
    may_write = request.membership.may_deposit
    form = MessageForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and may_write and form.is_valid() and _sent(request, one, form):
        messages.success(request, "Message envoyé à l’ASP.")
        return redirect("request_messages", one.number)
    found = Message.objects.of(request.supplier).filter(request=one)
    context = {
        "one": one,
        "form": form,
        "may_write": may_write,
        "thread": found.select_related("author").prefetch_related("attachments__file"),
        "is_awaited": found.awaiting(from_officer=True).exists(),
    }
    return render(request, "funding/requests/messages.html", context)


@require_GET
@supplier_required
def message_file(request: SupplierRequest, number: str, pk: int) -> HttpResponseBase:
    """A file joined to a message of one's own request."""
    visible = Message.objects.of(request.supplier).filter(request__number=number)
    attachments = Attachment.objects.filter(message__in=visible).select_related("file")
    return serve_file(get_object_or_404(attachments, pk=pk).file)


def _sent(request: SupplierRequest, one: FundingRequest, form: Any) -> bool:
    data = form.cleaned_data
    try:
        send_message(
            request=one,
            author=request.user,
            text=data["texte"],
            files=data["pieces"],
            expects_answer=data["reponse"],
        )
    except MessageRefusedError as refusal:
        form.add_error(None, str(refusal))
        return False
    return True
