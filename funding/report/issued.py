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
from segur_portal.common import seal
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

# Kinds that the portal signs, and what the signature says.
SEALED: Mapping[str, str] = {IssuedDocument.Kind.PAYMENT_SLIP: "Bordereau de paiement approuvé"}


def draw(document: IssuedDocument) -> bytes:
    """The PDF of a document: `pdf/<kind>.html` with its data, and what is prepared for its kind.

    Raises TemplateDoesNotExist for a kind without a page, SealError when the seal cannot be read.
    """
    prepare = PREPARED.get(document.kind)
    is_sealed = document.kind in SEALED and seal.is_configured()
    context = {
        **document.data,
        **(prepare(document) if prepare else {}),
        "document": document,
        "sealed_by": seal.holder() if is_sealed else "",
        "verification_url": f"{settings.PORTAL_URL.rstrip('/')}{reverse('verification')}",
    }
    content = render_pdf(
        f"pdf/{document.kind}.html", context, attachment=_attachment(document, context)
    )
    return seal.seal_pdf(content, reason=SEALED[document.kind]) if is_sealed else content


def _attachment(document: IssuedDocument, context: Context) -> tuple[str, bytes] | None:
    data = context.get("attached", document.attached)
    if data is None:
        return None
    return f"{document.reference}.json", orjson.dumps(data, option=orjson.OPT_INDENT_2)
