"""Solutions and their distributors: ANS records and declares, officers accept mandates."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)

from enrolment.actions import tell_declared, tell_referenced
from enrolment.admin.scope import assigned_schemes, is_limited
from enrolment.enums import UserKind
from enrolment.models import Distribution, Solution, SupportingDocument
from enrolment.rules import Mandate
from enrolment.rules.documents import anchor_of
from segur_portal.common import clock
from segur_portal.common.admin.base import PortalAdmin
from segur_portal.common.admin.displays import scheme_name
from segur_portal.common.admin.filters import DayRangeFilter
from segur_portal.common.admin.history import history
from segur_portal.common.admin.panels import Panel, sentences, table
from segur_portal.common.french import day, paris_day

DECLARED = ("declared_on",)
_MANDATE_HEADERS = (
    "Pièce",
    "Déposée le",
    "À partir du",
    "Jusqu’au",
    "OSU de l’éditeur",
    "État",
    "Vérifié par",
)
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

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """A distributor learns that it is declared."""
        super().save_formset(request, form, formset, change)
        changed = [one for one, names in formset.changed_objects if "declared_on" in names]
        for distribution in [*formset.new_objects, *changed]:
            if distribution.declared_on is not None:
                tell_declared(distribution)

    def panels(self, request: HttpRequest, obj: Solution) -> list[Panel]:
        return [history(obj)]


class DeclarationFilter(DropdownFilter):
    """What waits for ANS: a supplier says that it distributes, nobody declared it."""

    title = "déclaration à l’ANS"
    parameter_name = "declaration"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("a-declarer", "À déclarer"), ("declares", "Déclarés")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value not in ("a-declarer", "declares"):
            return queryset
        return queryset.filter(declared_on__isnull=value == "a-declarer")


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
        DeclarationFilter,
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

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A distributor learns that it is declared."""
        super().save_model(request, obj, form, change)
        if obj.declared_on is not None and "declared_on" in form.changed_data:
            tell_declared(obj)

    def panels(self, request: HttpRequest, obj: Distribution) -> list[Panel]:
        return [mandates_of(request, obj), history(obj)]


def mandates_of(request: HttpRequest, distribution: Distribution) -> Panel:
    """Every mandate that counts (ENR-003), and not the last alone, with a way to its review."""
    rows = SupportingDocument.objects.of(distribution.distributor)
    found = list(rows.mandates_for(distribution.solution_id))
    if found:
        lines = [_mandate_cells(request, row) for row in found]
        return table("Mandats", _MANDATE_HEADERS, lines)
    said = "Aucun mandat déposé dans un enrôlement de ce distributeur."
    if distribution.mandate_accepted_on:
        said += " Celui qui figure ci-dessus a été saisi à la main."
    return sentences("Mandats", [said])


def _mandate_cells(request: HttpRequest, row: SupportingDocument) -> tuple[str, ...]:
    mandate = Mandate(clock.today(), row.starts_on, row.expires_on, row.covers_osu)
    state = row.get_state_display()
    if row.state == "accepted":
        state += " – en vigueur" if mandate.runs_on(clock.today()) else " – hors période"
    reviewed = (
        f"{row.reviewed_by}, le {day(paris_day(row.reviewed_at))}" if row.reviewed_at else "–"
    )
    return (
        _review_link(request, row),
        day(paris_day(row.deposited_at)),
        day(row.starts_on) if row.starts_on else "–",
        day(row.expires_on) if row.expires_on else "–",
        "oui" if row.covers_osu else "non",
        state,
        reviewed,
    )


def _review_link(request: HttpRequest, row: SupportingDocument) -> str:
    """The version, with the page of its review for who may open it."""
    name, enrolment = f"Version {row.version}", row.enrolment
    user: Any = request.user
    is_elsewhere = (
        is_limited(user) and not assigned_schemes(user).filter(scheme=enrolment.scheme_id).exists()
    )
    if is_elsewhere or not user.has_perm("enrolment.view_enrolment"):
        return name
    address = reverse("admin:enrolment_enrolment_review", args=[enrolment.pk])
    anchor = anchor_of(row.kind, row.solution_id)
    return format_html('<a class="underline" href="{}?piece={}">{}</a>', address, anchor, name)
