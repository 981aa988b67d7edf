"""The exchange with the supplier, on the page of a request."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from enrolment.actions import check_assigned
from enrolment.actions.permissions import NotAssignedError
from enrolment.enums import UserKind
from funding.actions.messages import MAX_FILES, MessageRefusedError, send_message
from funding.forms import FilesField
from funding.models import Attachment, FundingRequest, Message
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.panels import Panel, table, when
from segur_portal.common.serving import serve_file
from segur_portal.common.soundness import SoundPdf
from segur_portal.common.workflow import ForbiddenMoveError

SHOWN = 50


class OfficerMessageForm(forms.Form):
    """A message to the supplier, with files."""

    note = forms.CharField(
        label="Message au fournisseur",
        max_length=4000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
    )
    expects_answer = forms.BooleanField(
        label="Réponse attendue", required=False, initial=True, widget=UnfoldBooleanWidget()
    )
    pieces = FilesField(
        label="Pièces jointes",
        required=False,
        help_text=f"{MAX_FILES} fichiers au plus, de 10 Mio chacun.",
        max_length=255,
        validators=[SoundPdf(is_always=False, is_named=True)],
    )


class MessagesMixin:
    """Adds the exchange to the page of a request: its panel, the deed that writes, the files."""

    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """The files of messages, before the model's own pages."""
        page = path(
            "<path:object_id>/pieces-jointes/<int:pk>/",
            self.admin_site.admin_view(self.attachment_view),
            name="funding_fundingrequest_attachment",
        )
        return [page, *super().get_urls()]  # type: ignore[misc]

    def attachment_view(self, request: HttpRequest, object_id: str, pk: int) -> HttpResponseBase:
        """A file joined to a message that this agent may read."""
        obj = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if obj is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):  # type: ignore[attr-defined]
            raise PermissionDenied
        visible = _visible(request, obj)
        found = Attachment.objects.filter(pk=pk, message__in=visible).select_related("file").first()
        if found is None:
            raise Http404
        return serve_file(found.file)

    def deeds(self, request: HttpRequest, obj: FundingRequest) -> list[Deed]:
        """Those of the request, then writing to its supplier."""
        own: list[Deed] = super().deeds(request, obj)  # type: ignore[misc]
        return [*own, *([_write(request, obj)] if _may_write(request, obj) else [])]

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        kind = getattr(request.user, "kind", "")
        is_mine = name == "write" and kind == UserKind.OFFICER
        return is_mine or bool(super().may_ever(request, name))  # type: ignore[misc]


def messages_panel(request: HttpRequest, obj: FundingRequest) -> Panel:
    """The exchange, the latest first."""
    found = _visible(request, obj).select_related("author").prefetch_related("attachments__file")
    rows = [
        (
            when(one.sent_at),
            f"{one.author} ({'ASP' if one.is_from_officer else 'fournisseur'})",
            one.text,
            _answer(one),
            _files(obj, one),
        )
        for one in found.order_by("-sent_at", "-pk")[:SHOWN]
    ]
    return table("Messages", ("Quand", "Qui", "Message", "Réponse", "Pièces"), rows)


def _visible(request: HttpRequest, obj: FundingRequest) -> Any:
    return Message.objects.visible_to(request.user).filter(request=obj)  # type: ignore[arg-type]


def _answer(message: Message) -> str:
    if not message.expects_answer:
        return "–"
    return "donnée" if message.answered_at else "attendue"


def _files(obj: FundingRequest, message: Message) -> SafeString | str:
    links = [
        (reverse("admin:funding_fundingrequest_attachment", args=(obj.pk, one.pk)), one.file.name)
        for one in message.attachments.all()
    ]
    if not links:
        return "–"
    return format_html_join(", ", '<a class="underline" href="{}">{}</a>', links)


def _may_write(request: HttpRequest, obj: FundingRequest) -> bool:
    user: Any = request.user
    if user.kind != UserKind.OFFICER:
        return False
    try:
        check_assigned(user, obj.scheme_id)
    except NotAssignedError:
        return False
    return True


def _write(request: HttpRequest, obj: FundingRequest) -> Deed:
    def run(data: dict[str, Any]) -> str:
        try:
            send_message(
                request=obj,
                author=request.user,  # type: ignore[arg-type]
                text=data["note"],
                files=data["pieces"],
                expects_answer=data["expects_answer"],
            )
        except MessageRefusedError as refusal:
            raise ForbiddenMoveError(str(refusal)) from refusal
        return str(format_html("Message envoyé à {}.", obj.supplier.name))

    return Deed(
        name="write",
        label="Écrire au fournisseur",
        run=run,
        form_class=OfficerMessageForm,
        explanation="Le fournisseur le lit sur la page du dossier et en est averti.",
    )
