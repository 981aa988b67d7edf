"""Solutions and their distributors: ANS records and declares, officers accept mandates."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RelatedDropdownFilter

from enrolment.actions import tell_referenced
from enrolment.enums import UserKind
from enrolment.models import Distribution, Solution
from segur_portal.common.admin.base import PortalAdmin
from segur_portal.common.admin.displays import scheme_name
from segur_portal.common.admin.filters import DayRangeFilter
from segur_portal.common.admin.history import history
from segur_portal.common.admin.panels import Panel

DECLARED = ("declared_on",)
MANDATE = ("mandate_accepted_on", "mandate_starts_on", "mandate_ends_on", "covers_osu")


def not_theirs(user: Any) -> tuple[str, ...]:
    """The fields of a distribution that belong to the other house."""
    if user.is_superuser:
        return ()
    return MANDATE if user.kind == UserKind.ANS else DECLARED


class DistributionInline(TabularInline):
    """The distributors of a solution, as ANS declares them."""

    model = Distribution
    fields = ("distributor", *DECLARED, *MANDATE)
    autocomplete_fields = ("distributor",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("distributor", "solution")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return not_theirs(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Solution)
class SolutionAdmin(PortalAdmin):
    """Versions of solutions and their referencing by ANS (ENR-002)."""

    list_display = (
        "name",
        "version",
        scheme_name,
        "editor",
        "reference_number",
        "file_submitted_on",
        "referenced_on",
    )
    list_display_links = ("name", "version")
    list_filter = (
        ("scheme", RelatedDropdownFilter),
        ("editor", AutocompleteSelectFilter),
        ("referenced_on", DayRangeFilter),
    )
    list_select_related = ("scheme", "editor")
    search_fields = ("name", "version", "reference_number", "editor__name", "editor__siret")
    search_help_text = "Nom, version, numéro de référencement, éditeur"
    ordering = ("scheme__order", "name", "version", "pk")
    autocomplete_fields = ("editor",)
    inlines = (DistributionInline,)
    fields = (
        "scheme",
        "editor",
        ("name", "version"),
        "file_submitted_on",
        ("referenced_on", "reference_number"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What a solution is never changes: a new version is a new row."""
        return ("scheme", "editor", "name", "version") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Those whose enrolment waits for the referencing are told of it."""
        super().save_model(request, obj, form, change)
        if obj.referenced_on is not None and form.initial.get("referenced_on") is None:
            tell_referenced(obj)

    def panels(self, request: HttpRequest, obj: Solution) -> list[Panel]:
        return [history(obj)]


@admin.register(Distribution)
class DistributionAdmin(PortalAdmin):
    """Distributors: declared by ANS, their mandate accepted by an officer (ENR-003)."""

    list_display = (
        "solution",
        "distributor",
        "declared_on",
        "mandate_accepted_on",
        "mandate_starts_on",
        "mandate_ends_on",
        "covers_osu",
    )
    list_display_links = ("solution", "distributor")
    list_filter = (
        ("distributor", AutocompleteSelectFilter),
        ("solution__scheme", RelatedDropdownFilter),
    )
    list_select_related = ("solution", "distributor")
    search_fields = ("solution__name", "distributor__name", "distributor__siret")
    search_help_text = "Solution, distributeur, SIRET"
    ordering = ("solution__name", "distributor__name", "pk")
    autocomplete_fields = ("solution", "distributor")
    fields = (
        ("solution", "distributor"),
        "declared_on",
        "mandate_accepted_on",
        ("mandate_starts_on", "mandate_ends_on"),
        "covers_osu",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fixed = ("solution", "distributor") if obj else ()
        return (*fixed, *not_theirs(request.user))

    def panels(self, request: HttpRequest, obj: Distribution) -> list[Panel]:
        return [history(obj)]
