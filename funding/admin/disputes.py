"""Disputes: both parties' words side by side, for officers only, and the decision."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from enrolment.admin.scope import SchemeScopedMixin
from funding.actions.consequences import consequences_of
from funding.actions.disputes import AFTER_ANSWERS, decide_dispute, open_dispute, too_early
from funding.models import Dispute
from funding.workflow import DISPUTE
from segur_portal.common.admin.base import FactAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.displays import scheme_name
from segur_portal.common.admin.filters import DayRangeFilter
from segur_portal.common.admin.history import history
from segur_portal.common.admin.moves import MovesMixin
from segur_portal.common.admin.panels import Panel, table, timeline, when
from segur_portal.common.enums import ReasonSubject
from segur_portal.common.models import Reason
from segur_portal.common.serving import serve_file
from segur_portal.common.workflow import Move

STATE_COLOURS = {
    "contested": "warning",
    "open": "info",
    "answered": "warning",
    "upheld": "success",
    "overturned": "danger",
    "dismissed": None,
    "withdrawn": None,
}
WORDS = {"contest": "Contestation", "answer": "Réponse d’une partie"}


class QuestionForm(forms.Form):
    """What both parties are asked."""

    note = forms.CharField(
        label="Question aux deux parties",
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        help_text="Lue par les deux fournisseurs : n’y nommez ni l’un ni l’autre.",
        initial="Produisez le bon de commande signé du client et tout écrit par lequel il confirme "
        "son choix.",
    )


@admin.register(Dispute)
class DisputeAdmin(SchemeScopedMixin, MovesMixin, FactAdmin):
    """Who contests what; each party answers apart, officers read both."""

    workflow = DISPUTE
    grave_moves = frozenset({"overturn", "dismiss"})
    explanations = {
        "open": "Les deux parties répondent dans le délai des litiges (paramètre du programme, en "
        "jours ouvrés). Chacune ne voit que ses propres pièces et votre question.",
        "dismiss": "Celui qui conteste lit le motif ; l’autre fournisseur n’en saura rien.",
        "uphold": "La commande en place reste ; les deux parties lisent votre explication.",
        "overturn": "La commande en place est annulée ; les deux parties lisent votre explication.",
    }
    list_display = (
        "number_text",
        "coloured_state",
        scheme_name,
        "client_name",
        "challenger",
        "holder",
        "contested_at",
        "due_on",
    )
    list_display_links = ("number_text",)
    list_filter = (
        ("scheme", RelatedDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("contested_at", DayRangeFilter),
    )
    list_select_related = ("scheme", "challenger", "holder")
    detail_select_related = ("scheme", "challenger", "holder", "request__supplier", "line__deposit")
    search_fields = ("client_name", "challenger__name", "holder__name", "request__number")
    search_help_text = "Client, fournisseur, dossier contesté"
    ordering = ("-contested_at", "-pk")
    fields = (
        ("state", "scheme"),
        "client_name",
        ("challenger", "contested_line"),
        ("holder", "contested_request"),
        ("contested_at", "opened_at"),
        ("due_on", "decision"),
        "question",
        ("decided_at", "answer"),
    )
    readonly_fields = ("contested_line", "contested_request", "decision")

    def get_urls(self) -> list[URLPattern]:
        """The documents of the parties, before the model's own pages."""
        page = path(
            "<path:object_id>/pieces/<int:part>/",
            self.admin_site.admin_view(self.part_view),
            name="funding_dispute_part",
        )
        return [page, *super().get_urls()]

    def part_view(self, request: HttpRequest, object_id: str, part: int) -> HttpResponseBase:
        """A document of a party."""
        obj: Dispute | None = self.get_object(request, object_id)
        found = obj.parts.filter(pk=part).exclude(file=None).first() if obj else None
        if obj is None or found is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        return serve_file(found.file)

    def move_object(
        self, request: HttpRequest, obj: Dispute, step: Move, role: str, data: dict[str, Any]
    ) -> None:
        user: Any = request.user
        if step.name == "open":
            open_dispute(obj, actor=user, question=data["note"])
        else:
            decide_dispute(obj, step.name, actor=user, role=role, **data)

    def deeds(self, request: HttpRequest, obj: Dispute) -> list[Deed]:
        """Opening asks a question; cancelling the order shows what it brings."""
        changes: dict[str, dict[str, Any]] = {"open": {"form_class": QuestionForm}}
        if obj.state == "answered":
            changes["overturn"] = {"consequences": tuple(consequences_of(obj.request))}
        if refusal := too_early(obj):
            changes = {
                name: {**changes.get(name, {}), "explanation": refusal} for name in AFTER_ANSWERS
            }
        return [replace(deed, **changes.get(deed.name, {})) for deed in super().deeds(request, obj)]

    def deed_links(self, request: HttpRequest, obj: Dispute) -> list[dict[str, Any]]:
        """No button to decide while a party may still complete its answer."""
        links = super().deed_links(request, obj)
        if not too_early(obj):
            return links
        early = {DISPUTE.moves[name].label for name in AFTER_ANSWERS}
        return [link for link in links if link["label"] not in early]

    @property
    def reasons(self) -> list[tuple[str, str]]:  # type: ignore[override]
        """The coded reasons, which are data."""
        return Reason.objects.offered(ReasonSubject.DISPUTE)

    def panels(self, request: HttpRequest, obj: Dispute) -> list[Panel]:
        parts = obj.parts.select_related("supplier", "said_by", "file")
        rows = [
            (when(one.said_at), one.supplier.name, one.text, self._file_link(obj, one))
            for one in parts
        ]
        return [
            table("Ce que disent les parties", ("Quand", "Partie", "Texte", "Pièce"), rows),
            timeline(obj, workflow=DISPUTE, words=WORDS, reasons=ReasonSubject.DISPUTE),
            history(obj),
        ]

    def _file_link(self, obj: Dispute, part: Any) -> SafeString | str:
        if part.file is None:
            return "–"
        address = reverse("admin:funding_dispute_part", args=(obj.pk, part.pk))
        return format_html('<a class="underline" href="{}">{}</a>', address, part.file.name)

    @display(description="litige", ordering="pk")
    def number_text(self, obj: Dispute) -> str:
        return obj.number

    @display(description="quand décider")
    def decision(self, obj: Dispute) -> str:
        """From when it may be taken."""
        if refusal := too_early(obj):
            return refusal
        return "Dès maintenant." if obj.state == "answered" else "–"

    @display(description="demande KO")
    def contested_line(self, obj: Dispute) -> str:
        address = reverse("admin:funding_deposit_change", args=(obj.line.deposit_id,))
        words = f"{obj.line.deposit.number}, demande n° {obj.line.index} ({obj.line.reference})"
        return format_html('<a class="underline" href="{}">{}</a>', address, words)

    @display(description="dossier contesté")
    def contested_request(self, obj: Dispute) -> str:
        address = reverse("admin:funding_fundingrequest_change", args=(obj.request_id,))
        return format_html('<a class="underline" href="{}">{}</a>', address, obj.request.number)

    @display(description="état", ordering="state", label=STATE_COLOURS)
    def coloured_state(self, obj: Dispute) -> tuple[str, str]:
        return obj.state, obj.get_state_display()
