"""The eligible-clients base: its lines, and the officers' corrections of them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from enrolment.admin.scope import SchemeScopedMixin
from orders.enums import IdentifierKind
from orders.models import EligibilityOverride, EligibleClient
from segur_portal.common import clock
from segur_portal.common.admin.base import FactAdmin, PortalAdmin
from segur_portal.common.admin.displays import scheme_name
from segur_portal.common.admin.history import history
from segur_portal.common.admin.panels import Panel
from segur_portal.common.models import Scheme


class VersionFilter(DropdownFilter):
    """The lines in force, unless past ones are asked for."""

    title = "version"
    parameter_name = "version"
    all_option = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("", "En vigueur"), ("passees", "Versions passées"), ("toutes", "Toutes")]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        if self.value() == "toutes":
            return queryset
        return queryset.filter(valid_to__isnull=self.value() != "passees")


def identified(rows: models.QuerySet[Any], term: str) -> models.QuerySet[Any]:
    """Rows of this identifier, whatever its kind and scheme: the leading columns of the index
    by (scheme, kind, value) are given in full, so that it answers."""
    cleaned = "".join(term.split()).upper()
    return rows.filter(
        scheme__in=Scheme.objects.values("pk"), kind__in=IdentifierKind.values, value=cleaned
    )


@admin.register(EligibleClient)
class EligibleClientAdmin(SchemeScopedMixin, FactAdmin):
    """Lines of the base, as imported. A correction is an override, never an edit."""

    list_display = (
        "kind",
        "value",
        "label",
        scheme_name,
        "structure_type",
        "specialty",
        "activity_2023",
        "had_wave_1",
        "versions",
    )
    list_display_links = ("kind", "value")
    list_filter = (
        VersionFilter,
        ("scheme", RelatedDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("had_wave_1", BooleanRadioFilter),
    )
    list_select_related = ("scheme",)
    search_fields = ("value",)
    search_help_text = "RPPS, numéro AM, FINESS ou SIREN exact"
    ordering = ("-pk",)
    fields = (
        ("scheme", "versions"),
        ("kind", "value"),
        ("rpps", "siren"),
        "label",
        ("structure_type", "specialty"),
        ("is_liberal", "doctor_count"),
        ("postal_code", "activity", "activity_2023"),
        "had_wave_1",
    )
    readonly_fields = ("versions",)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """By identifier."""
        return (identified(queryset, search_term) if search_term.strip() else queryset), False

    @display(description="versions")
    def versions(self, obj: EligibleClient) -> str:
        if obj.valid_to is None:
            return f"depuis la {obj.valid_from}"
        return f"de la {obj.valid_from} à la {obj.valid_to - 1}"


class InForceFilter(DropdownFilter):
    """Overrides that count today, or not."""

    title = "état"
    parameter_name = "etat"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("en-vigueur", "En vigueur"), ("terminees", "Terminées"), ("a-venir", "À venir")]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        today = clock.today()
        conditions = {
            "en-vigueur": models.Q(starts_on__lte=today, ends_on__gte=today),
            "terminees": models.Q(ends_on__lt=today),
            "a-venir": models.Q(starts_on__gt=today),
        }
        return queryset.filter(conditions.get(self.value() or "", models.Q()))


@admin.register(EligibilityOverride)
class EligibilityOverrideAdmin(SchemeScopedMixin, PortalAdmin):
    """Corrections of the base by an officer, with an end date and a reason."""

    list_display = (
        "kind",
        "value",
        scheme_name,
        "is_eligible",
        "starts_on",
        "ends_on",
        "decided_by",
    )
    list_display_links = ("kind", "value")
    list_filter = (
        InForceFilter,
        ("scheme", RelatedDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("is_eligible", BooleanRadioFilter),
    )
    list_select_related = ("scheme", "decided_by")
    search_fields = ("value", "label")
    search_help_text = "RPPS, numéro AM, FINESS ou SIREN exact"
    ordering = ("-starts_on", "-pk")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "scheme",
                    ("kind", "value"),
                    "is_eligible",
                    ("starts_on", "ends_on"),
                    "reason",
                    "decided_by",
                )
            },
        ),
        (
            "Ce qui remplace la base (vide : comme dans la base)",
            {
                "fields": (
                    ("rpps", "siren"),
                    "label",
                    ("structure_type", "specialty"),
                    ("is_liberal", "doctor_count"),
                    ("activity", "activity_2023"),
                    "had_wave_1",
                )
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("scheme", "kind", "value", "decided_by") if obj else ("decided_by",)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """By identifier."""
        return (identified(queryset, search_term) if search_term.strip() else queryset), False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The last who decided answers for it; the history keeps the others."""
        obj.decided_by = request.user
        super().save_model(request, obj, form, change)

    def panels(self, request: HttpRequest, obj: EligibilityOverride) -> list[Panel]:
        return [history(obj)]
