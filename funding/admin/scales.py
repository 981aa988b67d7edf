"""Price scales: edited until a request was judged on them, then copied into a new version."""

from __future__ import annotations

from itertools import combinations
from math import inf
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import BooleanRadioFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminSingleDateWidget, UnfoldAdminTextInputWidget

from funding.actions.scales import copy_price_scale, is_scale_used
from segur_portal.common.admin.base import PortalAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.history import HEADERS, history, history_rows
from segur_portal.common.admin.panels import Panel, table, timeline
from segur_portal.common.models import PriceScale, PriceTier

NEW_VERSION = "new-version"
STATUS_COLOURS = {True: "success", False: "warning"}


class NewVersionForm(forms.Form):
    """When the new version begins, and where its values come from."""

    starts_on = forms.DateField(
        label="En vigueur à partir du", widget=UnfoldAdminSingleDateWidget()
    )
    source = forms.CharField(label="Source", max_length=300, widget=UnfoldAdminTextInputWidget())


class PriceTierFormSet(PaginationInlineFormSet):
    """Tranches typed together: the database refuses those that overlap, this says it first."""

    def clean(self) -> None:
        """Refuse two tranches of one service and unit that share a quantity."""
        super().clean()
        typed = [form for form in self.forms if form not in self.deleted_forms]
        tiers = [form.instance for form in typed if form.is_valid() and form.has_changed()]
        known = {form.instance.pk for form in self.forms if form.instance.pk}
        kept = [form.instance for form in typed if form.instance.pk and not form.has_changed()]
        stored = self.instance.tiers.exclude(pk__in=known) if self.instance.pk else ()
        for one, other in combinations([*tiers, *kept, *stored], 2):
            if _overlap(one, other):
                raise forms.ValidationError("Deux tranches se chevauchent.")


def _overlap(one: PriceTier, other: PriceTier) -> bool:
    if (one.service, one.measure) != (other.service, other.measure):
        return False
    return one.lower < (other.upper or inf) and other.lower < (one.upper or inf)


class PriceTierInline(TabularInline):
    """The tranches of a scale; facts once the scale was used."""

    model = PriceTier
    formset = PriceTierFormSet
    fields = ("service", "measure", "lower", "upper", "ceiling_net")
    ordering = ("service", "measure", "lower")
    extra = 0

    def _is_open(self, request: HttpRequest, obj: PriceScale | None) -> bool:
        return obj is None or not is_used(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(request, obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_open(request, obj) and super().has_delete_permission(request, obj)


@admin.register(PriceScale)
class PriceScaleAdmin(PortalAdmin):
    """The versions of each scheme's price scale."""

    list_display = (
        "scheme",
        "version",
        "starts_on",
        "official",
        "advance_rate",
        "vat_rate",
        "source",
    )
    list_display_links = ("scheme", "version")
    list_filter = (("scheme", RelatedDropdownFilter), ("is_official", BooleanRadioFilter))
    list_select_related = ("scheme",)
    ordering = ("scheme__order", "-version", "pk")
    detail_select_related = ("scheme",)
    inlines = (PriceTierInline,)
    fields = (
        ("scheme", "version"),
        "starts_on",
        ("advance_rate", "vat_rate"),
        "is_official",
        "source",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("scheme", "version") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A scale that a request was judged on is a fact."""
        is_open = obj is None or not is_used(request, obj)
        return is_open and bool(super().has_change_permission(request, obj))

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        return name == NEW_VERSION and self.has_add_permission(request)

    def deeds(self, request: HttpRequest, obj: PriceScale) -> list[Deed]:
        if not self.has_add_permission(request):
            return []

        def run(data: dict[str, Any]) -> str:
            new = copy_price_scale(obj, actor=request.user, **data)  # type: ignore[arg-type]
            return f"{new} créé : complétez ses valeurs avant son entrée en vigueur."

        explanation = (
            "Une copie de ce barème est créée, marquée « valeurs d’exemple ». Les demandes déjà "
            "déposées gardent le barème sur lequel elles ont été jugées."
        )
        return [Deed(NEW_VERSION, "Nouvelle version", run, NewVersionForm, explanation)]

    def panels(self, request: HttpRequest, obj: PriceScale) -> list[Panel]:
        tiers = PriceTier.pgh_event_model.objects.filter(scale_id=obj.pk)  # type: ignore[attr-defined]
        changes = history_rows(PriceTier, tiers, name=_tier_name)
        return [
            history(obj),
            table("Historique des tranches", HEADERS, changes),
            timeline(obj, words={"copy": "Nouvelle version"}),
        ]

    @display(
        description="statut", ordering="is_official", label={True: "success", False: "warning"}
    )
    def official(self, obj: PriceScale) -> tuple[bool, str]:
        return obj.is_official, "Officiel" if obj.is_official else "Valeurs d’exemple"


def _tier_name(event: Any) -> str:
    services = dict(PriceTier._meta.get_field("service").flatchoices)
    return f"{services.get(event.service, event.service)}, à partir de {event.lower}"


def is_used(request: HttpRequest, scale: PriceScale) -> bool:
    """Whether the scale was used, asked once for each page."""
    known: dict[int, bool] = request.__dict__.setdefault("_used_scales", {})
    if scale.pk not in known:
        known[scale.pk] = is_scale_used(scale)
    return known[scale.pk]
