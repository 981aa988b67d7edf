"""Deposits, their lines, simulations: facts, and one deed, to start a deposit again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from enrolment.admin.scope import SchemeScopedMixin
from enrolment.enums import UserKind
from funding.actions.relaunch import relaunch_deposit
from funding.admin.filters import AlertFilter, AttentionFilter
from funding.admin.panels import viewer_panel
from funding.admin.search import HELP, deposits_named, lines_named
from funding.models import Deposit, DepositDocument, DepositLine, SimulationLog
from funding.report.pages import page_response
from funding.report.papers import request_of
from funding.workflow import DEPOSIT
from segur_portal.common.admin.base import FactAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.displays import scheme_name
from segur_portal.common.admin.downloads import DownloadMixin
from segur_portal.common.admin.filters import DayRangeFilter
from segur_portal.common.admin.history import history
from segur_portal.common.admin.panels import Panel, findings, table, timeline

STATE_COLOURS = {
    "incomplete": "warning",
    "abandoned": "default",
    "lapsed": "warning",
    "received": "info",
    "running": "info",
    "done": "success",
    "refused": "warning",
    "failed": "danger",
}
OUTCOME_COLOURS = {
    "integrated": "success",
    "answered": "success",
    "already": "info",
    "ko": "danger",
}
WORDS = {
    "receive": "Réception",
    "relaunch": "Relance",
    "deposit": "Réception",
    "add_piece": "Pièce reçue",
    "withdraw_piece": "Pièce retirée",
}
RELAUNCH = "relaunch"


@admin.register(Deposit)
class DepositAdmin(SchemeScopedMixin, DownloadMixin, FactAdmin):
    """What suppliers deposited. A file that could not be read has no scheme: everybody sees it."""

    shows_unknown_scheme = True
    list_display = (
        "number",
        "coloured_state",
        "supplier",
        scheme_name,
        "kind",
        "request_count",
        "integrated_count",
        "ko_count",
        "alert_count",
        "received_at",
    )
    list_filter = (
        AttentionFilter,
        ("scheme", RelatedDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("supplier", AutocompleteSelectFilter),
        ("received_at", DayRangeFilter),
    )
    list_select_related = ("supplier", "scheme")
    list_defer = ("findings",)
    detail_select_related = ("supplier", "scheme", "deposited_by", "file", "base", "programme")
    search_fields = ("file_name",)
    search_help_text = f"Nom exact du fichier, {HELP[0].lower()}{HELP[1:]}"
    ordering = ("-received_at", "-pk")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "state"),
                    ("supplier", "deposited_by"),
                    ("scheme", "kind"),
                    ("received_at", "finished_at"),
                    ("file_link", "missing_count"),
                    ("request_count", "integrated_count", "answered_count", "already_count"),
                    ("ko_count", "alert_count"),
                )
            },
        ),
        (
            "Traitement",
            {
                "fields": (
                    ("attempts", "heartbeat_at"),
                    ("format_version", "base"),
                    ("rules_version", "programme"),
                )
            },
        ),
    )
    readonly_fields = ("number", "file_link")

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """By number, file name, supplier, or any identifier of a line."""
        term = search_term.strip()
        return (deposits_named(queryset, term) if term else queryset), False

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        return name == RELAUNCH and getattr(request.user, "kind", "") == UserKind.OFFICER

    def deeds(self, request: HttpRequest, obj: Deposit) -> list[Deed]:
        is_over = DEPOSIT.states[obj.state].is_final or obj.state == "incomplete"
        if not self.may_ever(request, RELAUNCH) or is_over:
            return []

        def run(data: dict[str, Any]) -> str:
            relaunch_deposit(obj, actor=request.user, **data)  # type: ignore[arg-type]
            return f"{obj.number} : traitement relancé."

        explanation = (
            "Le traitement reprend depuis le début ; aucune demande n’est perdue ni doublée."
        )
        return [Deed(RELAUNCH, "Relancer", run, explanation=explanation)]

    def panels(self, request: HttpRequest, obj: Deposit) -> list[Panel]:
        own = [findings("Défauts du fichier", obj.findings)] if obj.findings else []
        return [
            *own,
            _lines(obj),
            timeline(obj, workflow=DEPOSIT, words=WORDS),
            history(obj),
        ]

    @display(description="numéro", ordering="pk")
    def number(self, obj: Deposit) -> str:
        return obj.number

    @display(description="état", ordering="state", label=STATE_COLOURS)
    def coloured_state(self, obj: Deposit) -> tuple[str, str]:
        return obj.state, obj.get_state_display()


def _lines(deposit: Deposit) -> Panel:
    lines = DepositLine.objects.filter(deposit=deposit).select_related("request")
    rows = (
        (
            _link("funding_depositline", line.pk, line.index),
            line.reference,
            line.get_outcome_display(),
            ", ".join(dict.fromkeys(one["code"] for one in line.findings)),
            _link("funding_fundingrequest", line.request_id, line.request) if line.request else "",
        )
        for line in lines.order_by("index").only(
            "deposit_id", "index", "reference", "outcome", "findings", "request__number"
        )
    )
    return table("Demandes du fichier", ("Rang", "Référence", "Verdict", "Règles", "Dossier"), rows)


def _link(name: str, pk: Any, text: Any) -> str:
    return format_html(
        '<a class="underline" href="{}">{}</a>', reverse(f"admin:{name}_change", args=(pk,)), text
    )


@admin.register(DepositLine)
class DepositLineAdmin(SchemeScopedMixin, FactAdmin):
    """The verdict on each request of a deposit, KO or not: a search always answers."""

    scheme_path = "deposit__scheme"
    list_display = (
        "deposit",
        "index",
        "reference",
        "coloured_outcome",
        "alert_count",
        "supplier",
        "request",
    )
    list_display_links = ("deposit", "index")
    list_filter = (
        ("outcome", ChoicesDropdownFilter),
        AlertFilter,
        ("deposit__scheme", RelatedDropdownFilter),
        ("deposit__kind", ChoicesDropdownFilter),
        ("deposit__supplier", AutocompleteSelectFilter),
        ("deposit__received_at", DayRangeFilter),
    )
    list_select_related = ("deposit__supplier", "request")
    list_defer = (
        "findings",
        "identifiers",
        "deposit__findings",
        "request__payload",
        "request__pricing",
        "request__alerts",
    )
    detail_select_related = ("deposit__supplier", "request")
    search_fields = ("reference",)
    search_help_text = HELP
    ordering = ("-deposit_id", "index")
    fields = (
        ("deposit", "index"),
        ("reference", "outcome"),
        ("alert_count", "request"),
        "identifiers",
        "content_hash",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """By any identifier that the request names."""
        term = search_term.strip()
        return (lines_named(queryset, term) if term else queryset), False

    def panels(self, request: HttpRequest, obj: DepositLine) -> list[Panel]:
        return [findings("Constats", obj.findings)]

    @display(description="verdict", ordering="outcome", label=OUTCOME_COLOURS)
    def coloured_outcome(self, obj: DepositLine) -> tuple[str, str]:
        return obj.outcome, obj.get_outcome_display()

    @display(description="fournisseur")
    def supplier(self, obj: DepositLine) -> str:
        return str(obj.deposit.supplier)


@admin.register(SimulationLog)
class SimulationLogAdmin(FactAdmin):
    """That simulations were run, never what they contained (section 4)."""

    list_display = (
        "run_at",
        "supplier",
        "run_by",
        "request_count",
        "identifier_count",
        "with_database",
    )
    list_filter = (
        ("supplier", AutocompleteSelectFilter),
        ("run_at", DayRangeFilter),
        ("with_database", BooleanRadioFilter),
    )
    list_select_related = ("supplier", "run_by")
    ordering = ("-run_at", "-pk")
    fields = ("run_at", "supplier", "run_by", "request_count", "identifier_count", "with_database")


@admin.register(DepositDocument)
class DepositDocumentAdmin(DownloadMixin, SchemeScopedMixin, FactAdmin):
    """The signed documents that requests name, and what their reading found."""

    scheme_path = "deposit__scheme"
    shows_unknown_scheme = True
    list_display = ("name", "deposit", "archive", "supplier", "read_at")
    list_select_related = ("deposit__supplier", "archive")
    list_defer = ("reading", "deposit__findings")
    list_filter = (
        ("deposit__scheme", RelatedDropdownFilter),
        ("deposit__supplier", AutocompleteSelectFilter),
        ("read_at", DayRangeFilter),
    )
    detail_select_related = ("deposit__supplier", "archive", "file")
    search_fields = ("name",)
    search_help_text = "Nom du PDF"
    ordering = ("-pk",)
    fields = (("name", "archive"), ("deposit", "read_at"), "file_link")
    readonly_fields = ("file_link",)

    def panels(self, request: HttpRequest, obj: DepositDocument) -> list[Panel]:
        return [viewer_panel(obj, request_of(obj), is_text="texte" in request.GET)]

    def get_urls(self) -> list[URLPattern]:
        """The pictures of the pages, before the model's own pages."""
        page = path(
            "<int:object_id>/pages/<int:number>/",
            self.admin_site.admin_view(self.page_view),
            name="funding_depositdocument_page",
        )
        return [page, *super().get_urls()]

    def page_view(self, request: HttpRequest, object_id: int, number: int) -> HttpResponseBase:
        """The picture of one page, to whoever may see the document."""
        obj = self.get_object(request, str(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        return page_response(obj, number)

    @display(description="fournisseur")
    def supplier(self, obj: DepositDocument) -> str:
        return str(obj.deposit.supplier)
