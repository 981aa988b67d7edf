"""The points that officers check in a request: kept by those in charge of the programme."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter

from funding.models import ChecklistItem
from segur_portal.common.admin.base import PortalAdmin
from segur_portal.common.admin.history import history
from segur_portal.common.admin.panels import Panel


@admin.register(ChecklistItem)
class ChecklistItemAdmin(PortalAdmin):
    """Points to check; one that no longer serves is no longer offered, its ticks stay."""

    list_display = ("label", "scheme", "kind", "part", "order", "is_active")
    list_filter = (("part", ChoicesDropdownFilter), ("is_active", BooleanRadioFilter))
    list_select_related = ("scheme",)
    search_fields = ("label",)
    ordering = ("order", "pk")
    fields = (("scheme", "kind"), "label", "help_text", "part", ("is_active", "order"))

    def panels(self, request: HttpRequest, obj: Any) -> list[Panel]:
        return [history(obj)]
