"""The portal's traces: the journal and the files received."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from segur_portal.common.admin.base import FactAdmin
from segur_portal.common.admin.filters import DayRangeFilter
from segur_portal.common.admin.panels import Panel, document
from segur_portal.common.models import JournalEntry, StoredFile


@admin.register(JournalEntry)
class JournalEntryAdmin(FactAdmin):
    """Every deed of the portal, whoever did it."""

    list_display = ("at", "actor", "subject", "subject_id", "verb", "source", "target")
    list_filter = (("at", DayRangeFilter),)
    list_select_related = ("actor",)
    list_defer = ("data", "note")
    ordering = ("-pk",)
    search_fields = ("subject_id",)
    search_help_text = "Identifiant technique de l’objet"
    fields = (
        ("at", "actor"),
        ("subject", "subject_id"),
        ("verb", "source", "target"),
        "reason_code",
        "note",
        "is_public",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """By the primary key of the object, whatever its model."""
        term = search_term.strip()
        return (queryset.filter(subject_id=term) if term else queryset), False

    def panels(self, request: HttpRequest, obj: Any) -> list[Panel]:
        return [document("Détails", obj.data)] if obj.data else []


@admin.register(StoredFile)
class StoredFileAdmin(FactAdmin):
    """Files received: their size and checksum. Their content is read from what they belong to."""

    list_display = ("name", "purpose", "size", "stored_by", "stored_at")
    list_filter = (("purpose", ChoicesDropdownFilter), ("stored_at", DayRangeFilter))
    list_select_related = ("stored_by",)
    ordering = ("-pk",)
    search_fields = ("name", "sha256")
    search_help_text = "Nom exact du fichier, ou empreinte SHA-256"
    fields = ("name", "purpose", "size", "sha256", "stored_by", "stored_at", "key")

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """By exact name or checksum."""
        term = search_term.strip()
        by_name = models.Q(name=term) | models.Q(sha256=term.lower())
        return (queryset.filter(by_name) if term else queryset), False
