"""The only way a stored file reaches a browser. The caller has checked who asks, for what.

Doors (views, API, admin, reports) never open a stored file by themselves: a house test sees to it.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from segur_portal.common.actions import CHUNK, read_file
from segur_portal.common.antivirus import is_open
from segur_portal.common.models import StoredFile

PRESIGNED_SECONDS = 60
# Verified in memory up to this size; larger files are sent as they are read.
VERIFIED_BYTES = 64 * 1024 * 1024
SAFE_TYPE = "application/octet-stream"
# Framed by a page of ours only, with nothing that a browser may run in it.
_FRAMED = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_CLOSED = {
    StoredFile.Scan.INFECTED.value: "Ce fichier est infecté : il est isolé et ne s’ouvre pas.",
    StoredFile.Scan.SKIPPED.value: "Ce fichier n’a pas été analysé : il ne s’ouvre pas.",
}
_DELETED = "Ce fichier a été supprimé le {day:%d/%m/%Y}, au terme de sa durée de conservation."
_NOT_YET = "Ce fichier attend son analyse antivirus : réessayez dans quelques minutes."

_Response = TypeVar("_Response", bound=HttpResponseBase)


def why_closed(stored: StoredFile | None) -> str:
    """Why nobody may open the file yet, in French; empty when it opens, or when there is none."""
    if stored is None or is_open(stored):
        return ""
    if stored.deleted_at is not None:
        return _DELETED.format(day=stored.deleted_at)
    return _CLOSED.get(stored.scan_state, _NOT_YET)


def open_file(stored: StoredFile) -> bytes:
    """The bytes, for a door that draws or sorts them. Raises as `serve_file`."""
    if reason := why_closed(stored):
        raise PermissionDenied(reason)
    return read_file(stored)


def show_pdf(stored: StoredFile) -> HttpResponse:
    """A PDF inside a page of ours. Raises as `serve_file`."""
    response = private(HttpResponse(open_file(stored), content_type="application/pdf"))
    response["Content-Disposition"] = "inline"
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Content-Security-Policy"] = _FRAMED
    return response


def check_open(stored: StoredFile) -> None:
    """Raises PermissionDenied, in French, while the antivirus has not found the file clean."""
    if reason := why_closed(stored):
        raise PermissionDenied(reason)


def serve_file(stored: StoredFile, *, name: str = "") -> HttpResponseBase:
    """The file, to be saved. Raises PermissionDenied, in French, while the antivirus has not
    found it clean, and OSError when the bytes are no longer those received."""
    if reason := why_closed(stored):
        raise PermissionDenied(reason)
    disposition = content_disposition_header(True, name or stored.name) or "attachment"
    if settings.SERVE_PRESIGNED and hasattr(default_storage, "bucket"):
        storage: Any = default_storage
        address = storage.url(
            stored.content.name,
            parameters={
                "ResponseContentDisposition": disposition,
                "ResponseContentType": SAFE_TYPE,
            },
            expire=PRESIGNED_SECONDS,
        )
        return private(HttpResponseRedirect(address))
    response: HttpResponseBase
    if stored.size <= VERIFIED_BYTES:
        response = HttpResponse(read_file(stored), content_type=SAFE_TYPE)
    else:
        response = StreamingHttpResponse(stored.content.chunks(CHUNK), content_type=SAFE_TYPE)
    response["Content-Length"] = str(stored.size)
    response["Content-Disposition"] = disposition
    return private(response)


def private(response: _Response) -> _Response:
    """The response, that no cache keeps and that runs nothing."""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _SANDBOX
    return response
