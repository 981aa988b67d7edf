"""Who calls: the key of an organisation, what it opens, how often."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from enrolment.actions.tokens import recognise_token
from enrolment.enums import TokenRole
from enrolment.models import ApiToken, User

SCHEME = "Bearer"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer segur_…`; `request.auth` is the key, whose supplier is the caller."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        token = recognise_token(secret.strip())
        if token is None:
            raise AuthenticationFailed("Cette clé est inconnue, expirée ou révoquée.")
        return token.created_by, token

    def authenticate_header(self, request: Request) -> str:
        return f'{SCHEME} realm="api"'


class TokenScheme(OpenApiAuthenticationExtension):
    """How the published schema says it."""

    target_class = TokenAuthentication
    name = "cleApi"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class MayCall(BasePermission):
    """A key reads; only that of a depositor deposits and simulates."""

    message = "Cette clé lit seulement : créez-en une qui dépose."

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, ApiToken):
            return False
        return request.method in SAFE_METHODS or request.auth.role == TokenRole.DEPOSITOR


class TokenThrottle(SimpleRateThrottle):
    """So many calls by key; sending has its own, smaller allowance."""

    def __init__(self) -> None:
        """The rate is read at each call, with its method."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        kind = "read" if request.method in SAFE_METHODS else "write"
        self.scope = f"api-{kind}"
        self.rate = settings.API_RATES[kind]
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return bool(super().allow_request(request, view))

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        caller = request.auth.pk if isinstance(request.auth, ApiToken) else self.get_ident(request)
        return f"{self.scope}-{caller}"
