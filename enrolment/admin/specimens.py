"""Suppliers' own layouts: the document beside the checklist of its mandatory statements."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from enrolment.actions import check_assigned, review_specimen, role_of
from enrolment.actions.permissions import NotAssignedError
from enrolment.admin.scope import SchemeScopedMixin
from enrolment.admin.specimen_form import REVIEW_WORDS, review_form
from enrolment.enums import SpecimenReason
from enrolment.models import Specimen
from enrolment.workflow import SPECIMEN
from segur_portal.common.admin.base import PortalAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.displays import scheme_name
from segur_portal.common.admin.downloads import DownloadMixin
from segur_portal.common.admin.filters import DayRangeFilter
from segur_portal.common.admin.history import history
from segur_portal.common.admin.panels import Panel, sentences, timeline
from segur_portal.common.enums import Role
from segur_portal.common.serving import show_pdf, why_closed

STATE_COLOURS = {
    "submitted": "warning",
    "compliant": "success",
    "not_compliant": "danger",
    "withdrawn": None,
}


@admin.register(Specimen)
class SpecimenAdmin(SchemeScopedMixin, DownloadMixin, PortalAdmin):
    """Suppliers' own layouts and their review (ENR-005)."""

    list_display = (
        "supplier",
        scheme_name,
        "kind",
        "label",
        "passport_text",
        "coloured_state",
        "submitted_at",
        "compliant_until",
    )
    list_display_links = ("supplier", "label")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("scheme", RelatedDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("supplier", AutocompleteSelectFilter),
        ("submitted_at", DayRangeFilter),
    )
    list_select_related = ("supplier", "scheme")
    list_defer = ("reading", "missing")
    search_fields = ("supplier__name", "supplier__siret", "label", "number")
    search_help_text = "SIRET ou raison sociale du fournisseur, libellé, numéro"
    ordering = ("-submitted_at", "-pk")
    autocomplete_fields = ("supplier",)
    fields = (
        ("supplier", "scheme"),
        ("kind", "label"),
        ("passport_text", "state"),
        ("submitted_at", "submitted_by", "file_link"),
        ("compliant_from", "compliant_until"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        shown = ("passport_text", "file_link", "submitted_at", "submitted_by")
        moved = ("state", "compliant_from", *shown)
        return ("supplier", "scheme", "kind", *moved) if obj else (*moved, "compliant_until")

    def get_urls(self) -> list[URLPattern]:
        """The document as the review page shows it, before the model's own pages."""
        page = path(
            "<path:object_id>/apercu/",
            self.admin_site.admin_view(self.preview_view),
            name="enrolment_specimen_preview",
        )
        return [page, *super().get_urls()]

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The PDF inside the review page; only a file in which the portal found no fault."""
        obj: Specimen | None = self.get_object(request, object_id)
        if obj is None or obj.file is None or not obj.is_read or obj.faults:
            raise Http404
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        return show_pdf(obj.file)

    def deeds(self, request: HttpRequest, obj: Specimen) -> list[Deed]:
        own = super().deeds(request, obj)
        if obj.state == "submitted" and self._may_review(request, obj):
            own.append(self._review(request, obj))
        return own

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        kind = getattr(request.user, "kind", "")
        return (name == "review" and kind == Role.OFFICER) or super().may_ever(request, name)

    def panels(self, request: HttpRequest, obj: Specimen) -> list[Panel]:
        words = dict(SpecimenReason.choices)
        missing = [f"« {one['text']} »" for one in obj.missing]
        return [
            *([sentences("Mentions absentes", missing)] if missing else []),
            timeline(obj, workflow=SPECIMEN, words={**words, "submit": "Transmission"}),
            history(obj),
        ]

    @display(description="état", ordering="state", label=STATE_COLOURS)
    def coloured_state(self, obj: Specimen) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description="numéro", ordering="number")
    def passport_text(self, obj: Specimen) -> str:
        return obj.passport or "–"

    def _may_review(self, request: HttpRequest, obj: Specimen) -> bool:
        user: Any = request.user
        try:
            check_assigned(user, obj.scheme_id)
        except NotAssignedError:
            return False
        return role_of(user) == Role.OFFICER

    def _review(self, request: HttpRequest, obj: Specimen) -> Deed:
        def run(data: dict[str, Any]) -> str:
            review_specimen(
                specimen=obj,
                actor=request.user,  # type: ignore[arg-type]
                role=Role.OFFICER.value,
                present=data["present"],
                until=data["until"],
                reason_code=data["reason_code"],
                note=data["note"],
            )
            return f"{obj} : {SPECIMEN.states[obj.state].internal}."

        closed = why_closed(obj.file)
        can_show = obj.file is not None and obj.is_read and not obj.faults and not closed
        return Deed(
            name="review",
            label="Examiner",
            run=run,
            form_class=review_form(obj),
            explanation=REVIEW_WORDS,
            template="admin/checklist_review.html",
            context={
                "subtitle": obj.passport,
                "preview": reverse("admin:enrolment_specimen_preview", args=(obj.pk,))
                if can_show
                else "",
                "faults": obj.faults,
                "closed": closed,
                "download": reverse(f"admin:{self._file_url_name}", args=(obj.pk,))
                if obj.file and not closed
                else "",
            },
        )
