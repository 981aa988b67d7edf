"""Orders and claims: facts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from enrolment.admin.scope import SchemeScopedMixin
from enrolment.models import Supplier
from orders.admin.panels import order_panels
from orders.admin.search import order_ids
from orders.models import Claim, Order
from segur_portal.common.admin.base import FactAdmin
from segur_portal.common.admin.displays import money, scheme_name
from segur_portal.common.admin.filters import DayRangeFilter
from segur_portal.common.admin.panels import Panel

NET, VAT = money("net", "montant HT"), money("vat", "TVA")
GROSS = money("gross", "montant TTC")


@admin.register(Order)
class OrderAdmin(SchemeScopedMixin, FactAdmin):
    """What clients signed."""

    list_display = ("number", scheme_name, "supplier", "solution", "service", "signed_on", GROSS)
    list_filter = (
        ("scheme", RelatedDropdownFilter),
        ("supplier", AutocompleteSelectFilter),
        ("service", ChoicesDropdownFilter),
        ("signed_on", DayRangeFilter),
    )
    list_select_related = ("scheme", "supplier", "solution")
    detail_select_related = ("scheme", "supplier", "solution")
    search_fields = ("number",)
    search_help_text = "Numéro exact, SIREN, FINESS, RPPS, AM, fournisseur"
    ordering = ("-pk",)
    fields = (
        ("number", "signed_on"),
        ("scheme", "service"),
        ("supplier", "solution"),
        ("signature", "file_name"),
        ("pacs_name", "pacs_identifier"),
        (NET, VAT, GROSS),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """By order number, identifier of a client or a line, or supplier."""
        term = search_term.strip()
        if not term:
            return queryset, False
        orders = Order.objects.order_by()
        suppliers = Supplier.objects.named(term).order_by().values("pk")
        found = orders.filter(number=term).values("pk")
        return queryset.filter(
            pk__in=found.union(
                order_ids([term, "".join(term.split())]),
                orders.filter(supplier__in=suppliers).values("pk"),
            )
        ), False

    def panels(self, request: HttpRequest, obj: Order) -> list[Panel]:
        return order_panels(obj)


class LiveFilter(DropdownFilter):
    """Claims that hold, or that were released."""

    title = "état"
    parameter_name = "etat"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("tenues", "Tenues"), ("liberees", "Libérées")]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        if self.value() in ("tenues", "liberees"):
            return queryset.filter(released_at__isnull=self.value() == "tenues")
        return queryset


@admin.register(Claim)
class ClaimAdmin(SchemeScopedMixin, FactAdmin):
    """What orders hold for themselves: who holds this identifier?"""

    list_display = ("kind", "value", "slot", scheme_name, "order", "supplier", "released_at")
    list_display_links = ("kind", "value")
    list_filter = (
        ("scheme", RelatedDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        LiveFilter,
    )
    list_select_related = ("scheme", "order__supplier")
    detail_select_related = ("scheme", "order__supplier")
    search_fields = ("value",)
    search_help_text = "Valeur exacte de la clé : SIREN, FINESS, RPPS, AM, PACS"
    ordering = ("-pk",)
    fields = (("scheme", "kind"), ("value", "slot"), ("order", "supplier"), "released_at")
    readonly_fields = ("supplier",)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """By exact value: live claims answer from their unique index."""
        term = search_term.strip()
        forms = {term, "".join(term.split())}
        return (queryset.filter(value__in=forms) if term else queryset), False

    @display(description="fournisseur")
    def supplier(self, obj: Claim) -> str:
        return str(obj.order.supplier)
