"""The ledger, read only, and the recovery orders that the accountant follows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from enrolment.admin.scope import SchemeScopedMixin
from funding.actions.recovery import record_reimbursement
from funding.models import LedgerEntry, Recovery
from funding.report.payments import accounting_sheet
from funding.workflow import RECOVERY
from segur_portal.common import clock
from segur_portal.common.admin.base import FactAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.displays import money, scheme_name
from segur_portal.common.admin.filters import DayRangeFilter
from segur_portal.common.admin.forms import NoteForm
from segur_portal.common.admin.history import history
from segur_portal.common.admin.panels import Panel, timeline
from segur_portal.common.enums import Role
from segur_portal.common.serving import private

RECOVERY_COLOURS = {"issued": "warning", "recovered": "success", "cancelled": "danger"}


class ReimbursementForm(NoteForm):
    """What was received of a recovery order."""

    amount = forms.DecimalField(
        label="Montant reçu (€)",
        max_digits=12,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(),
    )
    field_order = ("amount", "note")


@admin.register(Recovery)
class RecoveryAdmin(SchemeScopedMixin, FactAdmin):
    """Recovery orders, closed when all is paid back."""

    scheme_path = "request__scheme"
    list_display = (
        "number_text",
        "coloured_state",
        "request",
        "supplier",
        money("amount", "montant"),
        money("recovered", "recouvré"),
        "issued_on",
        "due_on",
    )
    list_display_links = ("number_text",)
    list_filter = (("state", ChoicesDropdownFilter),)
    list_select_related = ("request", "supplier")
    list_defer = ("request__payload", "request__pricing", "request__alerts")
    detail_select_related = ("request", "supplier")
    search_fields = ("request__number", "supplier__name")
    ordering = ("state", "due_on", "pk")
    fields = (
        ("number_text", "state"),
        ("request", "supplier"),
        (money("amount", "montant"), money("recovered", "recouvré")),
        ("issued_on", "due_on"),
    )

    @display(description="numéro", ordering="pk")
    def number_text(self, obj: Recovery) -> str:
        return obj.number

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        return name == "recover" and getattr(request.user, "kind", "") == Role.ACCOUNTANT

    def deeds(self, request: HttpRequest, obj: Recovery) -> list[Deed]:
        """The accountant records what is received."""
        if obj.state != "issued" or not self.may_ever(request, "recover"):
            return []

        def run(data: dict[str, Any]) -> str:
            record_reimbursement(obj, data["amount"], actor=request.user, note=data["note"])  # type: ignore[arg-type]
            return f"{obj} : {obj.get_state_display()}."

        return [Deed("recover", "Enregistrer un remboursement", run, ReimbursementForm)]

    def panels(self, request: HttpRequest, obj: Recovery) -> list[Panel]:
        words = {"issue": "Émission", "reimburse": "Remboursement partiel"}
        return [timeline(obj, workflow=RECOVERY, words=words), history(obj)]

    @display(description="état", ordering="state", label=RECOVERY_COLOURS)
    def coloured_state(self, obj: Recovery) -> tuple[str, str]:
        return obj.state, obj.get_state_display()


@admin.register(LedgerEntry)
class LedgerEntryAdmin(SchemeScopedMixin, FactAdmin):
    """Every entry; the database refuses that one be changed."""

    list_display = (
        "at",
        "kind",
        money("amount", "montant"),
        "request",
        "supplier",
        scheme_name,
        "payment",
    )
    list_display_links = ("at",)
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("scheme", RelatedDropdownFilter),
        ("at", DayRangeFilter),
    )
    list_select_related = ("request", "supplier", "scheme", "payment")
    list_defer = ("request__payload", "request__pricing", "request__alerts")
    change_list_template = "admin/ledger_list.html"
    search_fields = ("request__number", "supplier__name", "order__number")
    search_help_text = "Numéro de dossier ou de bon de commande, fournisseur"
    ordering = ("-at", "-pk")

    def get_urls(self) -> list[URLPattern]:
        """The accounting CSV, before the model's own pages."""
        page = path("export.csv", self.admin_site.admin_view(self.export_view), name="ledger_csv")
        return [page, *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Every entry of the agent's schemes that the filters of the list keep, as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        kept = self.get_changelist_instance(request).get_queryset(request)
        rows = kept.select_related("supplier", "request__scheme", "order", "payment").defer(None)
        rows = rows.defer("request__payload", "request__pricing", "request__alerts")
        lines = accounting_sheet(rows.order_by("at", "pk").iterator(chunk_size=1000))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        name = f"ecritures-{clock.today():%Y%m%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return private(response)

    fields = (
        ("at", "kind"),
        (money("amount", "montant"), "payment"),
        ("order", "request"),
        ("supplier", "scheme"),
    )
