"""The mandatory statements of documents: kept by the officers in charge of the programme."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter

from segur_portal.common.admin.base import PortalAdmin
from segur_portal.common.admin.history import history
from segur_portal.common.admin.panels import Panel
from segur_portal.common.models import Statement


@admin.register(Statement)
class StatementAdmin(PortalAdmin):
    """What every layout must carry; one that no longer serves is no longer asked for."""

    list_display = ("text", "kind", "scheme", "code", "is_active", "order")
    list_display_links = ("text",)
    list_select_related = ("scheme",)
    list_filter = (("kind", ChoicesDropdownFilter), ("is_active", BooleanRadioFilter))
    search_fields = ("text", "code")
    ordering = ("kind", "order", "pk")
    fields = (
        ("kind", "scheme"),
        "code",
        "text",
        "pattern",
        "source",
        ("is_active", "order"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What reviews keep never changes: the document, its scheme and the code."""
        return ("kind", "scheme", "code") if obj else ()

    def panels(self, request: HttpRequest, obj: Any) -> list[Panel]:
        return [history(obj)]
