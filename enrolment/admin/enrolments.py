"""Enrolments: facts entered by an officer, states moved by the table's buttons."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from enrolment.actions import move_enrolment
from enrolment.admin.scope import SchemeScopedMixin
from enrolment.enums import EnrolmentReason
from enrolment.models import Enrolment, Solution
from enrolment.workflow import ENROLMENT
from segur_portal.common.admin.base import PortalAdmin
from segur_portal.common.admin.displays import scheme_name
from segur_portal.common.admin.history import history
from segur_portal.common.admin.moves import MovesMixin
from segur_portal.common.admin.panels import Panel, timeline
from segur_portal.common.enums import Role
from segur_portal.common.workflow import Move

STATE_COLOURS = {
    "draft": None,
    "submitted": "warning",
    "final_submitted": "warning",
    "in_review": "info",
    "correction_requested": "warning",
    "early": "primary",
    "final": "success",
    "refused": "danger",
}


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
                f"{', '.join(foreign)} : ni éditée ni distribuée par ce fournisseur "
                f"pour {scheme.pk}.",
            )
        return data


@admin.register(Enrolment)
class EnrolmentAdmin(SchemeScopedMixin, MovesMixin, PortalAdmin):
    """Until suppliers enrol by themselves, an officer also acts in their name here."""

    workflow = ENROLMENT
    reasons = EnrolmentReason.choices
    form = EnrolmentForm
    list_display = (
        "supplier",
        scheme_name,
        "coloured_state",
        "early_validated_on",
        "final_validated_on",
    )
    list_display_links = ("supplier",)
    list_filter = (
        ("scheme", RelatedDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("supplier", AutocompleteSelectFilter),
    )
    list_select_related = ("supplier", "scheme")
    search_fields = ("supplier__name", "supplier__siret")
    search_help_text = "SIRET ou raison sociale du fournisseur"
    ordering = ("supplier__name", "scheme__order", "pk")
    autocomplete_fields = ("supplier", "solutions")
    fields = (
        ("supplier", "scheme"),
        "solutions",
        "uses_own_order_layout",
        "state",
        ("early_validated_on", "final_validated_on"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        moved = ("state", "early_validated_on", "final_validated_on")
        return ("supplier", "scheme", *moved) if obj else moved

    def roles_of(self, request: HttpRequest) -> list[str]:
        """Officers, and, until its screens exist, the supplier through them."""
        own = super().roles_of(request)
        return [*own, Role.SUPPLIER.value] if Role.OFFICER.value in own else own

    def label_of(self, step: Move, role: str) -> str:
        return f"{step.label} (pour le fournisseur)" if role == Role.SUPPLIER else step.label

    def move_object(
        self, request: HttpRequest, obj: Enrolment, step: Move, role: str, data: dict[str, Any]
    ) -> None:
        move_enrolment(obj, step.name, actor=request.user, role=role, **data)  # type: ignore[arg-type]

    def panels(self, request: HttpRequest, obj: Enrolment) -> list[Panel]:
        words = dict(EnrolmentReason.choices)
        return [timeline(obj, workflow=ENROLMENT, words=words), history(obj)]

    @display(description="état", ordering="state", label=STATE_COLOURS)
    def coloured_state(self, obj: Enrolment) -> tuple[str, str]:
        return obj.state, obj.get_state_display()
