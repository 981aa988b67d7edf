"""What each document that the portal issues shows: its template, its data, the file attached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from django.conf import settings
from django.urls import reverse

from segur_portal.common.models import IssuedDocument
from segur_portal.common.pdf import render_pdf

Context = Mapping[str, Any]
# Kinds whose page shows more than the data frozen with them.
PREPARED: Mapping[str, Callable[[IssuedDocument], Context]] = {}


def draw(document: IssuedDocument) -> bytes:
    """The PDF of a document: `pdf/<kind>.html` with its data, and what is prepared for its kind.

    Raises TemplateDoesNotExist for a kind without a page.
    """
    prepare = PREPARED.get(document.kind)
    context = {
        **document.data,
        **(prepare(document) if prepare else {}),
        "document": document,
        "verification_url": f"{settings.PORTAL_URL.rstrip('/')}{reverse('verification')}",
    }
    return render_pdf(
        f"pdf/{document.kind}.html", context, attachment=_attachment(document, context)
    )


def _attachment(document: IssuedDocument, context: Context) -> tuple[str, bytes] | None:
    data = context.get("attached", document.attached)
    if data is None:
        return None
    return f"{document.reference}.json", orjson.dumps(data, option=orjson.OPT_INDENT_2)
