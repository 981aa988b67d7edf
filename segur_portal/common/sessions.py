"""How long a session lasts, and what a browser may keep of a private page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from segur_portal.common import clock

GetResponse = Callable[[HttpRequest], HttpResponse]
STARTED, SEEN = "session_started_at", "session_seen_at"
# The session is written once a minute at most.
PRECISION = timedelta(minutes=1)
EXPIRED = "Votre session est terminée : reconnectez-vous. Rien de ce qui était déposé n’est perdu."
# Nothing of the device is of use here.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope"),
        *("magnetometer", "microphone", "midi", "payment", "usb"),
    )
)


class SessionLimitMiddleware:
    """Ends a session left idle, or open for too long, on the machine's own clock.

    Idle is SESSION_IDLE_STAFF for agents, SESSION_IDLE for suppliers; SESSION_ABSOLUTE for all.
    A page that refreshes itself (an address named `…_progress`) is nobody's activity.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        now = clock.machine_now()
        if self._is_over(request, now):
            return self._end(request)
        response = self.get_response(request)
        self._note(request, now)
        return response

    def _is_over(self, request: HttpRequest, now: datetime) -> bool:
        started, seen = (request.session.get(key) for key in (STARTED, SEEN))
        if not started or not seen:
            return False
        is_staff = request.user.is_authenticated and request.user.is_staff
        idle = settings.SESSION_IDLE_STAFF if is_staff else settings.SESSION_IDLE
        return (
            now - datetime.fromisoformat(seen) > idle
            or now - datetime.fromisoformat(started) > settings.SESSION_ABSOLUTE
        )

    def _end(self, request: HttpRequest) -> HttpResponse:
        logout(request)
        messages.info(request, EXPIRED)
        response = redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        if request.headers.get("HX-Request"):
            # htmx would show the sign-in page inside the page.
            return HttpResponse(headers={"HX-Redirect": response["Location"]})
        return response

    def _note(self, request: HttpRequest, now: datetime) -> None:
        match = request.resolver_match
        if not request.user.is_authenticated or (
            match and str(match.url_name).endswith("_progress")
        ):
            return
        seen = request.session.get(SEEN)
        request.session.setdefault(STARTED, now.isoformat())
        if not seen or now - datetime.fromisoformat(seen) >= PRECISION:
            request.session[SEEN] = now.isoformat()


class PrivatePagesMiddleware:
    """Neither the browser nor a proxy keeps a page shown to somebody who signed in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response
