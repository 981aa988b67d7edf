"""Depositing a file, following it, reading its report."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from enrolment.doors import SupplierRequest, depositor_required, supplier_required
from enrolment.models import Enrolment, Supplier
from funding.actions import DepositRefusedError, KeyReusedError, receive_deposit
from funding.actions.pieces import closing_of
from funding.forms import DepositFilters, DepositForm, PiecesForm, ReportFilters
from funding.models import Deposit
from funding.report.agenda import openings
from funding.report.correction import documents_to_send, has_correction
from funding.report.entries import entries_of_lines, finding_rows
from funding.report.incomplete import form_facts, shortfall_of
from funding.report.model_files import expected_name
from funding.report.progress import PAGE_SIZE, LineFacts, Progress, owner_of, progress_of
from funding.workflow import YOU
from segur_portal.common import clock
from segur_portal.common.models import IssuedDocument, Window
from segur_portal.common.rules import Finding

LIST_SIZE = 25
NO_NEWS = 204


@require_http_methods(["GET", "POST"])
@depositor_required
def deposit_new(request: SupplierRequest) -> HttpResponse:
    """The deposit form; a file taken in leads to its live page."""
    if request.method != "POST":
        return _form_page(request, DepositForm.blank())
    form = DepositForm(request.POST, request.FILES)
    deposit = _received(request, form) if form.is_valid() else None
    if deposit is None:
        return _form_page(request, form)
    target = reverse("deposit_detail", args=[deposit.key])
    # htmx follows a plain redirection inside the page: it is told to go there instead.
    return HttpResponseClientRedirect(target) if request.htmx else redirect(target)


def _received(request: SupplierRequest, form: DepositForm) -> Deposit | None:
    """The deposit; None, with the reason on the form, when the file is refused at the door."""
    file = form.cleaned_data["fichier"]
    receive = partial(
        receive_deposit,
        supplier=request.supplier,
        user=request.user,
        content=file,
        name=file.name if file else "",
        archives=form.cleaned_data["documents"],
    )
    try:
        try:
            return receive(key=form.cleaned_data["cle"])
        except KeyReusedError:
            # The page of a former deposit, come back to with other files: a deposit of its own.
            return receive()
    except DepositRefusedError as refusal:
        form.refuse(refusal)
        return None


def _form_page(request: SupplierRequest, form: DepositForm) -> HttpResponse:
    now = clock.now()
    enrolments = Enrolment.objects.alive().filter(supplier=request.supplier)
    enrolments = enrolments.select_related("scheme", "supplier").prefetch_related("solutions")
    by_scheme = {row.scheme_id: row for row in enrolments}
    schemes = sorted((row.scheme for row in by_scheme.values()), key=lambda scheme: scheme.order)
    windows = {(row.scheme_id, row.kind): row for row in Window.objects.order_by("pk")}
    shown = openings(schemes, by_scheme, windows, now)
    context = {
        "form": form,
        "free_name": expected_name(request.supplier, clock.today()),
        "openings": shown,
        "may_deposit": any(one.may_deposit for one in shown),
        "now": now,
        **form_facts(request.supplier),
    }
    template = "funding/deposits/_form.html" if request.htmx else "funding/deposits/new.html"
    return render(request, template, context)


@require_GET
@supplier_required
def deposit_list(request: SupplierRequest) -> HttpResponse:
    """The supplier's deposits: what is not deposited yet, then the latest first."""
    filters = DepositFilters(request.GET)
    deposits = Deposit.objects.of(request.supplier).with_left_to_correct()
    deposits = deposits.select_related("scheme", "deposited_by").incomplete_first()
    state = filters.cleaned_data.get("etat", "") if filters.is_valid() else ""
    if state == "a-corriger":
        deposits = deposits.filter(Q(state="refused") | Q(left_to_correct__gt=0))
    elif state:
        deposits = deposits.filter(state=state)
    page = Paginator(deposits, LIST_SIZE).get_page(request.GET.get("page"))
    rows = [(deposit, owner_of(deposit, left=deposit.left_to_correct)) for deposit in page]
    context = {
        "filters": filters,
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "rows": rows,
        "is_filtering": bool(state),
    }
    return render(request, "funding/deposits/list.html", context | _rights(request))


@require_GET
@supplier_required
def deposit_detail(request: SupplierRequest, key: UUID) -> HttpResponse:
    """The live page of a deposit, then its report."""
    deposit = _deposit(request.supplier, key)
    context = _deposit_context(request, deposit)
    is_report_only = request.htmx and request.htmx.target == "rapport"
    template = "report/_report.html" if is_report_only else "deposits/detail.html"
    return render(request, f"funding/{template}", context)


@require_GET
@supplier_required
def deposit_progress(request: SupplierRequest, key: UUID) -> HttpResponse:
    """The moving part of the page; nothing (204) when the page already shows it."""
    deposit = _deposit(request.supplier, key)
    progress = _progress(deposit)
    seen = request.GET.get("vu", "")
    if seen == progress.mark:
        return HttpResponse(status=NO_NEWS)
    context = _deposit_context(request, deposit, progress)
    context["announced"] = not seen.startswith(f"{deposit.state}-")
    return render(request, "funding/deposits/_live.html", context)


def _deposit(supplier: Supplier, key: UUID) -> Deposit:
    deposits = Deposit.objects.of(supplier).select_related(
        "scheme", "deposited_by", "base", "file", "programme", "supplier"
    )
    deposit: Deposit = get_object_or_404(deposits, key=key)
    return deposit


def _progress(deposit: Deposit) -> Progress:
    lines = deposit.lines.values_list("index", "reference", "outcome", "alert_count")
    ahead = Deposit.objects.ahead_of(deposit).count() if deposit.state == "received" else 0
    return progress_of(
        deposit,
        (LineFacts(*line) for line in lines.order_by("index")),
        ahead=ahead,
        machine_now=clock.machine_now(),
        documents_read=deposit.documents.count() if deposit.state == "running" else 0,
    )


def _deposit_context(
    request: SupplierRequest, deposit: Deposit, progress: Progress | None = None
) -> dict[str, Any]:
    progress = progress or _progress(deposit)
    words = {"scheme": deposit.scheme_id or "", "kind": deposit.kind}
    context: dict[str, Any] = {
        "documents": IssuedDocument.objects.about(deposit).select_related("file"),
        "deposit": deposit,
        "progress": progress,
        "file_rows": finding_rows(map(Finding.from_dict, deposit.findings), **words),
        "has_correction": has_correction(deposit),
        "archives": list(deposit.archives.select_related("file")),
        "left": deposit.lines.to_correct().count() + deposit.lines.unnamed_ko().count(),
        **_rights(request),
    }
    if deposit.state == "incomplete":
        context |= {"shortfall": shortfall_of(deposit), "form": PiecesForm()}
        context |= form_facts(request.supplier)
    elif progress.owner == YOU:
        context["closes_at"] = closing_of(deposit.scheme_id, deposit.kind)
    if deposit.state == "done":
        context["to_send"] = documents_to_send(deposit)
        context |= _report_context(request, deposit, words)
    return context


def _report_context(
    request: SupplierRequest, deposit: Deposit, words: dict[str, str]
) -> dict[str, Any]:
    """The blocks of one page of the report, filtered as the address says."""
    lines = deposit.lines.all()
    codes = lines.code_counts()
    filters = ReportFilters(request.GET, codes)
    wanted = filters.cleaned_data if filters.is_valid() else {}
    if verdict := wanted.get("verdict"):
        lines = lines.with_verdict(verdict)
    if code := wanted.get("code"):
        lines = lines.with_code(code)
    ordered = lines.in_report_order().select_related("request")
    page = Paginator(ordered, PAGE_SIZE).get_page(request.GET.get("page"))
    return {
        "filters": filters,
        "is_filtering": bool(wanted.get("verdict") or wanted.get("code")),
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "entries": list(entries_of_lines(page.object_list, **words)),
    }


def _rights(request: SupplierRequest) -> dict[str, bool]:
    return {"may_deposit": request.membership.may_deposit}
