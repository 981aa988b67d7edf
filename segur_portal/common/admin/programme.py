"""The programme's data: what an officer in charge may edit, with a source note and a history."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from segur_portal.common.admin.base import FactAdmin, PortalAdmin
from segur_portal.common.admin.history import history
from segur_portal.common.admin.panels import Panel, document
from segur_portal.common.french import day
from segur_portal.common.models import Parameter, ProgrammeSnapshot, Scheme, Window


@admin.register(Scheme)
class SchemeAdmin(PortalAdmin):
    """The schemes; their code is what deposits name, so it never changes."""

    list_display = ("code", "name", "corridor", "software", "requires_ris_request")
    search_fields = ("code", "name")
    ordering = ("order",)
    fields = (
        "code",
        "short_name",
        "name",
        "corridor",
        "software",
        "requires_hosting_document",
        "requires_documents",
        "requires_ris_request",
        "order",
        "source",
    )
    readonly_fields = ("code", "short_name", "requires_ris_request")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def panels(self, request: HttpRequest, obj: Any) -> list[Panel]:
        return [history(obj)]


@admin.register(Window)
class WindowAdmin(PortalAdmin):
    """The calendar of each scheme, in civil dates and times of Paris."""

    list_display = ("scheme", "kind", "opening", "closing", "source")
    list_display_links = ("scheme", "kind")
    list_filter = (("scheme", RelatedDropdownFilter), ("kind", ChoicesDropdownFilter))
    list_select_related = ("scheme",)
    ordering = ("scheme__order", "closes_on", "pk")
    fields = (
        "scheme",
        "kind",
        ("opens_on", "opens_time"),
        ("closes_on", "closes_time"),
        "source",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("scheme", "kind") if obj else ()

    def panels(self, request: HttpRequest, obj: Any) -> list[Panel]:
        return [history(obj)]

    @display(description="ouverture", ordering="opens_on")
    def opening(self, obj: Window) -> str:
        return f"{day(obj.opens_on)} à {obj.opens_time:%H:%M}" if obj.opens_on else "–"

    @display(description="fermeture", ordering="closes_on")
    def closing(self, obj: Window) -> str:
        return f"{day(obj.closes_on)} à {obj.closes_time:%H:%M}"


@admin.register(Parameter)
class ParameterAdmin(PortalAdmin):
    """Numbers of the programme."""

    list_display = ("code", "applies_to", "value", "source")
    list_filter = (("scheme", RelatedDropdownFilter),)
    list_select_related = ("scheme",)
    ordering = ("code", "scheme__order", "pk")
    fields = ("code", "scheme", "value", "source")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code", "scheme") if obj else ()

    def panels(self, request: HttpRequest, obj: Any) -> list[Panel]:
        return [history(obj)]

    @display(description="dispositif", ordering="scheme__order")
    def applies_to(self, obj: Parameter) -> str:
        return obj.scheme_id or "Tous"


@admin.register(ProgrammeSnapshot)
class ProgrammeSnapshotAdmin(FactAdmin):
    """The programme's data as they were when requests were judged."""

    list_display = ("short_digest", "created_at")
    list_defer = ("content",)
    ordering = ("-created_at", "pk")
    search_fields = ("digest__startswith",)
    search_help_text = "Début de l’empreinte"
    fields = ("digest", "created_at")

    def panels(self, request: HttpRequest, obj: Any) -> list[Panel]:
        return [document("Contenu", obj.content)]

    @display(description="empreinte")
    def short_digest(self, obj: ProgrammeSnapshot) -> str:
        return obj.digest[:12]
