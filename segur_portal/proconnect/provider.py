"""The provider of agents, for allauth: what we ask of it, and what we check of its answers."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from segur_portal.common.mails import portal_url
from segur_portal.common.sign_in import SIGN_OUT_URL_KEY

from .tokens import verified_claims

PROVIDER_ID = "proconnect"
NONCE_KEY = "proconnect_nonce"


class ProConnectAdapter(OpenIDConnectOAuth2Adapter):
    """The exchange with the provider: every token is verified, signature, issuer, audience, nonce.

    The user's information may come as JSON or as a signed JWT, which is what ProConnect sends.
    """

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("proconnect_callback"))

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """The person, as the provider knows them. Raises OAuth2Error for a token not for us."""
        raw = kwargs["response"].get("id_token")
        if not raw:
            raise OAuth2Error("No id_token")
        claims = self._verified(raw, app)
        expected = request.session.pop(NONCE_KEY, "")
        if not expected or not secrets.compare_digest(str(claims.get("nonce", "")), expected):
            raise OAuth2Error("Wrong nonce")
        userinfo = self._fetch_user_info(token.token)
        if userinfo.get("sub") != claims["sub"]:
            raise OAuth2Error("The user's information is about somebody else")
        request.session[SIGN_OUT_URL_KEY] = self._sign_out_url(raw)
        data = {"userinfo": userinfo, "id_token": claims}
        return self.get_provider().sociallogin_from_response(request, data)

    def _fetch_user_info(self, access_token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {access_token}"}
        with get_adapter().get_requests_session() as session:
            response = session.get(self.profile_url, headers=headers)
            response.raise_for_status()
        if response.headers.get("Content-Type", "").startswith("application/jwt"):
            return self._verified(response.text, self.get_provider().app)
        found: dict[str, Any] = response.json()
        return found

    def _verified(self, token: str, app: SocialApp) -> dict[str, Any]:
        """The claims of a token of the provider, signed by one of its keys, for this portal."""
        config = self.openid_config
        with get_adapter().get_requests_session() as session:
            response = session.get(config["jwks_uri"])
            response.raise_for_status()
        return verified_claims(
            token, response.json(), issuer=config["issuer"], audience=app.client_id
        )

    def _sign_out_url(self, id_token: str) -> str:
        """Where to go to sign out at the provider too; empty when it does not offer it."""
        address = self.openid_config.get("end_session_endpoint", "")
        back = portal_url(reverse(settings.LOGOUT_REDIRECT_URL))
        query = {
            "id_token_hint": id_token,
            "post_logout_redirect_uri": back,
            "state": secrets.token_urlsafe(16),
        }
        return f"{address}?{urlencode(query)}" if address else ""


class ProConnectProvider(OpenIDConnectProvider):
    """The provider named by the environment."""

    id = PROVIDER_ID
    name = "ProConnect"
    oauth2_adapter_class = ProConnectAdapter

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        return reverse("proconnect_login")

    def get_callback_url(self) -> str:
        return reverse("proconnect_callback")

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """ProConnect calls the family name « usual_name »."""
        found: dict[str, Any] = super().extract_common_fields(data)
        found["last_name"] = found["last_name"] or data["userinfo"].get("usual_name")
        return found


provider_classes = [ProConnectProvider]
