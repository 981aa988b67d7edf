"""Pilot proofs: entered by an officer until suppliers do it, reviewed by buttons (PIL-001)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from enrolment.admin.scope import SchemeScopedMixin, assigned_schemes, is_limited
from orders.models import Order
from pilots.actions import move_proof
from pilots.models import PilotProof
from pilots.workflow import PROOF
from segur_portal.common.admin.base import PortalAdmin
from segur_portal.common.admin.history import history
from segur_portal.common.admin.moves import MovesMixin
from segur_portal.common.admin.panels import Panel, timeline
from segur_portal.common.workflow import Move

STATE_COLOURS = {"submitted": "warning", "compliant": "success", "not_compliant": "danger"}
REASONS = (
    ("unsigned", "Signature du client absente"),
    ("incomplete", "Document incomplet ou illisible"),
    ("other_client", "Client ou commande discordants"),
    ("other", "Autre motif"),
)


class PilotProofForm(forms.ModelForm):  # type: ignore[type-arg]
    """A report answers an order of its supplier and solution; its client is the order's."""

    class Meta:
        model = PilotProof
        fields = ("supplier", "solution", "kind", "order", "client_key", "signed_on")

    def clean(self) -> dict[str, Any]:
        """Refuse an order of another supplier or solution, and a solution out of one's schemes."""
        data = super().clean() or {}
        order: Order | None = data.get("order")
        supplier, solution = data.get("supplier"), data.get("solution")
        if order and (order.supplier != supplier or order.solution != solution):
            self.add_error("order", "Ce bon de commande est d’un autre fournisseur ou logiciel.")
        return data


@admin.register(PilotProof)
class PilotProofAdmin(SchemeScopedMixin, MovesMixin, PortalAdmin):
    """Reports of the first installations, and training materials."""

    workflow = PROOF
    reasons = REASONS
    scheme_path = "solution__scheme"
    form = PilotProofForm
    list_display = (
        "supplier",
        "solution",
        "kind",
        "client_key",
        "signed_on",
        "coloured_state",
        "reviewed_on",
    )
    list_display_links = ("supplier", "solution")
    list_filter = (
        ("solution__scheme", RelatedDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("supplier", AutocompleteSelectFilter),
    )
    list_select_related = ("supplier", "solution")
    detail_select_related = ("supplier", "solution", "order")
    search_fields = ("client_key", "supplier__siret", "supplier__name")
    search_help_text = "Identifiant du client, SIRET ou nom du fournisseur"
    ordering = ("-pk",)
    autocomplete_fields = ("supplier", "solution", "order")
    fields = (
        ("supplier", "solution"),
        "kind",
        ("order", "client_key"),
        "signed_on",
        ("state", "reviewed_on"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A reviewed proof is a fact."""
        is_fact = obj is not None and obj.state != "submitted"
        facts = tuple(PilotProofForm.Meta.fields) if is_fact else ()
        return (*facts, "state", "reviewed_on")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Solutions and orders of the officer's schemes."""
        if db_field.name in ("solution", "order") and is_limited(request.user):
            rows = db_field.remote_field.model._default_manager
            kwargs["queryset"] = rows.filter(scheme__in=assigned_schemes(request.user))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def move_object(
        self, request: HttpRequest, obj: PilotProof, step: Move, role: str, data: dict[str, Any]
    ) -> None:
        move_proof(obj, step.name, actor=request.user, role=role, **data)  # type: ignore[arg-type]

    def panels(self, request: HttpRequest, obj: PilotProof) -> list[Panel]:
        return [timeline(obj, workflow=PROOF, words=dict(REASONS)), history(obj)]

    @display(description="état", ordering="state", label=STATE_COLOURS)
    def coloured_state(self, obj: PilotProof) -> tuple[str, str]:
        return obj.state, obj.get_state_display()
