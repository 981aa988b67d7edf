"""Issuing documents: a row in the deed's transaction, a PDF rendered once by a worker.

    issue_document(
        kind=IssuedDocument.Kind.REFUSAL,
        subject=request,                       # what it speaks of
        recipient=request.supplier,            # who may download it: anything with a `siret`
        scheme_id=request.scheme_id,           # whose officers see it: all when there is none
        data={"reason": "…", "amount": "…"},   # what its template shows, frozen
    )

The page is `templates/pdf/<kind>.html`, which receives `document` and the keys of `data` (JSON
values: amounts as strings, dates already in words). What needs more than `data` is prepared in
`funding.report.issued`. Supplier's pages list `IssuedDocument.objects.about(subject)`.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from celery import current_app
from django.db import connection, models, transaction
from kombu.exceptions import OperationalError

from segur_portal.common import clock
from segur_portal.common.actions import store_file
from segur_portal.common.models import IssuedDocument, StoredFile
from segur_portal.common.models.issued import MAX_ATTEMPTS, new_code

logger = logging.getLogger(__name__)
TASK = "portal.render_document"
Kind = IssuedDocument.Kind
PREFIXES: Mapping[str, str] = {
    Kind.DEPOSIT_RECEIPT: "REC",
    Kind.ACCEPTANCE: "DEC",
    Kind.CORRECTION: "COR",
    Kind.REFUSAL: "DEC",
    Kind.CANCELLATION: "DEC",
    Kind.ADVANCE_NOTICE: "NOT",
    Kind.BALANCE_NOTICE: "NOT",
    Kind.RECOVERY: "REV",
    Kind.PAYMENT_STATEMENT: "REL",
    Kind.PAYMENT_SLIP: "BOR",
    Kind.ENROLMENT_RECEIPT: "ENR",
    Kind.MODEL: "MDL",
}


class Recipient(Protocol):
    """Who a document is addressed to."""

    siret: str


@transaction.atomic
def issue_document(
    *,
    kind: str,
    subject: models.Model | tuple[str, str],
    recipient: Recipient | None = None,
    scheme_id: str | None = None,
    version: int = 1,
    data: Mapping[str, Any] | None = None,
    attached: Any = None,
) -> IssuedDocument:
    """Issue a document about `subject` and have a worker render it once the deed is committed.

    Idempotent: the same kind, subject and version give back the document already issued, whatever
    `data`. `subject` is a row, or a label and an identifier for what has no row. `attached` is
    placed in the PDF as a JSON file (PDF/A-3u). Without `recipient` no supplier may download it.
    """
    label, pk = subject if isinstance(subject, tuple) else (subject._meta.label, str(subject.pk))
    identity = {"kind": kind, "subject": label, "subject_id": pk, "version": version}
    if known := IssuedDocument.objects.filter(**identity).first():
        return known  # type: ignore[no-any-return]
    number, issued_at = _next_number(), clock.now()
    document, is_new = IssuedDocument.objects.get_or_create(
        **identity,
        defaults={
            "pk": number,
            "reference": f"{PREFIXES[kind]}-{clock.today():%Y%m%d}-{number:06d}",
            "code": new_code(),
            "scheme_id": scheme_id,
            "recipient_siret": recipient.siret if recipient else "",
            "data": dict(data or {}),
            "attached": attached,
            "issued_at": issued_at,
        },
    )
    if is_new:
        transaction.on_commit(lambda: wake_renderer(document.pk))
    return document


def next_version(kind: str, subject: models.Model) -> int:
    """The version of the next document of that kind about `subject`, whose row the deed locks."""
    return IssuedDocument.objects.about(subject).filter(kind=kind).count() + 1


def wake_renderer(document_id: int) -> None:
    """Tell a worker that a document waits; the sweeper renders what a silent broker forgot."""
    try:
        current_app.send_task(TASK, args=[document_id])
    except (OperationalError, OSError):
        logger.warning("The broker did not answer; document %s waits.", document_id)


def render_document(document_id: int, draw: Callable[[IssuedDocument], bytes]) -> bool:
    """Draw a document and store its file; True when this call did.

    Safe to call twice, or in two workers at once: the second finds the row locked or finished.
    The attempt is counted before it is made, so that a document that stops its worker is given up
    after a few. Raises what `draw` raises.
    """
    tried = IssuedDocument.objects.waiting().filter(pk=document_id)
    if not tried.update(attempts=models.F("attempts") + 1):
        return False
    with transaction.atomic():
        rows = IssuedDocument.objects.select_for_update(skip_locked=True, of=("self",))
        document = rows.filter(pk=document_id, file=None).first()
        if document is None:
            return False
        try:
            content = draw(document)
        except Exception:
            _tell(document)
            raise
        document.file = store_file(
            io.BytesIO(content), name=document.file_name, purpose=StoredFile.Purpose.ISSUED
        )
        document.save(update_fields=["file"])
    return True


def retry_document(document: IssuedDocument) -> None:
    """Try again a document that was given up."""
    IssuedDocument.objects.filter(pk=document.pk, file=None).update(attempts=0)
    transaction.on_commit(lambda: wake_renderer(document.pk))


def _tell(document: IssuedDocument) -> None:
    if document.attempts >= MAX_ATTEMPTS:
        logger.error("Document %s was given up.", document.reference)


def _next_number() -> int:
    with connection.cursor() as cursor:
        table = IssuedDocument._meta.db_table
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        return int(cursor.fetchone()[0])
