"""Doors of the supplier's side: which supplier a user acts for, and with which role.

A view behind a door finds `request.supplier` and `request.membership`, and reaches every object
through `….of(request.supplier)`: another supplier's object does not exist for it (404).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django_htmx.middleware import HtmxDetails

from enrolment.models import Membership, Supplier, User
from segur_portal.common import clock

SESSION_KEY = "supplier_id"
_HOUR = 3600
_ENDED = (
    "Vous n’agissez plus pour l’organisation de cette page : rien n’est enregistré. Revenez à "
    "l’accueil."
)


class SupplierRequest(HttpRequest):
    """A request made for a supplier by one of its members."""

    user: User
    supplier: Supplier
    membership: Membership
    htmx: HtmxDetails


View = Callable[..., HttpResponseBase]


def current_membership(request: HttpRequest) -> Membership | None:
    """The membership this user acts under: the one chosen in the session, or the first in force."""
    if not request.user.is_authenticated:
        return None
    memberships = (
        Membership.objects.in_force(clock.today())
        .filter(user=request.user)
        .select_related("supplier")
        .order_by("supplier__name", "pk")
    )
    chosen = request.session.get(SESSION_KEY)
    return memberships.filter(supplier=chosen).first() if chosen else memberships.first()


def supplier_required(view: View) -> View:
    """Opens a view to the members of a supplier; officers go to their own side."""

    @login_required
    @wraps(view)
    def door(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        membership = current_membership(request)
        if membership is None and request.session.pop(SESSION_KEY, None):
            # What was typed for one organisation is never done for another.
            if request.method not in ("GET", "HEAD"):
                raise PermissionDenied(_ENDED)
            membership = current_membership(request)
        if membership is None:
            if request.user.is_staff:
                return redirect("admin:index")
            return redirect("organisations")
        request.membership, request.supplier = membership, membership.supplier
        return view(request, *args, **kwargs)

    return door


def administrator_required(view: View) -> View:
    """Opens a view to those who manage the members of their organisation.

    What is sent there asks to have signed in a moment ago: rights of others are at stake.
    """

    recently = reauthentication_required(allow_get=True)(view)

    @supplier_required
    @wraps(view)
    def door(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.membership.is_administrator:
            raise PermissionDenied("Seul un administrateur de l’organisation gère ses membres.")
        answer: HttpResponseBase = recently(request, *args, **kwargs)
        return answer

    return door


def depositor_required(view: View) -> View:
    """Opens a view to the members who may deposit for their supplier."""

    @supplier_required
    @wraps(view)
    def door(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.membership.may_deposit:
            raise PermissionDenied("Votre rôle ne permet pas de déposer pour ce fournisseur.")
        return view(request, *args, **kwargs)

    return door


def is_too_many(request: HttpRequest, door: str, allowed: int) -> bool:
    """Count this try of the caller's address; whether it is one too many for the hour."""
    key = f"{door}:{get_adapter().get_client_ip(request)}"
    cache.add(key, 0, _HOUR)
    try:
        return bool(cache.incr(key) > allowed)
    except ValueError:  # the hour ended between the two
        return False
