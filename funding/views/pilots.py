"""The supplier's pilots: the cockpit, a solution's campaign, proofs deposited and answered."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrolment.doors import SupplierRequest, depositor_required, supplier_required
from enrolment.models import Solution
from funding.actions.pilots import (
    PilotRefusedError,
    answer_correction,
    submit_report,
    submit_training,
)
from funding.models import FundingRequest
from funding.report.cockpit import COLOURS, Pilot, candidates, pilots_of_supplier, proof_rows
from pilots.actions import withdraw_proof
from pilots.forms import ReplacementForm, ReportForm, TrainingForm
from pilots.models import PilotProof
from pilots.workflow import PROOF
from segur_portal.common.enums import ReasonSubject
from segur_portal.common.models import Reason
from segur_portal.common.serving import serve_file
from segur_portal.common.workflow import ForbiddenMoveError

PAGE_SIZE = 20


@require_GET
@supplier_required
def pilot_list(request: SupplierRequest) -> HttpResponse:
    """Every enrolled solution, and what its balances wait for."""
    context = {"pilots": pilots_of_supplier(request.supplier), "may_deposit": _may(request)}
    return render(request, "funding/pilots/list.html", context)


@require_GET
@supplier_required
def pilot_campaign(request: SupplierRequest, solution: int) -> HttpResponse:
    """The campaign of a solution: its proofs, and the clients that can still serve."""
    pilot = _pilot(request, solution)
    found = candidates(request.supplier, solution).select_related("order")
    text = request.GET.get("q", "").strip()[:80]
    if text:
        found = found.matching(text, [text])
    page = Paginator(found.order_by("state_since", "pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "pilot": pilot,
        "rows": proof_rows(request.supplier, pilot.solution),
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "query": text,
        "may_deposit": _may(request),
    }
    return render(request, "funding/pilots/campaign.html", context)


@require_http_methods(["GET", "POST"])
@depositor_required
def pilot_report(request: SupplierRequest, number: str) -> HttpResponse:
    """Deposit the report of the client of an accepted advance."""
    rows = FundingRequest.objects.of(request.supplier).provable().select_related("order__solution")
    advance: FundingRequest = get_object_or_404(rows, number=number)
    form = ReportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def submit() -> PilotProof:
            return submit_report(
                request=advance,
                user=request.user,
                content=data["file"],
                signed_on=data["signed_on"],
                is_electronic=data["is_electronic"],
            )

        if (proof := _tried(form, submit)) is not None:
            return _received(request, proof)
    context = {"form": form, "advance": advance, "solution": advance.order.solution}
    return render(request, "funding/pilots/report.html", context)


@require_http_methods(["GET", "POST"])
@depositor_required
def pilot_training(request: SupplierRequest, solution: int) -> HttpResponse:
    """Deposit a training material of a solution."""
    pilot = _pilot(request, solution)
    form = TrainingForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def submit() -> PilotProof:
            return submit_training(
                supplier=request.supplier,
                solution=pilot.solution,
                user=request.user,
                content=data["file"],
                label=data["label"],
            )

        if (proof := _tried(form, submit)) is not None:
            return _received(request, proof)
    context = {"form": form, "advance": None, "solution": pilot.solution}
    return render(request, "funding/pilots/report.html", context)


@require_GET
@supplier_required
def pilot_detail(request: SupplierRequest, pk: int) -> HttpResponse:
    """A proof: who must act, the answer, what the portal read of the file."""
    proof = _proof(request, pk)
    context = {
        "one": proof,
        "state": PROOF.states[proof.state],
        "colour": COLOURS.get(proof.state, ""),
        "reason": Reason.objects.words(ReasonSubject.PILOT).get(proof.reason_code, ""),
        "may_deposit": _may(request),
    }
    return render(request, "funding/pilots/detail.html", context)


@require_http_methods(["GET", "POST"])
@depositor_required
def pilot_replace(request: SupplierRequest, pk: int) -> HttpResponse:
    """Answer a correction with another file."""
    proof = _proof(request, pk)
    if proof.state != "to_correct":
        raise Http404("Cette preuve n’attend pas de correction.")
    form = ReplacementForm(
        request.POST or None,
        request.FILES or None,
        is_report=proof.kind == PilotProof.Kind.REPORT,
        initial={"signed_on": proof.signed_on},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def submit() -> PilotProof:
            signed_on: date | None = data.get("signed_on")
            answer_correction(
                proof,
                user=request.user,
                content=data["file"],
                signed_on=signed_on,
                is_electronic=data.get("is_electronic", False),
            )
            return proof

        if _tried(form, submit) is not None:
            return _received(request, proof)
    return render(request, "funding/pilots/replace.html", {"form": form, "one": proof})


@require_GET
@supplier_required
def pilot_file(request: SupplierRequest, pk: int) -> HttpResponseBase:
    """The file as it was deposited."""
    proof = _proof(request, pk)
    if proof.file is None:
        raise Http404("Cette preuve n’a pas de fichier.")
    return serve_file(proof.file)


@require_POST
@depositor_required
def pilot_withdraw(request: SupplierRequest, pk: int) -> HttpResponse:
    """Take back a proof that has no answer yet."""
    proof = _proof(request, pk)
    try:
        withdraw_proof(proof, user=request.user)
        messages.success(request, f"{proof} retiré : son client peut servir de nouveau.")
    except ForbiddenMoveError as refusal:
        messages.error(request, str(refusal))
    return redirect("pilot_campaign", proof.solution_id)


def _tried(form: Any, submit: Any) -> PilotProof | None:
    """The proof, or the refusal written in the form."""
    try:
        proof: PilotProof = submit()
    except PilotRefusedError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return None
    except ForbiddenMoveError as refusal:
        form.add_error(None, str(refusal))
        return None
    return proof


def _received(request: SupplierRequest, proof: PilotProof) -> HttpResponse:
    messages.success(request, f"{proof} transmis à l’ASP.")
    return redirect("pilot_detail", proof.pk)


def _may(request: SupplierRequest) -> bool:
    return request.membership.may_deposit


def _pilot(request: SupplierRequest, solution: int) -> Pilot:
    """The campaign of an enrolled solution of the supplier; another's does not exist."""
    found = (one for one in pilots_of_supplier(request.supplier) if one.solution.pk == solution)
    pilot = next(found, None)
    if pilot is None:
        raise Http404(f"Aucun {Solution._meta.verbose_name} enrôlé.")
    return pilot


def _proof(request: SupplierRequest, pk: int) -> PilotProof:
    rows = PilotProof.objects.of(request.supplier).select_related(
        "solution__scheme", "order", "file", "supplier", "submitted_by"
    )
    proof: PilotProof = get_object_or_404(rows, pk=pk)
    return proof
