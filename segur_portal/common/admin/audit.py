"""The auditor's page: every change of every business row, and the seals that guard the traces."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Max, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from segur_portal.common.admin.base import CappedPaginator, FactAdmin
from segur_portal.common.admin.history import change_rows
from segur_portal.common.admin.panels import Panel, table
from segur_portal.common.audit import event_models
from segur_portal.common.clock import paris_instant
from segur_portal.common.models import AuditSeal

PAGE_SIZE = 50
_DAY = timedelta(days=1)
HEADERS = ("Quand", "Qui", "Objet", "Ce qui a changé", "Motif")


def _midnight(day: date) -> datetime:
    return paris_instant(day, time.min)


def _choices() -> list[tuple[str, str]]:
    labels = [
        (m.pgh_tracked_model._meta.label, m.pgh_tracked_model._meta.verbose_name_plural)
        for m in event_models()
    ]
    return sorted(((label, str(name).capitalize()) for label, name in labels), key=lambda x: x[1])


def _day_field(label: str) -> forms.DateField:
    widget = forms.DateInput(
        attrs={"type": "date", "class": " ".join(INPUT_CLASSES)}, format="%Y-%m-%d"
    )
    return forms.DateField(label=label, required=False, widget=widget)


class AuditFilters(forms.Form):
    """What to read: one kind of object, then one of them, a person, days."""

    quoi = forms.ChoiceField(label="Objets", widget=UnfoldAdminSelectWidget())
    cle = forms.CharField(
        label="Identifiant technique",
        required=False,
        max_length=40,
        widget=UnfoldAdminTextInputWidget(),
    )
    qui = forms.CharField(
        label="Adresse de la personne",
        required=False,
        max_length=254,
        widget=UnfoldAdminTextInputWidget(),
    )
    du, au = _day_field("Du"), _day_field("Au")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quoi"].choices = _choices()  # type: ignore[attr-defined]

    def kept(self) -> Any:
        """The events kept, each with `before_id`: the event of the same row before it."""
        data = self.cleaned_data
        model = next(m for m in event_models() if m.pgh_tracked_model._meta.label == data["quoi"])
        events = model._default_manager.select_related("pgh_context")
        if data["cle"]:
            events = (
                events.filter(pgh_obj_id=data["cle"])
                if data["cle"].isdecimal()
                else (events.none())
            )
        if data["qui"]:
            users = get_user_model()._default_manager.filter(email__iexact=data["qui"].strip())
            user = users.values_list("pk", flat=True).first()
            events = events.filter(pgh_context__metadata__user=user) | events.filter(
                pgh_context__metadata__actor=user
            )
        if data["du"]:
            events = events.filter(pgh_created_at__gte=_midnight(data["du"]))
        if data["au"]:
            events = events.filter(pgh_created_at__lt=_midnight(data["au"] + _DAY))
        earlier = model._default_manager.filter(
            pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id")
        )
        last = earlier.order_by().values("pgh_obj_id").annotate(last=Max("pgh_id")).values("last")
        return events.annotate(before_id=Subquery(last)).order_by("-pgh_id")


@admin.register(AuditSeal)
class AuditSealAdmin(FactAdmin):
    """The seals, and the page that reads every trace."""

    list_display = ("day", "row_count", "digest", "made_at")
    list_defer = ("tables",)
    ordering = ("-day",)
    fields = (("day", "made_at"), "row_count", "digest", "previous")

    def get_urls(self) -> list[URLPattern]:
        """The auditor's page, before the model's own pages."""
        page = path("traces/", self.admin_site.admin_view(self.traces_view), name="audit_traces")
        return [page, *super().get_urls()]

    def panels(self, request: HttpRequest, obj: AuditSeal) -> list[Panel]:
        rows = [
            (name, one["rows"], f"{one['after']} – {one['upto']}", one["sha256"])
            for name, one in sorted(obj.tables.items())
            if one["rows"]
        ]
        headers = ("Table", "Traces", "Clés (exclue – incluse)", "Empreinte SHA-256")
        return [table("Ce qui est scellé", headers, rows)]

    def traces_view(self, request: HttpRequest) -> HttpResponse:
        """The changes of one kind of object, the latest first: who, when, before, after, why."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        first = {"quoi": "funding.FundingRequest"}
        filters = AuditFilters(request.GET if "quoi" in request.GET else first)
        is_valid = filters.is_valid()
        found = filters.kept() if is_valid else AuditSeal.objects.none()
        page = CappedPaginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": "Traces",
            "opts": self.opts,
            "filters": filters,
            "page": page,
            "table": {"headers": HEADERS, "rows": change_rows(list(page)) if is_valid else []},
            "last_seal": AuditSeal.objects.order_by("-day").first(),
        }
        return TemplateResponse(request, "admin/audit.html", context)
