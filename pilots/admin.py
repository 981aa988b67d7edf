"""Pilot proofs: the document beside the checklist, and where the campaign stands (PIL-001)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from enrolment.actions import check_assigned, role_of
from enrolment.actions.permissions import NotAssignedError
from enrolment.admin.scope import SchemeScopedMixin
from pilots.actions import APPROVE, REJECT, SEND_BACK, campaign_of, points_of, review_proof
from pilots.models import PilotProof
from pilots.workflow import PROOF
from segur_portal.common.admin.base import FactAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.downloads import DownloadMixin
from segur_portal.common.admin.filters import DayRangeFilter
from segur_portal.common.admin.history import history
from segur_portal.common.admin.moves import MovesMixin
from segur_portal.common.admin.panels import Panel, findings, sentences, timeline
from segur_portal.common.enums import ReasonSubject, Role
from segur_portal.common.french import day
from segur_portal.common.models import Reason
from segur_portal.common.serving import show_pdf, why_closed
from segur_portal.common.workflow import Move

STATE_COLOURS = {
    "submitted": "warning",
    "to_correct": "info",
    "compliant": "success",
    "not_compliant": "danger",
    "withdrawn": None,
}
PREFIX = "point_"
WORDS = (
    "Cochez chaque point vérifié dans le document ; ce que le portail a lu est déjà coché. "
    "Le fournisseur lit votre explication."
)
OTHER_VERBS = {
    "submit": "Transmission",
    "unlock_balances": "Ouverture des soldes",
    "lock_balances": "Suspension des soldes",
    "discount": "PV qui ne compte plus",
}


class ProofReviewForm(forms.Form):
    """The answer that follows the boxes."""

    decision = forms.ChoiceField(
        label="Réponse",
        choices=[
            ("", "Choisir"),
            (APPROVE, "Conforme"),
            (SEND_BACK, "À corriger"),
            (REJECT, "Refusé"),
        ],
        widget=UnfoldAdminSelectWidget(),
    )
    reason_code = forms.ChoiceField(
        label="Motif, si non conforme",
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    note = forms.CharField(
        label="Explication",
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        help_text="Lue par le fournisseur : dites ce qui manque et ce qu’il peut faire.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason_code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choisir un motif"), *Reason.objects.offered(ReasonSubject.PILOT)]

    def clean(self) -> dict[str, Any]:
        """Refuse an answer that the boxes contradict, or without a reason."""
        data = super().clean() or {}
        boxes = [name for name in self.fields if name.startswith(PREFIX)]
        data["checked"] = {name.removeprefix(PREFIX) for name in boxes if data.get(name)}
        decision = data.get("decision")
        if decision == APPROVE and len(data["checked"]) < len(boxes):
            self.add_error(
                "decision", "Des points ne sont pas cochés : la preuve n’est pas conforme."
            )
        if decision in (SEND_BACK, REJECT):
            if not data.get("reason_code"):
                self.add_error("reason_code", "Choisissez un motif.")
            if not data.get("note", "").strip():
                self.add_error("note", "Dites au fournisseur ce qui manque.")
        return data


def proof_review_form(proof: PilotProof) -> type[ProofReviewForm]:
    """The form of one proof, with the points of its kind and scheme."""
    boxes = {
        f"{PREFIX}{code}": forms.BooleanField(
            label=text,
            required=False,
            initial=bool(proof.pages.get(code)) or code in proof.checked,
            widget=UnfoldBooleanWidget(),
            help_text=_where(proof.pages.get(code)),
        )
        for code, text in points_of(proof)
    }
    # The answer comes after what it rests on.
    return type("PilotReviewForm", (ProofReviewForm,), {**boxes, "field_order": list(boxes)})


def _where(pages: list[int] | None) -> str:
    return f"Lu page {', '.join(map(str, pages))}." if pages else ""


@admin.register(PilotProof)
class PilotProofAdmin(SchemeScopedMixin, MovesMixin, DownloadMixin, FactAdmin):
    """Reports of the first installations and training materials; suppliers deposit them."""

    workflow = PROOF
    grave_moves = frozenset({"revoke"})
    explanations = {
        "revoke": "La preuve redevient à corriger ; les soldes se suspendent s’il en manque alors."
    }
    scheme_path = "solution__scheme"
    list_display = (
        "number_text",
        "supplier",
        "solution",
        "kind",
        "title_text",
        "signed_on",
        "submitted_at",
        "coloured_state",
        "reviewed_on",
    )
    list_display_links = ("number_text",)
    list_filter = (
        ("solution__scheme", RelatedDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("supplier", AutocompleteSelectFilter),
        ("submitted_at", DayRangeFilter),
    )
    list_select_related = ("supplier", "solution")
    list_defer = ("findings", "pages")
    detail_select_related = ("supplier", "solution", "order", "file", "submitted_by")
    search_fields = ("client_key", "client_name", "supplier__siret", "supplier__name")
    search_help_text = "Identifiant ou nom du client, SIRET ou nom du fournisseur"
    ordering = ("-pk",)
    fields = (
        ("supplier", "solution"),
        ("kind", "title_text"),
        ("order", "client_key"),
        ("signed_on", "file_link"),
        ("submitted_at", "submitted_by"),
        ("state", "reviewed_on"),
        "answer",
    )
    readonly_fields = ("title_text", "file_link")

    def get_urls(self) -> list[URLPattern]:
        """The document as the review page shows it, before the model's own pages."""
        page = path(
            "<path:object_id>/apercu/",
            self.admin_site.admin_view(self.preview_view),
            name="pilots_pilotproof_preview",
        )
        return [page, *super().get_urls()]

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The PDF inside the review page."""
        obj: PilotProof | None = self.get_object(request, object_id)
        if obj is None or obj.file is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        return show_pdf(obj.file)

    def move_object(
        self, request: HttpRequest, obj: PilotProof, step: Move, role: str, data: dict[str, Any]
    ) -> None:
        review_proof(obj, step.name, actor=request.user, role=role, **data)  # type: ignore[arg-type]

    def deeds(self, request: HttpRequest, obj: PilotProof) -> list[Deed]:
        """One page for the three answers; the table's own deed to go back on a compliant one."""
        own = [deed for deed in super().deeds(request, obj) if deed.name == "revoke"]
        if obj.state == "submitted" and self._may_review(request, obj):
            own.append(self._review(request, obj))
        return own

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        kind = getattr(request.user, "kind", "")
        return (name == "review" and kind == Role.OFFICER) or super().may_ever(request, name)

    @property
    def reasons(self) -> list[tuple[str, str]]:  # type: ignore[override]
        """The coded reasons, which are data."""
        return Reason.objects.offered(ReasonSubject.PILOT)

    def panels(self, request: HttpRequest, obj: PilotProof) -> list[Panel]:
        return [
            sentences("Campagne", [campaign_words(obj)]),
            *([findings("Lecture du PDF", obj.findings)] if obj.file_id else []),
            timeline(obj, workflow=PROOF, words=OTHER_VERBS, reasons=ReasonSubject.PILOT),
            history(obj),
        ]

    @display(description="numéro", ordering="pk")
    def number_text(self, obj: PilotProof) -> str:
        return obj.number

    @display(description="client ou intitulé", ordering="client_name")
    def title_text(self, obj: PilotProof) -> str:
        return obj.title

    @display(description="état", ordering="state", label=STATE_COLOURS)
    def coloured_state(self, obj: PilotProof) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    def _may_review(self, request: HttpRequest, obj: PilotProof) -> bool:
        user: Any = request.user
        try:
            check_assigned(user, obj.solution.scheme_id)
        except NotAssignedError:
            return False
        return role_of(user) == Role.OFFICER

    def _review(self, request: HttpRequest, obj: PilotProof) -> Deed:
        def run(data: dict[str, Any]) -> str:
            review_proof(
                obj,
                data["decision"],
                actor=request.user,  # type: ignore[arg-type]
                role=Role.OFFICER.value,
                checked=data["checked"],
                reason_code=data["reason_code"],
                note=data["note"],
            )
            return f"{obj} : {PROOF.states[obj.state].internal}. {campaign_words(obj)}"

        closed = why_closed(obj.file)
        has_file = obj.file is not None and not closed
        return Deed(
            name="review",
            label="Examiner",
            run=run,
            form_class=proof_review_form(obj),
            explanation=WORDS,
            template="admin/checklist_review.html",
            context={
                "subtitle": obj.title,
                "preview": reverse("admin:pilots_pilotproof_preview", args=(obj.pk,))
                if has_file
                else "",
                "faults": [],
                "closed": closed,
                "download": reverse(f"admin:{self._file_url_name}", args=(obj.pk,))
                if has_file
                else "",
            },
        )


def campaign_words(proof: PilotProof) -> str:
    """Where the campaign of a proof stands, in a sentence."""
    campaign = campaign_of(proof)
    words = f"{len(campaign.reports)} PV conformes sur {campaign.reports_required} exigés"
    if campaign.training_required:
        words += ", support de formation " + ("conforme" if campaign.trainings else "attendu")
    if campaign.unlocked_on:
        words += f" : soldes ouverts depuis le {day(campaign.unlocked_on)}"
    return f"{words}. {campaign.fallen_words}".strip()
