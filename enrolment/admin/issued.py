"""Documents issued: what was said to whom, the file, another try for what could not be rendered."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from enrolment.admin.scope import SchemeScopedMixin
from segur_portal.common.admin.base import FactAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.displays import scheme_name
from segur_portal.common.admin.downloads import DownloadMixin
from segur_portal.common.admin.filters import DayRangeFilter
from segur_portal.common.admin.panels import Panel, document
from segur_portal.common.issuing import retry_document
from segur_portal.common.models import IssuedDocument
from segur_portal.common.models.issued import MAX_ATTEMPTS

STATE_COLOURS = {"ready": "success", "waiting": "info", "failed": "danger"}
STATES = {"ready": "Disponible", "waiting": "En préparation", "failed": "Échec technique"}


@admin.register(IssuedDocument)
class IssuedDocumentAdmin(SchemeScopedMixin, DownloadMixin, FactAdmin):
    """PDFs that the portal issued."""

    shows_unknown_scheme = True

    list_display = (
        "reference",
        "kind",
        scheme_name,
        "recipient_siret",
        "issued_at",
        "coloured_state",
    )
    list_display_links = ("reference",)
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("scheme", RelatedDropdownFilter),
        ("issued_at", DayRangeFilter),
    )
    list_select_related = ("file", "scheme")
    list_defer = ("data", "attached")
    ordering = ("-pk",)
    search_fields = ("reference", "recipient_siret")
    search_help_text = "Référence, ou SIRET du destinataire"
    fields = (
        ("reference", "kind"),
        ("issued_at", "scheme", "recipient_siret"),
        ("subject", "subject_id", "version"),
        "file_link",
        "attempts",
    )
    readonly_fields = ("file_link",)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """By exact reference or SIRET."""
        term = search_term.strip()
        known = models.Q(reference__iexact=term) | models.Q(recipient_siret=term)
        return (queryset.filter(known) if term else queryset), False

    def deeds(self, request: HttpRequest, obj: IssuedDocument) -> list[Deed]:
        own = super().deeds(request, obj)
        if state_of(obj) == "failed":
            own.append(Deed("retry", "Relancer la mise en page", lambda data: self._retry(obj)))
        return own

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        return name == "retry" or super().may_ever(request, name)

    def panels(self, request: HttpRequest, obj: IssuedDocument) -> list[Panel]:
        return [document("Contenu", obj.data)] if obj.data else []

    @display(description="état", label=STATE_COLOURS)
    def coloured_state(self, obj: IssuedDocument) -> tuple[str, str]:
        state = state_of(obj)
        return state, STATES[state]

    def _retry(self, obj: IssuedDocument) -> str:
        retry_document(obj)
        return f"{obj} : mise en page relancée."


def state_of(document: IssuedDocument) -> str:
    """Whether the file is there, awaited, or given up."""
    if document.file_id:
        return "ready"
    return "failed" if document.attempts >= MAX_ATTEMPTS else "waiting"
