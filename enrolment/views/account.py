"""One's own account: name and telephone, the organisations one acts for or asks to join."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from enrolment.actions.accounts import change_own_details
from enrolment.actions.signup import ask_to_join, decide_join
from enrolment.doors import SupplierRequest, administrator_required
from enrolment.forms import JoinForm, PersonForm
from enrolment.models import JoinRequest, Membership
from segur_portal.common import clock


@require_http_methods(["GET", "POST"])
@login_required
def details(request: HttpRequest) -> HttpResponse:
    """One's own name and telephone."""
    user: Any = request.user
    initial = {name: getattr(user, name) for name in ("first_name", "last_name", "phone")}
    form = PersonForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        change_own_details(user, **form.cleaned_data)
        messages.success(request, "Vos informations sont enregistrées.")
        return redirect("account_details")
    return render(request, "enrolment/account/details.html", {"form": form})


@require_http_methods(["GET", "POST"])
@login_required
def organisations(request: HttpRequest) -> HttpResponse:
    """The organisations one acts for, the requests under way, and a form to ask for another."""
    user: Any = request.user
    if user.is_staff:
        raise PermissionDenied("Un agent de l’État n’agit pour aucun fournisseur.")
    form = JoinForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _asked(request, form):
        return redirect("organisations")
    today = clock.today()
    mine = Membership.objects.filter(user=user).select_related("supplier")
    asked = JoinRequest.objects.filter(user=user, confirmed_at__isnull=False)
    context = {
        "form": form,
        "memberships": mine.order_by("supplier__name", "pk"),
        "requests": asked.exclude(is_accepted=True).order_by("-requested_at"),
        "today": today,
    }
    return render(request, "enrolment/account/organisations.html", context)


def _asked(request: HttpRequest, form: JoinForm) -> bool:
    try:
        asked = ask_to_join(user=request.user, is_confirmed=True, **form.cleaned_data)  # type: ignore[arg-type]
    except ValidationError as refusal:
        form.add_error("siret", refusal)
        return False
    done = (
        "L’organisation est ouverte : vous en êtes l’administrateur."
        if asked.is_accepted
        else "Votre demande est transmise à l’organisation : vous serez prévenu de sa réponse."
    )
    messages.success(request, done)
    return True


@require_POST
@administrator_required
def join_decide(request: SupplierRequest, pk: int) -> HttpResponse:
    """Accept or refuse somebody who asks to act for the organisation."""
    waiting = JoinRequest.objects.filter(siret=request.supplier.siret, confirmed_at__isnull=False)
    asked = get_object_or_404(waiting.select_related("user"), pk=pk)
    accept = request.POST.get("reponse") == "accepter"
    try:
        decide_join(asked, actor=request.user, accept=accept)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        done = "est maintenant membre" if accept else "ne rejoint pas l’organisation"
        messages.success(request, f"{asked.user} {done}.")
    return redirect("members")
