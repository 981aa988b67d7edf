"""The way in: home, the organisation one acts for, the demonstration's date."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from enrolment.doors import SESSION_KEY
from enrolment.forms import ClockForm
from enrolment.models import Supplier
from enrolment.views.calendar import public_calendar
from segur_portal.common import clock


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The public landing page; those who are signed in go to their own side."""
    if not request.user.is_authenticated:
        return render(request, "enrolment/home.html", {"calendar": public_calendar()})
    return redirect("admin:index" if request.user.is_staff else "dashboard")


@login_required
@require_POST
def switch_supplier(request: HttpRequest) -> HttpResponse:
    """Act for another of one's organisations from now on.

    The pages left open in other tabs speak of the former one: their forms serve no more.
    """
    mine = Supplier.objects.of_member(request.user, clock.today())  # type: ignore[arg-type]
    chosen = request.POST.get("supplier", "")
    supplier = get_object_or_404(mine, pk=chosen if chosen.isdecimal() else 0)
    request.session[SESSION_KEY] = supplier.pk
    rotate_token(request)
    messages.success(request, f"Vous agissez maintenant pour {supplier.name}.")
    return redirect("dashboard")


@login_required
@require_POST
def move_clock(request: HttpRequest) -> HttpResponse:
    """Make the portal's clock run from the instant given. Exists in demonstration only."""
    if not settings.DEMONSTRATION:
        raise Http404
    form = ClockForm(request.POST)
    if form.is_valid():
        clock.move_to(form.cleaned_data["instant"])
        messages.success(request, "La date du portail est déplacée.")
    else:
        messages.error(request, "Indiquez une date et une heure, par exemple 15/09/2026 09:42.")
    return redirect(_safe_next(request))


def _safe_next(request: HttpRequest) -> str:
    """The page to return to, if it is one of ours."""
    target = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return target if own else "home"
