"""Imports of the base: upload, report, quarantine, restoration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from enrolment.admin.scope import SchemeScopedMixin
from enrolment.enums import UserKind
from orders.actions.base_decisions import (
    reject_import,
    release_import,
    restart_import,
    restore_version,
    upload_base_file,
)
from orders.actions.base_lock import BaseBusyError
from orders.admin.import_forms import BaseFileForm, DecisionForm
from orders.admin.import_panels import import_panels
from orders.models import BaseImport
from orders.queries import current_import
from orders.workflow import ImportState
from segur_portal.common.admin.base import FactAdmin, PortalAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.displays import scheme_name
from segur_portal.common.admin.downloads import DownloadMixin
from segur_portal.common.admin.filters import DayRangeFilter
from segur_portal.common.admin.panels import Panel

STATE_COLOURS = {
    "received": "info",
    "running": "info",
    "applied": "success",
    "unchanged": "success",
    "quarantined": "warning",
    "rejected": "danger",
    "failed": "danger",
}
IN_HAND = (ImportState.RECEIVED, ImportState.RUNNING)
REFRESH_SECONDS = 3
RELEASE, REJECT, RESTART, RESTORE = "release", "reject", "restart", "restore"


@admin.register(BaseImport)
class BaseImportAdmin(SchemeScopedMixin, DownloadMixin, FactAdmin):
    """What became of each file of the base, and what an officer decides about it."""

    list_display = (
        "business_date",
        scheme_name,
        "coloured_state",
        "version",
        "added",
        "changed",
        "ended",
        "refused",
        "received_at",
    )
    list_filter = (
        ("scheme", RelatedDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("received_at", DayRangeFilter),
    )
    list_select_related = ("scheme",)
    list_defer = ("report",)
    detail_select_related = (
        "scheme",
        "file",
        "refusals",
        "restores__scheme",
        "requested_by",
        "released_by",
    )
    ordering = ("-received_at", "-pk")
    fields = (
        ("scheme", "state"),
        ("business_date", "version"),
        ("row_count", "refused"),
        ("added", "changed", "ended"),
        ("file_link", "refusals_link"),
        ("requested_by", "released_by"),
        ("received_at", "started_at"),
        ("finished_at", "restores"),
    )
    readonly_fields = ("file_link", "refusals_link")
    upload_form = BaseFileForm

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An officer uploads a file; nothing else is written here by hand."""
        return bool(super(PortalAdmin, self).has_add_permission(request))

    # ------------------------------------------------------------ upload
    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The upload's form, or none: an import is a fact."""
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        return type("UploadForm", (self.upload_form,), {"user": request.user})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj is not None else ("content",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_readonly_fields(request, obj) if obj is not None else ()

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> BaseImport:
        """Receive the file: the deed writes the row."""
        content = form.cleaned_data["content"]
        return upload_base_file(content, content.name, officer=request.user)  # type: ignore[arg-type]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing more than what the deed did."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing."""

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One button: the report follows."""
        shown = {"title": "Importer un fichier de la base", "show_save_and_add_another": False}
        context = {**(extra_context or {}), **shown, "show_save_and_continue": False}
        response: HttpResponse = super().add_view(request, form_url, context)
        return response

    def response_add(
        self, request: HttpRequest, obj: BaseImport, post_url_continue: str | None = None
    ) -> HttpResponse:
        """To the page where its report will be."""
        messages.success(request, "Fichier reçu : l’import commence.")
        return redirect(reverse("admin:orders_baseimport_change", args=(obj.pk,)))

    # ------------------------------------------------------------ one import
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of an import in hand asks for itself again until there is a report."""
        response: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if getattr(shown.get("original"), "state", "") in IN_HAND:
            response["Refresh"] = str(REFRESH_SECONDS)
        return response

    def panels(self, request: HttpRequest, obj: BaseImport) -> list[Panel]:
        return import_panels(obj)

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        """Officers decide; the others read."""
        is_officer = getattr(request.user, "kind", "") == UserKind.OFFICER
        return is_officer and name in (RELEASE, REJECT, RESTART, RESTORE)

    def deeds(self, request: HttpRequest, obj: BaseImport) -> list[Deed]:
        if not self.may_ever(request, RELEASE):
            return []
        if obj.state == ImportState.QUARANTINED:
            return [
                _deed(request, obj, RELEASE, "Lever la quarantaine", release_import, _RELEASE),
                _deed(request, obj, REJECT, "Rejeter le fichier", reject_import, _REJECT),
            ]
        if obj.state == ImportState.FAILED:
            return [_deed(request, obj, RESTART, "Relancer l’import", restart_import, _RESTART)]
        if obj.state == ImportState.APPLIED:
            return self._restoration(request, obj)
        return []

    def _restoration(self, request: HttpRequest, obj: BaseImport) -> list[Deed]:
        """Go back to this version; from the one in force, to the one before."""
        past = obj
        current = current_import(obj.scheme_id)
        if current is not None and current.pk == obj.pk:
            earlier = BaseImport.objects.filter(
                scheme=obj.scheme_id, state=ImportState.APPLIED, version__lt=obj.version or 0
            )
            previous = earlier.order_by("-version").first()
            if previous is None:
                return []
            past = previous
        label = f"Rétablir la version {past.version}"
        return [_deed(request, past, RESTORE, label, restore_version, _restore(past))]

    @display(description="état", ordering="state", label=STATE_COLOURS)
    def coloured_state(self, obj: BaseImport) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    # ------------------------------------------------------------ files
    @display(description="toutes les lignes refusées")
    def refusals_link(self, obj: BaseImport) -> str:
        """The file of the refused lines, when the page cannot show them all."""
        if obj.refusals is None:
            return "–"
        address = reverse("admin:orders_baseimport_refusals", args=(obj.pk,))
        return format_html(
            '<a class="underline" href="{}" download>{}</a>', address, obj.refusals.name
        )

    def get_urls(self) -> list[URLPattern]:
        """The address of the refused lines, before the model's own pages."""
        view = self.admin_site.admin_view(self.refusals_view)
        page = path("<path:object_id>/refus/", view, name="orders_baseimport_refusals")
        return [page, *super().get_urls()]

    def refusals_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Every refused line, as a download."""
        obj = self.get_object(request, object_id)
        return self.send(request, obj, obj.refusals if obj is not None else None)


_RELEASE = (
    "Le fichier est comparé de nouveau à la base en vigueur, puis appliqué. S’il devait sortir "
    "plus de clients que ce qui est annoncé ici, il reviendrait en quarantaine."
)
_REJECT = "Le fichier est écarté pour de bon ; la base en vigueur ne change pas."
_RESTART = "Le même fichier est importé de nouveau, depuis le début."


def _restore(past: BaseImport) -> str:
    return (
        f"La base redevient ce qu’elle était à la version {past.version} (base du "
        f"{past.business_date:%d/%m/%Y}), sous un nouveau numéro de version. Rien n’est effacé ; "
        "les demandes déjà jugées gardent la version sur laquelle elles l’ont été."
    )


def _deed(
    request: HttpRequest,
    obj: BaseImport,
    name: str,
    label: str,
    action: Callable[..., Any],
    explanation: str,
) -> Deed:
    def run(data: dict[str, Any]) -> str:
        try:
            done = action(obj, officer=request.user, **data)
        except BaseBusyError as busy:
            raise ValidationError(str(busy)) from busy
        if isinstance(done, BaseImport):
            return f"{done} : version {obj.version} rétablie."
        return f"{obj} : {obj.get_state_display().lower()}."

    return Deed(name, label, run, DecisionForm, explanation, is_grave=name in (REJECT, RESTORE))
