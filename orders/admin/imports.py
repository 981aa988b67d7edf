"""Imports of the base."""

from __future__ import annotations

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from enrolment.admin.scope import SchemeScopedMixin
from orders.models import BaseImport
from segur_portal.common.admin.base import FactAdmin


@admin.register(BaseImport)
class BaseImportAdmin(SchemeScopedMixin, FactAdmin):
    """What became of each file of the base."""

    list_display = ("scheme", "version", "state", "business_date", "received_at")
    list_filter = (("scheme", RelatedDropdownFilter), ("state", ChoicesDropdownFilter))
    list_select_related = ("scheme",)
    ordering = ("-received_at", "-pk")
