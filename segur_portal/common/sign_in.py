"""How a session was opened, when a provider vouched for the person: kept in the session."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

SIGN_OUT_URL_KEY = "provider_sign_out_url"
_STRONG_KEY = "strong_sign_in"
# Values of « amr » by which a provider says that a second factor was used.
MULTIPLE_FACTORS = frozenset({"mfa"})


def note_sign_in(request: HttpRequest, user: Any, *, amr: Any) -> None:
    """Keep whether the provider says that this person used several factors."""
    means = {str(one) for one in amr} if isinstance(amr, list) else set()
    request.session[_STRONG_KEY] = user.pk if means & MULTIPLE_FACTORS else None


def is_strong(request: HttpRequest, user: Any) -> bool:
    """Whether this session was opened by this person with several factors at the provider."""
    return bool(user.pk) and request.session.get(_STRONG_KEY) == user.pk
