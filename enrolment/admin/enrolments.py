"""Enrolments: the officers' queue, who holds what, and the buttons of the state table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Case, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Least
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from enrolment.actions import assign_enrolment, move_enrolment, offered_solutions
from enrolment.actions.paperwork import STEPS, VALIDATED, amendment_of
from enrolment.actions.reviews import FACTS, facts_in
from enrolment.admin.changes import CHANGE_DEEDS, change_deeds, changes_panels
from enrolment.admin.review import ReviewMixin
from enrolment.admin.scope import SchemeScopedMixin
from enrolment.models import Amendment, Enrolment, Solution, SupportingDocument
from enrolment.report.files import STEP_TITLES
from enrolment.workflow import ENROLMENT
from segur_portal.common import clock
from segur_portal.common.admin.base import PortalAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.displays import scheme_name
from segur_portal.common.admin.forms import NoteForm, reason_form
from segur_portal.common.admin.history import history
from segur_portal.common.admin.moves import MovesMixin
from segur_portal.common.admin.panels import Panel, table, timeline, when
from segur_portal.common.enums import Role
from segur_portal.common.french import count
from segur_portal.common.models import Reason
from segur_portal.common.workflow import Move

STATE_COLOURS = {
    "draft": None,
    "submitted": "warning",
    "final_submitted": "warning",
    "in_review": "info",
    "correction_requested": None,
    "early": "primary",
    "final": "success",
    "refused": "danger",
}
WAITING = ("submitted", "final_submitted", "in_review")
_CHANGES = Amendment.objects.to_review().filter(enrolment=OuterRef("pk"))
_TO_VERIFY = SupportingDocument.objects.to_verify().filter(enrolment=OuterRef("pk"))
# Of a validated enrolment, the oldest thing that an officer has to look at.
WAITING_SINCE = Case(
    When(
        state="final",
        then=Coalesce(
            Least(
                Subquery(_CHANGES.values("state_since")[:1]),
                Subquery(_TO_VERIFY.order_by("deposited_at").values("deposited_at")[:1]),
            ),
            "state_since",
        ),
    ),
    default="state_since",
)
_WORDS = {
    "start": "Commencé",
    "assign": "Attribué",
    "deposit_document": "Pièce déposée",
    "declare_solution": "Solution déclarée",
    "declare_distribution": "Distribution déclarée",
    "add_solution": "Ajout d’une solution demandé",
    "drop_solution": "Ajout d’une solution abandonné",
    "enrol_solution": "Solution ajoutée",
}


def reasons_of(subject: str) -> list[tuple[str, str]]:
    """The reasons that an officer may choose from."""
    rows = Reason.objects.filter(subject=subject, is_active=True)
    return list(rows.order_by("order", "pk").values_list("code", "label"))


class EnrolmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """An enrolment names solutions of its scheme that its supplier edits or distributes."""

    class Meta:
        model = Enrolment
        fields = ("supplier", "scheme", "solutions", "uses_own_order_layout")

    def clean(self) -> dict[str, Any]:
        """Refuse the solutions of another scheme, or of a supplier without a declaration."""
        data = super().clean() or {}
        supplier = data.get("supplier") or getattr(self.instance, "supplier", None)
        scheme = data.get("scheme") or getattr(self.instance, "scheme", None)
        chosen = data.get("solutions")
        if supplier is None or scheme is None or chosen is None:
            return data
        own = Solution.objects.filter(
            Q(editor=supplier) | Q(distributions__distributor=supplier), scheme=scheme
        )
        if foreign := [str(one) for one in chosen.exclude(pk__in=own.values("pk"))]:
            self.add_error(
                "solutions",
                f"{', '.join(foreign)} : ni éditée ni distribuée par ce fournisseur "
                f"pour {scheme.pk}.",
            )
        return data


class QueueFilter(DropdownFilter):
    """What waits for an officer, what waits for me, what is late."""

    title = "file d’attente"
    parameter_name = "file"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("a-traiter", "À traiter"),
            ("les-miens", "À traiter, les miens"),
            ("libres", "À traiter, non attribués"),
            ("renouvellements", "Pièces renouvelées à vérifier"),
            ("changements", "Changements déclarés à examiner"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = self._narrowed(queryset, request)
        return rows

    def _narrowed(self, queryset: Any, request: HttpRequest) -> Any:
        value = self.value()
        if value == "renouvellements":
            return queryset.filter(has_renewal=True)
        if value == "changements":
            return queryset.filter(has_change=True)
        if value in ("a-traiter", "les-miens", "libres"):
            queryset = queryset.to_examine()
        if value == "les-miens":
            queryset = queryset.filter(assigned_to=request.user)
        if value == "libres":
            queryset = queryset.filter(assigned_to=None)
        return queryset


@admin.register(Enrolment)
class EnrolmentAdmin(ReviewMixin, SchemeScopedMixin, MovesMixin, PortalAdmin):
    """The queue of enrolments and their decisions; suppliers fill in and send them themselves."""

    workflow = ENROLMENT
    form = EnrolmentForm
    list_display = (
        "supplier",
        scheme_name,
        "stage_asked",
        "coloured_state",
        "to_do",
        "age",
        "assigned_to",
        "early_validated_on",
        "final_validated_on",
    )
    list_display_links = ("supplier",)
    list_filter = (
        QueueFilter,
        ("scheme", RelatedDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("supplier", AutocompleteSelectFilter),
    )
    list_select_related = ("supplier", "scheme", "assigned_to")
    search_fields = ("supplier__name", "supplier__siret")
    search_help_text = "SIRET ou raison sociale du fournisseur"
    ordering = (WAITING_SINCE.asc(), "pk")
    autocomplete_fields = ("supplier",)
    fields = (
        ("supplier", "scheme"),
        "solutions",
        "added_solutions",
        "uses_own_order_layout",
        ("state", "stage_asked", "assigned_to"),
        ("legal_representative", "wanted_name"),
        ("proxy", "proxy_name"),
        ("is_vat_subject", "hosts_data"),
        "osu",
        ("osu_granted_on", "osu_expires_on"),
        ("early_validated_on", "final_validated_on"),
    )
    explanations = {
        "request_correction": "Les pièces renvoyées s’ouvrent d’elles-mêmes au fournisseur, avec "
        "vos messages ; cochez ce qu’il doit pouvoir changer en plus.",
    }

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With what waits for an officer once the enrolment is validated."""
        rows: Any = super().get_queryset(request)
        found: models.QuerySet[Any] = rows.with_work().annotate(waiting_since=WAITING_SINCE)
        return found

    @property
    def reasons(self) -> list[tuple[str, str]]:  # type: ignore[override]
        """The coded reasons, which are data."""
        return reasons_of("enrolment")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What the supplier declares and what the deeds write is never typed here."""
        typed = {"supplier", "scheme", "uses_own_order_layout"}
        if obj is None or obj.state not in VALIDATED:
            # Afterwards a solution joins with its own documents (`actions.additions`).
            typed.add("solutions")
        shown = [
            name
            for line in self.fields
            for name in ((line,) if isinstance(line, str) else line)
            if name not in typed
        ]
        return (*(("supplier", "scheme") if obj else ()), *shown)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Boxes; on an enrolment, only the solutions that its supplier edits or distributes."""
        if db_field.name == "solutions":
            match = request.resolver_match
            found = match.kwargs.get("object_id") if match else None
            enrolment = self.get_object(request, found) if found else None
            offered = Solution.objects.select_related("editor").order_by(
                "scheme", "name", "version"
            )
            if enrolment is not None:
                own = offered_solutions(enrolment.supplier, enrolment.scheme)
                offered = offered.filter(pk__in=own.order_by().values("pk"))
            kwargs["queryset"] = offered
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        """The page of review, before the model's own pages."""
        review = self.admin_site.admin_view(self.review_view)
        page = self.admin_site.admin_view(self.page_view)
        return [
            path("<int:object_id>/examen/", review, name="enrolment_enrolment_review"),
            path("pieces/<uuid:key>/page/<int:number>/", page, name="enrolment_enrolment_page"),
            path(
                "pieces/<uuid:key>/fichier/",
                self.admin_site.admin_view(self.document_view),
                name="enrolment_enrolment_document",
            ),
            *super().get_urls(),
        ]

    def deed_links(self, request: HttpRequest, obj: Any) -> list[dict[str, Any]]:
        """Examining comes first."""
        address = reverse("admin:enrolment_enrolment_review", args=[obj.pk])
        own = {"label": "Examiner les pièces", "url": address, "is_grave": False}
        return [own, *super().deed_links(request, obj)]

    def deeds(self, request: HttpRequest, obj: Any) -> list[Deed]:
        """The moves of the table, and taking the enrolment upon oneself."""
        deeds = super().deeds(request, obj)
        if obj.early_validated_on is not None:
            deeds = [deed for deed in deeds if deed.name != "validate_early"]
        is_officer = Role.OFFICER.value in self.roles_of(request)
        change = amendment_of(obj)
        is_waiting = obj.state in WAITING or change is not None
        if is_officer and is_waiting and obj.assigned_to_id != request.user.pk:
            deeds = [self._assign(request, obj), *deeds]
        if is_officer and change is not None and change.state == "submitted":
            deeds = [*change_deeds(request, change, self.reasons), *deeds]
        return deeds

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        if name == "assign" or name in CHANGE_DEEDS:
            return Role.OFFICER.value in self.roles_of(request)
        return super().may_ever(request, name)

    def _assign(self, request: HttpRequest, obj: Enrolment) -> Deed:
        def run(data: dict[str, Any]) -> str:
            assign_enrolment(obj, actor=request.user)  # type: ignore[arg-type]
            return f"{obj} vous est attribué."

        return Deed("assign", "Me l’attribuer", run)

    def _deed(self, request: HttpRequest, obj: Any, step: Move, role: str) -> Deed:
        deed = super()._deed(request, obj, step, role)
        forms_of = {
            # Taking says nothing to the supplier, who would read a comment in its history.
            "take": forms.Form,
            "validate_early": ValidationForm,
            "validate_final": ValidationForm,
        }
        if step.name == "request_correction":
            forms_of[step.name] = correction_form(self.reasons)
        return replace(deed, form_class=forms_of.get(step.name, deed.form_class))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """An enrolment entered here starts from what is known of its supplier."""
        if not change:
            obj.is_vat_subject = obj.supplier.is_vat_subject
            obj.known_facts = facts_in(obj.supplier)
        super().save_model(request, obj, form, change)

    def move_object(
        self, request: HttpRequest, obj: Enrolment, step: Move, role: str, data: dict[str, Any]
    ) -> None:
        move_enrolment(obj, step.name, actor=request.user, role=role, **data)  # type: ignore[arg-type]

    def panels(self, request: HttpRequest, obj: Enrolment) -> list[Panel]:
        words = {**dict(Reason.objects.filter(subject="enrolment").values_list("code", "label"))}
        return [
            _documents(obj),
            _submissions(obj),
            *changes_panels(obj),
            timeline(obj, workflow=ENROLMENT, words={**words, **_WORDS}),
            history(obj, words={**STEP_TITLES, **FACTS, "name": "autre nom"}),
        ]

    @display(description="état", ordering="state", label=STATE_COLOURS)
    def coloured_state(self, obj: Enrolment) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description="à faire")
    def to_do(self, obj: Any) -> str:
        """What an officer has to do, in words."""
        if obj.has_change:
            return "Examiner le changement déclaré"
        if obj.has_renewal:
            return "Vérifier des pièces"
        return {"in_review": "Décider"}.get(obj.state, "Prendre") if obj.state in WAITING else "–"

    @display(description="depuis", ordering="waiting_since")
    def age(self, obj: Any) -> str:
        """How long it has waited, or been in its state, in days."""
        since = obj.waiting_since
        return count((clock.now() - since).days, "jour")


class ValidationForm(NoteForm):
    """A word that goes with a validation: the supplier reads it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        note = self.fields["note"]
        note.label = "Message au fournisseur"
        note.help_text = "Lu par le fournisseur : dans son courriel et dans l’historique."


def correction_form(reasons: list[tuple[str, str]]) -> type[forms.Form]:
    """A reason, a text, and what the correction opens beside the documents sent back."""

    class Form(reason_form(lambda: reasons)):  # type: ignore[misc]
        reopened_steps = forms.MultipleChoiceField(
            label="Rouvrir aussi",
            required=False,
            choices=[(name, STEP_TITLES[name]) for name in STEPS if name != "recapitulatif"],
            widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        )

    return Form


def _documents(enrolment: Enrolment) -> Panel:
    rows = enrolment.documents.select_related("file", "solution", "reason", "reviewed_by")
    lines = (
        (
            str(row),
            f"{row.version}{' (remplacée)' if row.replaced_at else ''}",
            when(row.deposited_at),
            row.expires_on.strftime("%d/%m/%Y") if row.expires_on else "–",
            row.get_state_display(),
            f"{row.reason} : {row.message}" if row.reason else "–",
            str(row.reviewed_by) if row.reviewed_by else "–",
        )
        for row in rows.order_by("kind", "solution", "-version")
    )
    headers = ("Pièce", "Version", "Déposée le", "Jusqu’au", "État", "Motif", "Vérifiée par")
    return table("Pièces", headers, lines)


def _submissions(enrolment: Enrolment) -> Panel:
    rows = enrolment.submissions.select_related("signed_by").order_by("-number")
    lines = (
        (one.reference, one.get_stage_display(), str(one.signed_by), when(one.signed_at))
        for one in rows
    )
    return table("Transmissions signées", ("Référence", "Étape", "Certifié par", "Le"), lines)
