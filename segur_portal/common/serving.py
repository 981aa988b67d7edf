"""The only way a stored file reaches a browser. The caller has checked who asks, for what."""

from __future__ import annotations

from typing import Any

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
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_CLOSED = {
    StoredFile.Scan.INFECTED.value: "Ce fichier est infecté : il est isolé et ne s’ouvre pas.",
    StoredFile.Scan.SKIPPED.value: "Ce fichier n’a pas été analysé : il ne s’ouvre pas.",
}
_NOT_YET = "Ce fichier attend son analyse antivirus : réessayez dans quelques minutes."


def serve_file(stored: StoredFile, *, name: str = "") -> HttpResponseBase:
    """The file, to be saved. Raises PermissionDenied, in French, while the antivirus has not
    found it clean, and OSError when the bytes are no longer those received."""
    if not is_open(stored):
        raise PermissionDenied(_CLOSED.get(stored.scan_state, _NOT_YET))
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


def private(response: HttpResponseBase) -> HttpResponseBase:
    """The response, that no cache keeps and that runs nothing."""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _SANDBOX
    return response
