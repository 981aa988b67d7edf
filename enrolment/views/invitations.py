"""The page of an invitation's link: join with one's account, or open one."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from enrolment.actions.invitations import (
    accept_invitation,
    find_invitation,
    open_invited_account,
)
from enrolment.doors import SESSION_KEY
from enrolment.forms import InvitedPersonForm
from enrolment.models import Invitation, User
from segur_portal.common import clock

PAGE = "enrolment/members/invitation.html"


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What is offered, by whom; then one button, or the opening of an account."""
    invited = find_invitation(token)
    if invited is None or not invited.is_open(clock.now()):
        return render(request, PAGE, {"is_closed": True}, status=410)
    if request.user.is_authenticated:
        return _for_member(request, invited)
    if User.objects.filter(email__iexact=invited.email).exists():
        return render(request, PAGE, {"invitation": invited, "must_sign_in": True})
    return _for_newcomer(request, invited)


def _for_member(request: HttpRequest, invited: Invitation) -> HttpResponse:
    user: Any = request.user
    context: dict[str, Any] = {"invitation": invited}
    if request.method == "POST":
        try:
            accept_invitation(invited, user=user)
        except ValidationError as refusal:
            context["refusal"] = " ".join(refusal.messages)
        else:
            return _joined(request, invited)
    elif user.email.lower() != invited.email.lower():
        context["is_other"] = True
    return render(request, PAGE, context)


def _for_newcomer(request: HttpRequest, invited: Invitation) -> HttpResponse:
    form = InvitedPersonForm(invited.email, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            user = open_invited_account(invited, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            login(request, user, "django.contrib.auth.backends.ModelBackend")
            record_authentication(request, user, method="password", email=user.email)
            return _joined(request, invited)
    return render(request, PAGE, {"invitation": invited, "form": form})


def _joined(request: HttpRequest, invited: Invitation) -> HttpResponse:
    request.session[SESSION_KEY] = invited.supplier_id
    messages.success(request, f"Vous êtes membre de {invited.supplier}.")
    return redirect("dashboard")
