"""« Mon bureau »: the officer's queues, the next file, and files shared out between officers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from enrolment.admin.scope import assigned_schemes, is_limited
from funding.actions.desk import Share, assign_request, reassign, share_out
from funding.actions.requests import move_request
from funding.admin.desk_forms import ANYBODY, NOBODY, ReassignForm, assign_form, officers_of
from funding.models import FundingRequest
from funding.queries import FundingRequestQuerySet
from funding.report.desk import EMPTY, LABELS, MINE, TO_TAKE, Desk
from funding.workflow import AT_ASP, IN_PROGRESS
from segur_portal.common import clock
from segur_portal.common.admin.base import CappedPaginator
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.enums import Role
from segur_portal.common.models import Scheme
from segur_portal.common.workflow import ForbiddenMoveError

PAGE_SIZE = 50
_HEAVY = ("payload", "pricing", "alerts")


class DeskMixin:
    """Adds the desk to the admin of requests."""

    opts: Any
    admin_site: Any

    def get_urls(self) -> list[URLPattern]:
        """The desk, before the model's own pages."""
        view = self.admin_site.admin_view
        return [
            path("bureau/", view(self.desk_view), name="funding_desk"),
            path("bureau/suivant/", view(self.next_view), name="funding_desk_next"),
            path("bureau/repartir/", view(self.reassign_view), name="funding_desk_reassign"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def desk_view(self, request: HttpRequest) -> HttpResponse:
        """One queue, and how many files wait in each."""
        desk = self.desk(request)
        key = _queue(request)
        rows = desk.rows(key).select_related("scheme", "supplier", "assigned_to").defer(*_HEAVY)
        page = CappedPaginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": "Mon bureau",
            "opts": self.opts,
            "queues": desk.queues(),
            "queue": key,
            "label": LABELS[key],
            "empty": EMPTY[key],
            "page": page,
            "rows": [(one, desk.clock(one)) for one in page],
            "may_act": self._is_officer(request),
        }
        return TemplateResponse(request, "admin/desk.html", context)

    def next_view(self, request: HttpRequest) -> HttpResponse:
        """Open the file after `apres` in the queue; by POST, take the oldest one of nobody."""
        desk = self.desk(request)
        if request.method == "POST":
            return self._take_next(request, desk)
        key = _queue(request)
        after = request.GET.get("apres", "")
        rows = self.get_queryset(request)  # type: ignore[attr-defined]
        current = rows.filter(pk=after).first() if after.isdecimal() else None
        found = desk.next_after(current, key)
        if found is None:
            messages.info(request, f"Plus aucun autre dossier dans « {LABELS[key]} ».")
            return redirect(f"{reverse('admin:funding_desk')}?file={key}")
        return redirect(_page(found, key))

    def _take_next(self, request: HttpRequest, desk: Desk) -> HttpResponse:
        if not self._is_officer(request):
            raise PermissionDenied
        for found in desk.rows(TO_TAKE)[:5]:
            try:
                move_request(found, "take", actor=request.user, role=Role.OFFICER)  # type: ignore[arg-type]
            except ForbiddenMoveError:
                # Somebody was quicker: the one after.
                continue
            return redirect(_page(found, MINE))
        messages.info(request, EMPTY[TO_TAKE])
        return redirect("admin:funding_desk")

    def reassign_view(self, request: HttpRequest) -> HttpResponse:
        """Share files out: who would get how many, then, confirmed, do it."""
        if not self._is_officer(request):
            raise PermissionDenied
        schemes = self.schemes(request)
        form = ReassignForm(
            request.POST or None, schemes=schemes, initial={"source": request.GET.get("de", NOBODY)}
        )
        shares: list[Share] = []
        if request.method == "POST" and form.is_valid():
            rows, officers = _chosen(form, schemes), list(form.cleaned_data["officers"])
            if "confirm" in request.POST and self._reassigned(request, form, rows):
                return redirect("admin:funding_desk")
            shares = share_out(rows, officers)
        context = {
            **self.admin_site.each_context(request),
            "title": "Répartir des dossiers",
            "opts": self.opts,
            "form": form,
            "shares": shares,
            "total": sum(share.gets for share in shares),
            "back": reverse("admin:funding_desk"),
        }
        return TemplateResponse(request, "admin/reassign.html", context)

    def _reassigned(
        self, request: HttpRequest, form: ReassignForm, rows: FundingRequestQuerySet
    ) -> bool:
        try:
            shares = reassign(
                rows,
                officers=list(form.cleaned_data["officers"]),
                actor=request.user,  # type: ignore[arg-type]
                note=form.cleaned_data["note"],
                expected=form.cleaned_data["expected"] or 0,
            )
        except ForbiddenMoveError as refusal:
            form.add_error(None, str(refusal))
            return False
        done = ", ".join(f"{share.officer} : {share.gets}" for share in shares)
        messages.success(request, f"Dossiers répartis. {done}.")
        return True

    def deeds(self, request: HttpRequest, obj: FundingRequest) -> list[Deed]:
        """The moves of the table, and whose file it is."""
        found: list[Deed] = super().deeds(request, obj)  # type: ignore[misc]
        if self._is_officer(request) and obj.state in IN_PROGRESS:
            found.append(
                Deed(
                    name="assign",
                    label="Attribuer",
                    run=lambda data: self._assign(request, obj, data),
                    form_class=assign_form(officers_of([obj.scheme_id])),
                    explanation="Le dossier passe dans la file du gestionnaire choisi.",
                )
            )
        return found

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        if name == "assign":
            return self._is_officer(request)
        return bool(super().may_ever(request, name))  # type: ignore[misc]

    def _assign(self, request: HttpRequest, obj: FundingRequest, data: dict[str, Any]) -> str:
        to = data["officer"]
        assign_request(obj, to=to, actor=request.user, note=data["note"])  # type: ignore[arg-type]
        return f"{obj} : attribué à {to}." if to else f"{obj} : de nouveau à prendre."

    def desk(self, request: HttpRequest) -> Desk:
        """The desk of this user."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        return Desk.of(request.user, self.schemes(request), clock.now())

    def schemes(self, request: HttpRequest) -> list[str]:
        """The codes of the schemes this user sees."""
        return list(self.seen_schemes(request).order_by("order").values_list("pk", flat=True))

    def seen_schemes(self, request: HttpRequest) -> QuerySet[Scheme]:
        """The schemes this user sees, as a subquery."""
        seen = Scheme.objects.order_by()
        if is_limited(request.user):
            seen = seen.filter(pk__in=assigned_schemes(request.user))
        return seen

    def _is_officer(self, request: HttpRequest) -> bool:
        return Role.OFFICER.value in self.roles_of(request)  # type: ignore[attr-defined]


def _queue(request: HttpRequest) -> str:
    asked = request.GET.get("file", "")
    return asked if asked in LABELS else MINE


def _page(request: FundingRequest, key: str) -> str:
    address = reverse("admin:funding_fundingrequest_change", args=(request.pk,))
    return f"{address}?file={key}"


def _chosen(form: ReassignForm, schemes: list[str]) -> FundingRequestQuerySet:
    """The files that the form speaks of, among those of these schemes."""
    data = form.cleaned_data
    rows = FundingRequest.objects.in_schemes([data["scheme"].pk] if data["scheme"] else schemes)
    rows = rows.filter(state__in=[data["state"]] if data["state"] else AT_ASP)
    if data["source"] == NOBODY:
        return rows.filter(assigned_to__isnull=True)
    return rows if data["source"] == ANYBODY else rows.filter(assigned_to=data["source"])
