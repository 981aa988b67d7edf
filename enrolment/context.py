"""What every page of the portal knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from segur_portal.common import clock


def portal(request: HttpRequest) -> dict[str, Any]:
    """The portal's date, and whether it is a demonstration."""
    return {"demonstration": settings.DEMONSTRATION, "portal_now": clock.now()}
