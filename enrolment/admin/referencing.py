"""ANS's list: imported from a CSV file, its report, its quarantine, its history."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from enrolment.actions import (
    NOTHING_KEPT,
    import_referencing,
    reject_referencing,
    release_referencing,
    restore_referencing,
)
from enrolment.enums import UserKind
from enrolment.models import ReferencingImport
from enrolment.rules.referencing import COLUMNS, ListError
from enrolment.workflow import REFERENCING_IMPORT
from segur_portal.common.admin.base import FactAdmin, PortalAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.downloads import DownloadMixin
from segur_portal.common.admin.filters import DayRangeFilter
from segur_portal.common.admin.panels import Panel, sentences, table, timeline
from segur_portal.common.french import count
from segur_portal.common.serving import private
from segur_portal.common.workflow import ForbiddenMoveError

STATE_COLOURS = {
    "received": "info",
    "applied": "success",
    "unchanged": "success",
    "quarantined": "warning",
    "rejected": "danger",
    "restored": "info",
}
RELEASE, REJECT, RESTORE = "release", "reject", "restore"
SAMPLE = (
    "SONS-IMG-RIS-Va2;55208131766522;RIS Exemple;3.2;VA2-RIS-0001;2026-01-15;2026-03-02;;",
    "SONS-IMG-RIS-Va2;55208131766522;RIS Exemple;3.2;VA2-RIS-0001;2026-01-15;2026-03-02;"
    "73282932000074;2026-03-10",
    "SONS-MDV-LGC-Va2;73282932000074;LGC Exemple;12.0;;2026-02-20;;;",
)
_LINES = ("Ligne", "Solution", "Motif")
_CHANGES = ("Solution", "Fournisseur", "Avant → après")
_LEFT = ("Solution", "Fournisseur", "Pourquoi")
_RELEASE = (
    "La liste est comparée de nouveau à ce qui est enregistré, puis appliquée. Si elle devait "
    "changer plus que ce qui est annoncé ici, elle resterait en quarantaine avec un nouveau "
    "compte rendu."
)
_RESTORE = (
    "Tout ce que cette liste a changé redevient ce que c’était, si rien n’y a été changé depuis. "
    "Rien n’est supprimé : une solution ajoutée reste, sans référencement ; un distributeur ajouté "
    "reste, sans déclaration. Les fournisseurs qui perdent un référencement ou une déclaration en "
    "sont prévenus."
)
_REJECT = "La liste est écartée pour de bon ; rien n’en est enregistré."


class DecisionForm(forms.Form):
    """Why an agent decides: required, kept in the journal under their name."""

    note = forms.CharField(
        label="Motif",
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="Conservé dans le journal avec votre nom.",
    )


class ListForm(forms.ModelForm):  # type: ignore[type-arg]
    """A list to import; what cannot be taken is told beside the file."""

    content = forms.FileField(
        label="Liste de l’ANS",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv"}),
        error_messages={"empty": "Ce fichier est vide."},
    )
    user: Any = None

    class Meta:
        model = ReferencingImport
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["content"].help_text = format_html(
            "CSV en UTF-8, séparateur «\u00a0;\u00a0», colonnes\u00a0: {}. Une ligne par solution, "
            "ou par distributeur déclaré. Une case vide ne retire rien. "
            '<a class="underline" href="{}" download>Télécharger un exemple</a>',
            ", ".join(COLUMNS),
            reverse("admin:enrolment_referencingimport_sample"),
        )

    def clean_content(self) -> Any:
        """Import the list: a refusal as a whole is an error of the file."""
        content = self.cleaned_data["content"]
        try:
            self.instance = import_referencing(content, content.name, actor=self.user)
        except (ListError, ForbiddenMoveError) as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return content


@admin.register(ReferencingImport)
class ReferencingImportAdmin(DownloadMixin, FactAdmin):
    """What became of each list of ANS, and what an agent decides about it."""

    list_display = (
        "received_at",
        "coloured_state",
        "row_count",
        "added",
        "changed",
        "refused",
        "requested_by",
        "decided_by",
    )
    list_filter = (("state", ChoicesDropdownFilter), ("received_at", DayRangeFilter))
    list_select_related = ("requested_by", "decided_by")
    list_defer = ("report", "written")
    detail_select_related = ("file", "requested_by", "decided_by")
    ordering = ("-received_at", "-pk")
    fields = (
        ("state", "file_link"),
        ("row_count", "refused"),
        ("added", "changed"),
        ("requested_by", "decided_by"),
        ("received_at", "finished_at"),
    )
    readonly_fields = ("file_link",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """ANS imports; nothing else is written here by hand."""
        return bool(super(PortalAdmin, self).has_add_permission(request))

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The form of the file, or none: an import is a fact."""
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        return type("ImportForm", (ListForm,), {"user": request.user})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj is not None else ("content",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_readonly_fields(request, obj) if obj is not None else ()

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> ReferencingImport:
        """The import, already done."""
        return form.instance  # type: ignore[no-any-return]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing more than what the deed did."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing."""

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One button: the report follows."""
        shown = {"title": "Importer la liste de l’ANS", "show_save_and_add_another": False}
        context = {**(extra_context or {}), **shown, "show_save_and_continue": False}
        response: HttpResponse = super().add_view(request, form_url, context)
        return response

    def response_add(
        self, request: HttpRequest, obj: ReferencingImport, post_url_continue: str | None = None
    ) -> HttpResponse:
        """To the page of its report."""
        if obj.state == "quarantined":
            messages.warning(request, "La liste est en quarantaine : confirmez-la ou rejetez-la.")
        else:
            messages.success(request, f"Liste lue : {obj.get_state_display().lower()}.")
        return redirect("admin:enrolment_referencingimport_change", obj.pk)

    # ------------------------------------------------------------ one import
    def panels(self, request: HttpRequest, obj: ReferencingImport) -> list[Panel]:
        report, ignored = obj.report, _ignored(obj)
        panels = [sentences("En bref", _summary(obj))]
        for name, total, title, headers in (
            ("left", report.get("left_count"), "Changements laissés à la restauration", _LEFT),
            ("back", report.get("back_count"), "Changements défaits par la restauration", _CHANGES),
            ("refused", obj.refused, "Lignes refusées, à corriger", _LINES),
            ("ignored", ignored, "Lignes ignorées : organisation sans compte", _LINES),
            ("changed", obj.changed, "Modifications", _CHANGES),
            ("added", obj.added, "Ajouts", ("Solution", "Fournisseur")),
        ):
            if rows := report.get(name):
                whole = "" if len(rows) == total else f" ({len(rows)} premières sur {total})"
                panels.append(table(f"{title}{whole}", headers, rows))
        return [*panels, timeline(obj, workflow=REFERENCING_IMPORT, words={"receive": "Réception"})]

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        """ANS decides, or an officer."""
        kind = getattr(request.user, "kind", "")
        return kind in (UserKind.ANS, UserKind.OFFICER) and name in (RELEASE, REJECT, RESTORE)

    def deeds(self, request: HttpRequest, obj: ReferencingImport) -> list[Deed]:
        if not self.may_ever(request, RELEASE):
            return []
        if obj.state == "applied" and obj.written:
            label = REFERENCING_IMPORT.moves[RESTORE].label
            return [_deed(request, obj, RESTORE, label, restore_referencing, _RESTORE)]
        if obj.state != "quarantined":
            return []
        return [
            _deed(request, obj, RELEASE, "Confirmer la liste", release_referencing, _RELEASE),
            _deed(request, obj, REJECT, "Rejeter la liste", reject_referencing, _REJECT),
        ]

    @display(description="état", ordering="state", label=STATE_COLOURS)
    def coloured_state(self, obj: ReferencingImport) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    # ------------------------------------------------------------ sample
    def get_urls(self) -> list[URLPattern]:
        """The sample, before the model's own pages."""
        view = self.admin_site.admin_view(self.sample_view)
        page = path("exemple/", view, name="enrolment_referencingimport_sample")
        return [page, *super().get_urls()]

    def sample_view(self, request: HttpRequest) -> HttpResponse:
        """A list to start from, that a spreadsheet opens."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerow(COLUMNS)
        text.writelines(f"{line}\r\n" for line in SAMPLE)
        response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv")
        response["Content-Disposition"] = 'attachment; filename="liste-ans-exemple.csv"'
        return private(response)


def _ignored(obj: ReferencingImport) -> int:
    """How many lines speak of an organisation without an account."""
    return int(obj.report.get("ignored_count", 0))


def _summary(obj: ReferencingImport) -> Iterator[str]:
    if obj.state == "restored":
        yield _restored(obj)
    yield from obj.report.get("alarms", [])
    yield f"{count(obj.row_count, 'ligne')} dans le fichier."
    verb = "seraient faits" if obj.state in ("quarantined", "rejected") else "faits"
    if ignored := _ignored(obj):
        yield (
            f"{count(ignored, 'ligne')} ignorée{'s' if ignored > 1 else ''} : l’éditeur ou le "
            "distributeur n’a pas de compte. Ce n’est pas une faute : réimportez la liste après "
            "son inscription."
        )
    yield f"{count(obj.added, 'ajout')} et {count(obj.changed, 'modification')} {verb}."
    if obj.state == "applied" and obj.written is None:
        yield NOTHING_KEPT
    if obj.state == "quarantined":
        yield "Rien n’est enregistré tant qu’un agent n’a pas confirmé la liste."


def _restored(obj: ReferencingImport) -> str:
    """What the restoration put back, and what it left."""
    back, left = (int(obj.report.get(name, 0)) for name in ("back_count", "left_count"))
    said = f"Restaurée : {count(back, 'changement')} défait{'s' if back > 1 else ''}"
    if not left:
        return f"{said}, tous ceux de la liste."
    return f"{said}, {left} laissé{'s' if left > 1 else ''} : lisez pourquoi ci-dessous."


def _deed(
    request: HttpRequest,
    obj: ReferencingImport,
    name: str,
    label: str,
    action: Callable[..., Any],
    explanation: str,
) -> Deed:
    def run(data: dict[str, Any]) -> str:
        if action(obj, actor=request.user, **data) is False:
            return "La liste changerait plus qu’annoncé : relisez son compte rendu."
        if name == RESTORE:
            return f"{obj} – {_restored(obj)}"
        return f"{obj} : {obj.get_state_display().lower()}."

    return Deed(name, label, run, DecisionForm, explanation, is_grave=name in (REJECT, RESTORE))
