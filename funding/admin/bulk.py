"""Decisions on every request of a filter, and the page of their results."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, Count, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from funding.actions.bulk import (
    AT_ONCE,
    MAX_REQUESTS,
    Outcome,
    ask_bulk,
    bulk_moves,
    chosen_of,
    digest_of,
    run_bulk,
)
from funding.actions.cascades import cascade_of
from funding.models import BulkDecision
from funding.workflow import REQUEST
from segur_portal.common.enums import ReasonSubject
from segur_portal.common.models import Reason
from segur_portal.common.workflow import ForbiddenMoveError

PAGE_SIZE = 100


class BulkForm(forms.Form):
    """The decision, with its reason where it needs one; `expected` tells which files were
    shown."""

    move = forms.ChoiceField(label="Décision", widget=UnfoldAdminSelectWidget())
    reason_code = forms.ChoiceField(
        label="Motif",
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text="Obligatoire pour un refus ou une annulation.",
    )
    note = forms.CharField(
        label="Explication",
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="Lue par le fournisseur, la même pour tous les dossiers.",
    )
    expected = forms.CharField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["move"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choisir"), *((step.name, step.label) for step in bulk_moves())]
        reason = self.fields["reason_code"]
        assert isinstance(reason, forms.ChoiceField)
        reason.choices = [("", "Aucun"), *Reason.objects.offered(ReasonSubject.REQUEST)]


class BulkMixin:
    """Adds decisions on a filter to the list of requests."""

    opts: Any
    admin_site: Any
    list_before_template = "admin/parts/bulk_link.html"

    def get_urls(self) -> list[URLPattern]:
        """The decision and its results, before the model's own pages."""
        view = self.admin_site.admin_view
        return [
            path("lot/", view(self.bulk_view), name="funding_bulk"),
            path("lot/<int:pk>/", view(self.bulk_result_view), name="funding_bulk_result"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list; only an officer is led from it to a decision."""
        context = {**(extra_context or {}), "may_act": self._is_officer(request)}  # type: ignore[attr-defined]
        page: HttpResponse = super().changelist_view(request, context)  # type: ignore[misc]
        return page

    def bulk_view(self, request: HttpRequest) -> HttpResponse:
        """How many requests the filters keep, by state, what cancelling them would bring, and what
        to do of them all."""
        if not self._is_officer(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        rows = self.get_changelist_instance(request).queryset.order_by()  # type: ignore[attr-defined]
        counts = dict(rows.values_list("state").annotate(count=Count("pk")))
        total = sum(counts.values())
        form = BulkForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            decision = self._asked(request, form, rows)
            if decision is not None:
                return redirect("admin:funding_bulk_result", decision.pk)
        chosen = chosen_of(rows)
        is_too_many = len(chosen) > MAX_REQUESTS
        context = {
            **self.admin_site.each_context(request),
            "title": "Décider en lot",
            "opts": self.opts,
            "form": form,
            "total": total,
            "is_too_many": is_too_many,
            "expected": digest_of(chosen),
            "consequences": [] if is_too_many else cascade_of(chosen),
            "limit": MAX_REQUESTS,
            "states": [
                (state.internal, counts[name])
                for name, state in REQUEST.states.items()
                if name in counts
            ],
            "back": _list(request),
        }
        return TemplateResponse(request, "admin/bulk.html", context)

    def _asked(self, request: HttpRequest, form: BulkForm, rows: Any) -> BulkDecision | None:
        data = form.cleaned_data
        try:
            decision = ask_bulk(
                rows,
                data["move"],
                actor=request.user,  # type: ignore[arg-type]
                reason_code=data["reason_code"] if data["note"].strip() else "",
                note=data["note"],
                expected=data["expected"],
            )
        except ForbiddenMoveError as refusal:
            form.add_error(None, str(refusal))
            return None
        if decision.lines.count() <= AT_ONCE:
            run_bulk(decision.pk)
        return decision

    def bulk_result_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What became of each file, those left first; the page follows a work under way."""
        own = BulkDecision.objects.filter(asked_by=request.user.pk, pk=pk)
        decision = own.first()
        if decision is None:
            raise Http404
        counts = dict(decision.lines.order_by().values_list("outcome").annotate(count=Count("pk")))
        left_first = Case(When(outcome=Outcome.LEFT, then=0), default=1)
        lines = decision.lines.select_related("request").defer(
            "request__payload", "request__pricing", "request__alerts"
        )
        page = Paginator(lines.order_by(left_first, "pk"), PAGE_SIZE).get_page(
            request.GET.get("page")
        )
        total = sum(counts.values())
        context = {
            **self.admin_site.each_context(request),
            "title": f"Décision en lot : {REQUEST.moves[decision.move].label}",
            "opts": self.opts,
            "decision": decision,
            "total": total,
            "treated": total - counts.get(Outcome.WAITING, 0),
            "done": counts.get(Outcome.DONE, 0),
            "left": counts.get(Outcome.LEFT, 0),
            "page": page,
        }
        return TemplateResponse(request, "admin/bulk_result.html", context)


def _list(request: HttpRequest) -> str:
    """The list, with the same filters."""
    return f"{reverse('admin:funding_fundingrequest_changelist')}?{request.GET.urlencode()}"
