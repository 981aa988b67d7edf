"""Requests: shown as they are, moved by the buttons that the state table allows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from enrolment.admin.scope import SchemeScopedMixin
from funding.actions.consequences import consequences_of
from funding.actions.requests import move_request
from funding.admin.bulk import BulkMixin
from funding.admin.desk import DeskMixin
from funding.admin.filters import AlertFilter, AssignedFilter, RisFilter
from funding.admin.messages import MessagesMixin, messages_panel
from funding.admin.panels import (
    aid_panels,
    balances,
    pricing_panels,
    request_papers,
    request_viewers,
    revision_panels,
    ris_panels,
)
from funding.admin.payments import owed_panels, transfers_of
from funding.admin.search import HELP, requests_named
from funding.admin.work import WorkMixin
from funding.models import FundingRequest
from funding.report.papers import Paper
from funding.report.requests import alerts_of
from funding.workflow import REQUEST
from orders.admin.panels import order_panels
from segur_portal.common.admin.base import FactAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.displays import money, scheme_name
from segur_portal.common.admin.filters import DayRangeFilter
from segur_portal.common.admin.history import history
from segur_portal.common.admin.moves import MovesMixin
from segur_portal.common.admin.panels import Panel, document, timeline
from segur_portal.common.enums import ReasonSubject
from segur_portal.common.models import Reason
from segur_portal.common.workflow import Move

STATE_COLOURS = {
    "on_hold": "warning",
    "to_instruct": "primary",
    "in_instruction": "info",
    "correction_requested": "warning",
    "accepted": "success",
    "to_pay": "success",
    "paid": "success",
    "refused": "danger",
    "cancelled": "danger",
}
NET, VAT = money("net", "montant HT"), money("vat", "TVA")
GROSS, CEILING = money("gross", "montant TTC"), money("ceiling_net", "plafond HT")
DUE = money("amount_due", "montant à verser")
WORDS = {
    "integrate": "Intégration",
    "assign": "Attribution",
    "note": "Note interne",
    "leave_base": "Sortie de la base",
    "return_to_base": "Retour dans la base",
    "isolate_document": "Document infecté, isolé",
}


@admin.register(FundingRequest)
class FundingRequestAdmin(
    SchemeScopedMixin, WorkMixin, DeskMixin, BulkMixin, MessagesMixin, MovesMixin, FactAdmin
):
    """What suppliers ask. An officer sees and moves the requests of their schemes only."""

    workflow = REQUEST
    explanations = {
        "cancel": "La demande est close. Une avance annulée libère les clés d’unicité de sa "
        "commande : un autre bon de commande pourra être déposé pour ce client.",
        "refuse": "La demande est close. Une avance refusée libère les clés d’unicité de sa "
        "commande. Le fournisseur lit le motif et l’explication.",
        "request_correction": "L’instruction s’arrête jusqu’à la réponse du fournisseur.",
    }
    list_display = (
        "number",
        "coloured_state",
        scheme_name,
        "kind",
        "supplier",
        "client_name",
        DUE,
        "alert_count",
        "received_at",
    )
    list_display_links = ("number",)
    list_filter = (
        ("scheme", RelatedDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("supplier", AutocompleteSelectFilter),
        AssignedFilter,
        ("received_at", DayRangeFilter),
        AlertFilter,
        RisFilter,
        ("has_client_left_base", BooleanRadioFilter),
        ("price_scale__is_official", BooleanRadioFilter),
    )
    list_select_related = ("scheme", "supplier")
    list_defer = ("payload", "pricing", "alerts")
    detail_select_related = (
        "scheme",
        "supplier",
        "order__solution",
        "order__supplier",
        "order__scheme",
        "advance",
        "deposit",
        "price_scale",
        "base",
        "programme",
        "assigned_to",
    )
    search_fields = ("number",)
    search_help_text = HELP
    ordering = ("-received_at", "-pk")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "state_in_words"),
                    ("scheme", "kind"),
                    ("supplier", "reference"),
                    ("client_name", "has_client_left_base"),
                    ("received_at", "state_since"),
                    "assigned_to",
                    ("deposit", "position"),
                    ("order", "advance"),
                )
            },
        ),
        (
            "Montants",
            {
                "fields": (
                    (NET, VAT, GROSS),
                    (CEILING, DUE),
                    "price_scale",
                )
            },
        ),
        (
            "Jugée sur",
            {
                "fields": (
                    ("format_version", "base"),
                    ("rules_version", "programme"),
                    "content_hash",
                )
            },
        ),
    )

    @property
    def reasons(self) -> list[tuple[str, str]]:  # type: ignore[override]
        """The coded reasons, which are data."""
        return Reason.objects.offered(ReasonSubject.REQUEST)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """By any identifier, through indexes."""
        term = search_term.strip()
        return (requests_named(queryset, term) if term else queryset), False

    def move_object(
        self,
        request: HttpRequest,
        obj: FundingRequest,
        step: Move,
        role: str,
        data: dict[str, Any],
    ) -> None:
        move_request(obj, step.name, actor=request.user, role=role, **data)  # type: ignore[arg-type]

    def deeds(self, request: HttpRequest, obj: FundingRequest) -> list[Deed]:
        """A cancellation shows what it brings before it is confirmed."""
        return [
            replace(deed, consequences=tuple(consequences_of(obj)))
            if deed.name == "cancel" and "/actions/cancel/" in request.path
            else deed
            for deed in super().deeds(request, obj)
        ]

    def label_of(self, step: Move, role: str) -> str:
        return "Annuler la demande" if step.name == "cancel" else step.label

    def first_panels(self, obj: FundingRequest, papers: list[Paper]) -> list[Panel]:
        """The automatic checks and the documents, beside the points to check."""
        checks = {"rows": alerts_of(obj)}
        return [
            Panel("Contrôles automatiques", "admin/parts/checks.html", checks),
            *request_papers(papers),
        ]

    def viewers(self, obj: FundingRequest, papers: list[Paper]) -> list[Panel]:
        """Each document beside its data, across the page."""
        return request_viewers(obj, papers)

    def panels(self, request: HttpRequest, obj: FundingRequest) -> list[Panel]:
        return [
            *owed_panels(obj),
            messages_panel(request, obj),
            *ris_panels(obj),
            *pricing_panels(obj),
            *revision_panels(obj),
            *aid_panels(obj),
            *order_panels(obj.order),
            *balances(obj),
            *transfers_of(obj),
            timeline(obj, workflow=REQUEST, words=WORDS, entries=vars(obj).get("journal")),
            document("Demande reçue (JSON)", obj.payload),
        ]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Every version of the row, as the database recorded it."""
        obj = self._object_or_404(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Historique – {obj}",
            "opts": self.opts,
            "original": obj,
            "panel": history(obj),
        }
        return TemplateResponse(request, "admin/request_history.html", context)

    @display(description="état", ordering="state", label=STATE_COLOURS)
    def coloured_state(self, obj: FundingRequest) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description="état")
    def state_in_words(self, obj: FundingRequest) -> str:
        """The state, and who must act."""
        state = REQUEST.states[obj.state]
        return f"{state.internal} – {state.owner}" if state.owner else state.internal
