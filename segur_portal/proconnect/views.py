"""The way to the provider, and the way back."""

from __future__ import annotations

import json
import secrets
from typing import Any

from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from .provider import NONCE_KEY, PROVIDER_ID, ProConnectAdapter

# What we ask to be told of the sign-in: how strong it was, by which means.
_CLAIMS = json.dumps({"id_token": {"amr": None, "acr": None}})


@require_POST
@login_not_required
def login(request: HttpRequest) -> HttpResponse:
    """Go and sign in at the provider."""
    provider = _provider(request)
    request.session[NONCE_KEY] = nonce = secrets.token_urlsafe(32)
    asked = {"nonce": nonce, "claims": _CLAIMS}
    if settings.OIDC_ACR_VALUES:
        asked["acr_values"] = settings.OIDC_ACR_VALUES
    answer: HttpResponse = provider.redirect(
        request, process=AuthProcess.LOGIN, next_url=None, auth_params=asked
    )
    return answer


@require_GET
@login_not_required
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the provider."""
    _provider(request)
    view = OAuth2CallbackView.adapter_view(ProConnectAdapter(request, PROVIDER_ID))
    answer: HttpResponse = view(request)
    return answer


def _provider(request: HttpRequest) -> Any:
    try:
        return get_adapter(request).get_provider(request, PROVIDER_ID)
    except SocialApp.DoesNotExist as absent:
        raise Http404 from absent
