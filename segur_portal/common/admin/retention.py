"""How long files are kept, and what was deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from segur_portal.common.admin.base import FactAdmin, PortalAdmin
from segur_portal.common.admin.filters import DayRangeFilter
from segur_portal.common.admin.history import history
from segur_portal.common.admin.panels import Panel
from segur_portal.common.models import FileDeletion, RetentionPeriod


@admin.register(RetentionPeriod)
class RetentionPeriodAdmin(PortalAdmin):
    """One period for each kind of file; the nightly purge applies it."""

    list_display = ("kind", "months", "is_active", "source")
    ordering = ("kind",)
    fields = ("kind", ("months", "is_active"), "source")
    readonly_fields = ("kind",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def panels(self, request: HttpRequest, obj: Any) -> list[Panel]:
        return [history(obj)]


@admin.register(FileDeletion)
class FileDeletionAdmin(FactAdmin):
    """What was deleted, by its checksum, when and why."""

    list_display = ("decided_at", "purpose", "sha256", "size", "decided_by", "erased_at")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("purpose", ChoicesDropdownFilter),
        ("decided_at", DayRangeFilter),
    )
    list_select_related = ("decided_by",)
    ordering = ("-pk",)
    search_fields = ("sha256",)
    search_help_text = "Empreinte SHA-256"
    fields = (
        ("purpose", "kind"),
        ("sha256", "size"),
        ("stored_at", "decided_at"),
        ("decided_by", "erased_at"),
        "why",
    )
