"""Completing a deposit that lacks pieces, filing it without them, giving it up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from enrolment.doors import SupplierRequest, depositor_required
from funding.actions import (
    DepositRefusedError,
    abandon_deposit,
    add_pieces,
    file_without,
    withdraw_archive,
)
from funding.forms import PiecesForm
from funding.models import Deposit, DepositArchive
from funding.report.incomplete import form_facts, shortfall_of
from segur_portal.common.workflow import ForbiddenMoveError


@dataclass(frozen=True, slots=True)
class Giving:
    """A way to stop waiting for the missing pieces, which is asked to be confirmed."""

    title: str
    button: str
    done: str
    run: Callable[..., Deposit]


GIVINGS = {
    "deposer": Giving(
        "Déposer sans les pièces manquantes",
        "Déposer maintenant",
        "Le dépôt est fait, sans les pièces manquantes.",
        file_without,
    ),
    "abandonner": Giving(
        "Abandonner ce dépôt",
        "Abandonner le dépôt",
        "Le dépôt est abandonné : rien n’en est déposé.",
        abandon_deposit,
    ),
}


@require_POST
@depositor_required
def deposit_pieces(request: SupplierRequest, key: UUID) -> HttpResponse:
    """Add pieces to an incomplete deposit; then its page says what is still missing."""
    deposit = _deposit(request, key)
    form = PiecesForm(request.POST, request.FILES)
    if form.is_valid() and _added(request, deposit, form):
        target = reverse("deposit_detail", args=[deposit.key])
        return HttpResponseClientRedirect(target) if request.htmx else redirect(target)
    context = {
        "deposit": deposit,
        "form": form,
        "shortfall": shortfall_of(deposit),
        **form_facts(request.supplier),
    }
    name = "_complete_form" if request.htmx else "complete"
    return render(request, f"funding/deposits/{name}.html", context)


def _added(request: SupplierRequest, deposit: Deposit, form: PiecesForm) -> bool:
    file = form.cleaned_data["fichier"]
    try:
        add_pieces(
            deposit=deposit,
            user=request.user,
            content=file,
            name=file.name if file else "",
            archives=form.cleaned_data["documents"],
        )
    except DepositRefusedError as refusal:
        form.refuse(refusal)
        return False
    except ForbiddenMoveError as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


@require_http_methods(["GET", "POST"])
@depositor_required
def deposit_giving(request: SupplierRequest, key: UUID, name: str) -> HttpResponse:
    """Ask to confirm, then file without the missing pieces, or give the deposit up."""
    deposit, giving = _deposit(request, key), GIVINGS.get(name)
    if giving is None:
        raise Http404
    if request.method == "POST":
        return _done(request, deposit, giving.run, giving.done)
    if deposit.state != "incomplete":
        return redirect("deposit_detail", key=deposit.key)
    context = {
        "deposit": deposit,
        "giving": giving,
        "name": name,
        "shortfall": shortfall_of(deposit),
    }
    return render(request, "funding/deposits/giving.html", context)


@require_POST
@depositor_required
def deposit_withdraw(request: SupplierRequest, key: UUID, pk: int) -> HttpResponse:
    """Take a ZIP out of an incomplete deposit."""
    deposit = _deposit(request, key)
    archive = get_object_or_404(DepositArchive, deposit=deposit, pk=pk)
    done = f"Le ZIP « {archive.name} » est retiré du dépôt."
    return _done(request, deposit, withdraw_archive, done, archive=archive)


def _done(
    request: SupplierRequest, deposit: Deposit, run: Callable[..., Any], done: str, **more: Any
) -> HttpResponse:
    try:
        run(deposit=deposit, user=request.user, **more)
    except ForbiddenMoveError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("deposit_detail", key=deposit.key)


def _deposit(request: SupplierRequest, key: UUID) -> Deposit:
    deposits = Deposit.objects.of(request.supplier).select_related("file", "supplier", "scheme")
    deposit: Deposit = get_object_or_404(deposits, key=key)
    return deposit
