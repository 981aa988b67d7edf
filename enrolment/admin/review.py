"""Examining an enrolment: each document beside the list, accepted or sent back.

Documents are shown as pictures drawn by the server: nothing of a supplier's file runs in an
officer's browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from enrolment.actions import page_image, review_document
from enrolment.actions.amendments import differences
from enrolment.actions.files import osu_in_words
from enrolment.actions.paperwork import VALIDATED, amendment_of, as_amended, current_bank_details
from enrolment.models import Enrolment, SupportingDocument
from enrolment.report.checklist import Card, cards_of, points_of_card
from enrolment.report.solutions import solutions_in_words
from enrolment.rules.points import correction_text
from segur_portal.common import clock
from segur_portal.common.enums import Role
from segur_portal.common.models import Reason
from segur_portal.common.serving import open_file, private, serve_file, why_closed
from segur_portal.common.workflow import ForbiddenMoveError


class DocumentReviewForm(forms.Form):
    """An officer's word on a document: a reason and a text go together, and with a correction."""

    decision = forms.ChoiceField(choices=[("accept", "Accepter"), ("send_back", "À corriger")])
    seen_state = forms.CharField(widget=forms.HiddenInput)
    seen_version = forms.IntegerField(widget=forms.HiddenInput)
    failed = forms.MultipleChoiceField(
        label="Points non conformes", required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.ModelChoiceField(
        label="Motif",
        queryset=Reason.objects.none(),
        required=False,
        empty_label="Choisir un motif",
        widget=UnfoldAdminSelectWidget(),
    )
    message = forms.CharField(
        label="Message au fournisseur",
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="Lu par le fournisseur à côté du document, après les points cochés.",
    )

    def __init__(self, *args: Any, points: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        failed = self.fields["failed"]
        assert isinstance(failed, forms.MultipleChoiceField)
        failed.choices = [(str(at), point) for at, point in enumerate(points)]
        self.points = tuple(points)
        field = self.fields["reason"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Reason.objects.filter(subject="document", is_active=True).order_by(
            "order", "pk"
        )

    def clean(self) -> dict[str, Any]:
        """A correction has both a reason and a text; what is accepted has no point that fails."""
        data = super().clean() or {}
        failed = tuple(self.points[int(at)] for at in data.get("failed", ()))
        data["text"] = correction_text(failed, data.get("message") or "")
        if data.get("decision") == "send_back":
            if not data.get("reason"):
                self.add_error("reason", "Choisissez un motif.")
            if not data["text"]:
                self.add_error("message", "Dites ce qui ne va pas et ce qu’il faut faire.")
        elif failed:
            self.add_error(None, "Des points sont cochés non conformes : décochez-les d’abord.")
        return data


class ReviewMixin:
    """Adds the page of review to the admin of enrolments."""

    opts: Any
    admin_site: Any

    def review_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The list of documents, the one chosen, and what may be said of it."""
        enrolment = self._enrolment(request, object_id)
        change, shown = amendment_of(enrolment), as_amended(enrolment)
        cards = cards_of(shown, clock.today())
        chosen = _chosen(cards, request.GET.get("piece", ""))
        points = points_of_card(chosen) if chosen and chosen.row else ()
        form = DocumentReviewForm(request.POST or None, points=points)
        if request.method == "POST":
            self._check_officer(request)
            if chosen is None or chosen.row is None:
                raise Http404
            if form.is_valid() and self._reviewed(request, chosen.row, form):
                return redirect(self._next(enrolment))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Examen – {enrolment}",
            "opts": self.opts,
            "original": enrolment,
            "enrolment": shown,
            "change": change,
            "changes": list(differences(enrolment, change)) if change is not None else [],
            "osu": osu_in_words(shown),
            "cards": cards,
            "chosen": chosen,
            "pages": range(1, (chosen.row.page_count if chosen and chosen.row else 0) + 1),
            "closed": self._closed(request, chosen),
            "form": form,
            "points": points,
            "may_review": Role.OFFICER.value in self.roles_of(request)  # type: ignore[attr-defined]
            and (enrolment.state == "in_review" or enrolment.state in VALIDATED),
            "bank": current_bank_details(enrolment),
            "solutions": solutions_in_words(enrolment),
            "deeds": self.deed_links(request, enrolment)[1:],  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "admin/enrolment_review.html", context)

    def page_view(self, request: HttpRequest, key: UUID, number: int) -> HttpResponse:
        """One page of a document, as a picture."""
        document = self._file_of(request, key)
        try:
            picture = page_image(open_file(document.file), document.media_type, number)
        except IndexError as unknown:
            raise Http404 from unknown
        return private(HttpResponse(picture, content_type="image/png"))

    def document_view(self, request: HttpRequest, key: UUID) -> HttpResponseBase:
        """The file itself, as a download."""
        return serve_file(self._file_of(request, key).file)

    def _file_of(self, request: HttpRequest, key: UUID) -> SupportingDocument:
        rows = SupportingDocument.objects.select_related("file").filter(key=key)
        document: SupportingDocument | None = rows.first()
        if document is None:
            raise Http404
        self._enrolment(request, document.enrolment_id)
        # Identity documents and bank statements are for those who examine them.
        self._check_officer(request)
        return document

    def _enrolment(self, request: HttpRequest, pk: int) -> Enrolment:
        enrolment: Enrolment | None = self.get_object(request, str(pk))  # type: ignore[attr-defined]
        if enrolment is None:
            raise Http404
        if not self.has_view_or_change_permission(request, enrolment):  # type: ignore[attr-defined]
            raise PermissionDenied
        return enrolment

    def _closed(self, request: HttpRequest, chosen: Card | None) -> str:
        """Why this person may not look at the document; empty when they may."""
        if chosen is None or chosen.row is None:
            return ""
        if Role.OFFICER.value not in self.roles_of(request):  # type: ignore[attr-defined]
            return "cette pièce ne s’ouvre qu’aux gestionnaires de l’ASP."
        return why_closed(chosen.row.file)

    def _check_officer(self, request: HttpRequest) -> None:
        if Role.OFFICER.value not in self.roles_of(request):  # type: ignore[attr-defined]
            raise PermissionDenied

    def _reviewed(
        self, request: HttpRequest, document: SupportingDocument, form: DocumentReviewForm
    ) -> bool:
        data = form.cleaned_data
        is_accepted = data["decision"] == "accept"
        if data["seen_version"] != document.version:
            form.add_error(
                None, "Une version plus récente de ce document a été déposée : la voici."
            )
            return False
        try:
            review_document(
                document,
                data["decision"],
                actor=request.user,  # type: ignore[arg-type]
                reason=None if is_accepted else data["reason"],
                message="" if is_accepted else data["text"],
                seen_state=data["seen_state"],
            )
        except ForbiddenMoveError as refusal:
            form.add_error(None, str(refusal))
            return False
        messages.success(request, f"{document} : {document.get_state_display().lower()}.")
        return True

    def _next(self, enrolment: Enrolment) -> str:
        """The next document to look at, or the list."""
        address = reverse("admin:enrolment_enrolment_review", args=[enrolment.pk])
        waiting = (
            card for card in cards_of(as_amended(enrolment), clock.today()) if _is_pending(card)
        )
        following = next(waiting, None)
        return f"{address}?piece={following.anchor}" if following else address


def _is_pending(card: Card) -> bool:
    return card.row is not None and card.row.state == "pending"


def _chosen(cards: list[Card], anchor: str) -> Card | None:
    """The document asked for, else the first to look at, else the first."""
    deposited = [card for card in cards if card.row is not None]
    asked = next((card for card in deposited if card.anchor == anchor), None)
    return asked or next(filter(_is_pending, deposited), next(iter(deposited), None))
