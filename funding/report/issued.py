"""What each document that the portal issues shows: its template, its data, the file attached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from django.conf import settings
from django.urls import reverse

from funding.models import Deposit
from funding.report.deposit import report_of_deposit
from funding.report.document import report_document
from segur_portal.common.models import IssuedDocument
from segur_portal.common.pdf import render_pdf

Context = Mapping[str, Any]
Preparation = Callable[[IssuedDocument], Context]
# Beyond these the receipt names the attached file, which has them all.
SHOWN_FINDINGS = 5


def _deposit_receipt(document: IssuedDocument) -> Context:
    """The report of the deposit, line by line, and the same as data. Verdicts never change."""
    deposit = Deposit.objects.select_related("supplier", "scheme", "file", "base").get(
        pk=document.subject_id
    )
    report = report_of_deposit(deposit)
    return {
        "deposit": deposit,
        "supplier": {"name": deposit.supplier.name, "siret": deposit.supplier.siret},
        "file_rows": report.file_rows,
        "lines": [
            (one, one.rows[:SHOWN_FINDINGS], max(0, len(one.rows) - SHOWN_FINDINGS))
            for one in report.entries
        ],
        "attached": report_document(report),
    }


# Kinds whose page shows more than the data frozen with them.
PREPARED: Mapping[str, Preparation] = {IssuedDocument.Kind.DEPOSIT_RECEIPT: _deposit_receipt}


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
