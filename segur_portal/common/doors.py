"""Who may open a view. A door checks who asks; the queryset of the owner does the rest."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from segur_portal.common.sign_in import is_strong

GetResponse = Callable[[HttpRequest], HttpResponse]


class MandatoryMfaMiddleware:
    """Sends agents without a second factor to the page where they add one.

    A factor used at the agents' provider, as it says itself, counts. Everything else stays closed
    to them until then; mandatory outside demonstration mode.
    """

    OPEN_PREFIXES = ("/comptes/", "/static/")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._must_add_factor(request):
            return redirect(reverse("mfa_index"))
        return self.get_response(request)

    def _must_add_factor(self, request: HttpRequest) -> bool:
        if not settings.MFA_MANDATORY_FOR_STAFF or request.path.startswith(self.OPEN_PREFIXES):
            return False
        user = request.user
        if not user.is_authenticated or not user.is_staff or is_strong(request, user):
            return False
        from allauth.mfa.utils import is_mfa_enabled

        return not is_mfa_enabled(user)
