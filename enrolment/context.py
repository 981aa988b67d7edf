"""What every page of the portal knows."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from enrolment.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from enrolment.doors import SESSION_KEY
from enrolment.models import Membership
from segur_portal.common import clock
from segur_portal.common.models import Notification


def portal(request: HttpRequest) -> dict[str, Any]:
    """The portal's date, whether it is a demonstration, and for whom the user acts.

    The memberships are read once, and only by a page that shows the header.
    """
    user = getattr(request, "user", None)
    is_member = bool(user and user.is_authenticated and not user.is_staff)
    memberships = SimpleLazyObject(lambda: _memberships(request) if is_member else [])
    return {
        "demonstration": settings.DEMONSTRATION,
        "demo_accounts": DEMO_ACCOUNTS if settings.DEMONSTRATION else (),
        "demo_password": DEMO_PASSWORD if settings.DEMONSTRATION else "",
        "agents_provider": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        "portal_now": clock.now(),
        "portal_nav": "supplier" if is_member else "staff" if _is_staff(user) else "public",
        "portal_unread": cache(lambda: _unread(user)),
        "portal_memberships": memberships,
        "portal_membership": SimpleLazyObject(lambda: _current(request, memberships)),
    }


def _is_staff(user: Any) -> bool:
    return bool(user and user.is_authenticated and user.is_staff)


def _unread(user: Any) -> int:
    if not (user and user.is_authenticated):
        return 0
    return Notification.objects.of(user).unread().count()


def _memberships(request: HttpRequest) -> list[Membership]:
    return list(
        Membership.objects.in_force(clock.today())
        .filter(user=request.user)
        .select_related("supplier")
        .order_by("supplier__name", "pk")
    )


def _current(request: HttpRequest, memberships: Any) -> Membership | None:
    """The membership the door used, or the one the next door would use."""
    if (used := getattr(request, "membership", None)) is not None:
        return used  # type: ignore[no-any-return]
    chosen = request.session.get(SESSION_KEY)
    return next(
        (one for one in memberships if one.supplier_id == chosen),
        next(iter(memberships), None),
    )
