"""The coded reasons: kept by the officers in charge of the programme."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter

from segur_portal.common.admin.base import PortalAdmin
from segur_portal.common.admin.history import history
from segur_portal.common.admin.panels import Panel
from segur_portal.common.models import Reason


@admin.register(Reason)
class ReasonAdmin(PortalAdmin):
    """Reasons of corrections and refusals; one that no longer serves is no longer offered."""

    list_display = ("label", "subject", "code", "is_active", "order")
    list_filter = (("subject", ChoicesDropdownFilter), ("is_active", BooleanRadioFilter))
    search_fields = ("label", "code")
    ordering = ("subject", "order", "pk")
    fields = ("subject", "code", "label", ("is_active", "order"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What decisions keep never changes: the code and its subject."""
        return ("subject", "code") if obj else ()

    def panels(self, request: HttpRequest, obj: Any) -> list[Panel]:
        return [history(obj)]
