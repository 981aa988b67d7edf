"""The portal's traces: the journal, the files received, the mails sent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from segur_portal.common.admin.base import FactAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.filters import DayRangeFilter
from segur_portal.common.admin.panels import Panel, document
from segur_portal.common.mails import retry_mail
from segur_portal.common.models import JournalEntry, OutgoingMail, StoredFile

RETRY = "retry"


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

    list_display = ("name", "purpose", "size", "scan_state", "stored_by", "stored_at")
    list_filter = (
        ("purpose", ChoicesDropdownFilter),
        ("scan_state", ChoicesDropdownFilter),
        ("stored_at", DayRangeFilter),
    )
    list_select_related = ("stored_by",)
    ordering = ("-pk",)
    search_fields = ("name", "sha256")
    search_help_text = "Nom exact du fichier, ou empreinte SHA-256"
    fields = (
        "name",
        "purpose",
        "size",
        "sha256",
        "stored_by",
        "stored_at",
        "key",
        ("scan_state", "scanned_at", "scan_detail"),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """By exact name or checksum."""
        term = search_term.strip()
        by_name = models.Q(name=term) | models.Q(sha256=term.lower())
        return (queryset.filter(by_name) if term else queryset), False


@admin.register(OutgoingMail)
class OutgoingMailAdmin(FactAdmin):
    """Mails and what the provider answered. Their words are not shown: some carry a secret link."""

    list_display = ("queued_at", "address", "subject", "state", "attempts")
    list_filter = (("queued_at", DayRangeFilter), ("given_up_at", DayRangeFilter))
    list_defer = ("text", "html", "answer")
    ordering = ("-pk",)
    search_fields = ("address",)
    search_help_text = "Adresse exacte du destinataire"
    fields = (
        ("address", "recipient"),
        "subject",
        ("template", "key"),
        "queued_at",
        ("attempts", "next_attempt_at"),
        ("sent_at", "given_up_at"),
        "answer",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """By exact address."""
        term = search_term.strip()
        return (queryset.filter(address__iexact=term) if term else queryset), False

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        return name == RETRY and request.user.is_superuser

    def deeds(self, request: HttpRequest, obj: OutgoingMail) -> list[Deed]:
        if obj.given_up_at is None or not self.may_ever(request, RETRY):
            return []

        def run(data: dict[str, Any]) -> str:
            retry_mail(obj)
            return "Le courriel est remis en file."

        return [Deed(RETRY, "Essayer encore", run, forms.Form)]

    @display(
        description="état", label={"envoyé": "success", "en attente": "info", "abandonné": "danger"}
    )
    def state(self, obj: OutgoingMail) -> str:
        if obj.sent_at:
            return "envoyé"
        return "abandonné" if obj.given_up_at else "en attente"
