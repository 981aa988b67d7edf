"""The officers' administration site: who enters, through which door, under which CSP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from unfold.sites import UnfoldAdminSite

from segur_portal.common import clock
from segur_portal.common.french import NARROW, day

# The theme's Alpine.js evaluates the expressions of its attributes: it needs `unsafe-eval` and
# nothing else. No inline script, and only the officers' pages: the others stay strict.
CONTENT_SECURITY_POLICY = {
    "default-src": [NONE],
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    # A document beside its checklist.
    "frame-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "object-src": [NONE],
}
View = Callable[..., HttpResponse]
OWN_APPS = frozenset({"common", "enrolment", "orders", "pilots", "funding"})


class PortalAdminConfig(AdminConfig):
    default_site = "segur_portal.admin_site.PortalAdminSite"


class PortalAdminSite(UnfoldAdminSite):
    """Signing in, out and changing a password are the portal's own, with its second factor."""

    index_title = "Tableau de bord"
    index_template = "admin/dashboard.html"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, *args: Any, **options: Any) -> None:
        """Only our own pages: those that libraries bring would show secrets or skip the deeds."""
        one = isinstance(model_or_iterable, type)
        models: list[Any] = [model_or_iterable] if one else list(model_or_iterable)
        own = [model for model in models if model._meta.app_label in OWN_APPS]
        super().register(own, *args, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """To the portal's sign-in; a supplier's member who is signed in has no business here."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied("Cette partie du portail est réservée aux agents.")
        if self.has_permission(request):
            return redirect("admin:index")
        target = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': target})}")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """To the portal's own page, which asks for the second factor."""
        return redirect("account_change_password")

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Every page of the site answers under the site's own content security policy."""
        inner = super().admin_view(view, cacheable)

        def with_policy(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response: Any = inner(request, *args, **kwargs)
            response._csp_replace = CONTENT_SECURITY_POLICY
            return response  # type: ignore[no-any-return]

        return with_policy


def environment(request: HttpRequest) -> list[str]:
    """The label of every page: the portal's date, and whether this is a demonstration."""
    now = clock.now().astimezone(clock.PARIS)
    date = f"{day(now.date())} {now:%H}{NARROW}h{NARROW}{now:%M}"
    return [f"Démonstration · {date}", "warning"] if settings.DEMONSTRATION else [date, "info"]
