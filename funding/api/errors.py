"""Every refusal of the API: a stable code, a French sentence, and the findings of a file."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, TooManyFilesSent
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions, status
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

from segur_portal.common.french import typographic

_CODES = {
    status.HTTP_400_BAD_REQUEST: ("API-400", "L’appel est mal formé."),
    status.HTTP_401_UNAUTHORIZED: (
        "API-401",
        "Joignez une clé d’API : en-tête « Authorization: Bearer segur_… ».",
    ),
    status.HTTP_403_FORBIDDEN: ("API-403", "Cette clé ne permet pas cet appel."),
    status.HTTP_404_NOT_FOUND: ("API-404", "Rien de tel pour votre organisation."),
    status.HTTP_405_METHOD_NOT_ALLOWED: ("API-405", "Cette adresse ne répond pas à cette méthode."),
    status.HTTP_406_NOT_ACCEPTABLE: ("API-406", "L’API ne répond qu’en JSON."),
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: (
        "API-415",
        "Envoyez le fichier seul (application/json) ou dans un formulaire (multipart/form-data).",
    ),
    status.HTTP_429_TOO_MANY_REQUESTS: ("API-429", "Trop d’appels : réessayez plus tard."),
}


class ApiError(APIException):
    """A refusal with its own status, code and sentence."""

    def __init__(self, http_status: int, code: str, message: str, **more: Any) -> None:
        super().__init__(message, code)
        self.status_code, self.message, self.more = http_status, message, more


def refusal(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to any refusal; what is none is a failure of the portal (None: a 500)."""
    if isinstance(error, MultiPartParserError | TooManyFilesSent):
        error = exceptions.ParseError()
    answer: Response | None = exception_handler(error, context)
    if answer is None:
        return None
    if isinstance(error, ApiError):
        answer.data = _document(error.get_codes(), error.message, **error.more)
        return answer
    code, message = _CODES.get(answer.status_code, (f"API-{answer.status_code}", "Appel refusé."))
    own = error.detail if isinstance(error, exceptions.AuthenticationFailed) else None
    if isinstance(error, exceptions.PermissionDenied | PermissionDenied):
        own = context["view"].permission_classes[0].message
    more = {"reessayerDans": answer["Retry-After"]} if "Retry-After" in answer else {}
    if isinstance(error, Http404):
        own = None
    answer.data = _document(code, str(own or message), **more)
    return answer


def _document(code: Any, message: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "message": typographic(message), **more}
