"""Files given back as they came, to those who may see them."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from segur_portal.common.actions import read_file
from segur_portal.common.models import StoredFile

# Never run, not even a script that a viewer would find in it.
SANDBOX = "sandbox; default-src 'none'"


def attachment(file: StoredFile) -> HttpResponse:
    """The bytes of a file, verified, always as a download."""
    return HttpResponse(
        read_file(file),
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": content_disposition_header(True, file.name) or "attachment",
            "Content-Security-Policy": SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
