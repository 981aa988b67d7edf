"""The page where a request is instructed: points to check, notes, what surrounds it, at hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from funding.actions.checklists import Point, points_of, tick_point
from funding.actions.corrections import ask_corrections
from funding.actions.desk import add_note
from funding.admin.correction_form import correction_form
from funding.models import ChecklistItem, FundingRequest
from funding.report.clocks import Clock, aims, clock_of
from funding.report.desk import LABELS, MINE
from funding.report.dossier import Record, record_of, same_client
from funding.report.papers import Paper, papers_of
from funding.workflow import IN_PROGRESS
from segur_portal.common import clock
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.panels import Panel, journal_of
from segur_portal.common.enums import ReasonSubject
from segur_portal.common.models import JournalEntry, Scheme
from segur_portal.common.workflow import ForbiddenMoveError, Move

# The key of each deed; the others are reached by the pointer or Tab.
KEYS = {"take": "p", "request_correction": "c", "accept": "a", "refuse": "r", "assign": "g"}


@dataclass(frozen=True, slots=True)
class Work:
    """Everything beside the data of a request."""

    queue: str
    clock: Clock
    points: list[Point]
    notes: list[JournalEntry]
    others: list[FundingRequest]
    record: Record
    panels: list[Panel]
    viewers: list[Panel]
    may_act: bool
    may_tick: bool

    @property
    def ticked(self) -> int:
        """How many points are ticked."""
        return sum(point.is_ticked for point in self.points)


class WorkMixin:
    """Makes the page of a request the place where it is instructed."""

    change_form_template = "admin/request_work.html"
    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """Ticks and notes, before the model's own pages."""
        view = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/cocher/", view(require_POST(self.tick_view)), name="funding_request_tick"
            ),
            path(
                "<int:pk>/noter/", view(require_POST(self.note_view)), name="funding_request_note"
            ),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def first_panels(self, obj: FundingRequest, papers: list[Paper]) -> list[Panel]:
        """What is shown beside the points to check."""
        raise NotImplementedError

    def viewers(self, obj: FundingRequest, papers: list[Paper]) -> list[Panel]:
        """The documents beside the data, across the page."""
        raise NotImplementedError

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page, with everything at hand."""
        obj = kwargs.get("obj")
        if obj is not None:
            context["work"] = self._work(request, obj)
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc, no-any-return]

    def deed_links(self, request: HttpRequest, obj: FundingRequest) -> list[dict[str, Any]]:
        """The buttons, each with its key."""
        return [
            {
                "label": deed.label,
                "url": reverse("admin:funding_fundingrequest_deed", args=(obj.pk, deed.name)),
                "is_grave": deed.is_grave,
                "key": KEYS.get(deed.name, ""),
            }
            for deed in self.deeds(request, obj)  # type: ignore[attr-defined]
        ]

    def _deed(self, request: HttpRequest, obj: FundingRequest, step: Move, role: str) -> Deed:
        """A correction says which values it opens."""
        deed: Deed = super()._deed(request, obj, step, role)  # type: ignore[misc]
        if step.name != "request_correction":
            return deed
        return replace(
            deed,
            form_class=correction_form(obj, lambda: self.reasons),  # type: ignore[attr-defined]
            template="admin/request_correction.html",
            run=lambda data: self._ask(request, obj, data),
        )

    def _ask(self, request: HttpRequest, obj: FundingRequest, data: dict[str, Any]) -> str:
        ask_corrections(
            obj,
            data["asked"],
            actor=request.user,  # type: ignore[arg-type]
            reason_code=data["reason_code"],
            note=data["note"],
        )
        return f"{obj} : correction demandée au fournisseur."

    def tick_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep a tick; answers who ticked, in words, or why not (409)."""
        obj, item = self._own(request, pk), request.POST.get("item", "")
        point = ChecklistItem.objects.filter(pk=item).first() if item.isdecimal() else None
        if point is None:
            raise Http404
        is_right = bool(request.POST.get("right"))
        try:
            tick_point(
                obj,
                point,
                is_right=is_right,
                seen=request.POST.get("seen", ""),
                actor=request.user,  # type: ignore[arg-type]
            )
        except ForbiddenMoveError as refusal:
            return HttpResponse(str(refusal), status=409, content_type="text/plain; charset=utf-8")
        words = f"{request.user}, à l’instant" if is_right else ""
        return HttpResponse(words, content_type="text/plain; charset=utf-8")

    def note_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Add an internal note."""
        obj = self._own(request, pk)
        try:
            add_note(obj, request.POST.get("note", "")[:2000], actor=request.user)  # type: ignore[arg-type]
        except ForbiddenMoveError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Note ajoutée. Le fournisseur ne la lit pas.")
        address = reverse("admin:funding_fundingrequest_change", args=[pk])
        return redirect(f"{address}?file={_queue(request)}#notes")

    def _own(self, request: HttpRequest, pk: int) -> FundingRequest:
        """A request of the officer's schemes, to write on."""
        obj: FundingRequest | None = self.get_object(request, str(pk))  # type: ignore[attr-defined]
        if obj is None:
            raise Http404
        if not self._is_officer(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        return obj

    def _work(self, request: HttpRequest, obj: FundingRequest) -> Work:
        schemes: QuerySet[Scheme] = self.seen_schemes(request)  # type: ignore[attr-defined]
        papers, journal = papers_of(obj), journal_of(obj, reasons=ReasonSubject.REQUEST)
        # Its panel is drawn from the same rows.
        vars(obj)["journal"] = journal
        may_act: bool = self._is_officer(request)  # type: ignore[attr-defined]
        return Work(
            queue=_queue(request),
            clock=clock_of(obj, clock.now(), aims([obj.scheme_id])[obj.scheme_id]),
            points=points_of(obj, [one.document for one in papers if one.document]),
            notes=[entry for entry in journal if entry.verb == "note"],
            others=same_client(obj, schemes),
            record=record_of(obj.supplier_id, schemes),
            panels=self.first_panels(obj, papers),
            viewers=self.viewers(obj, papers),
            may_act=may_act,
            may_tick=may_act and obj.state in IN_PROGRESS,
        )


def _queue(request: HttpRequest) -> str:
    asked = request.GET.get("file", "")
    return asked if asked in LABELS else MINE
