"""Issuing the portal's models of documents, blank or pre-filled: the same content once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from enrolment.models import Supplier
from segur_portal.common.issuing import issue_document
from segur_portal.common.models import IssuedDocument, Statement

BLANK = Statement._meta.label
Kind = IssuedDocument.Kind


def issue_model(*, data: Mapping[str, Any], supplier: Supplier | None = None) -> IssuedDocument:
    """Issue a model with this content: blank for everybody, or pre-filled for a supplier."""
    subject = (Supplier._meta.label if supplier else BLANK, _digest(data))
    return issue_document(kind=Kind.MODEL, subject=subject, recipient=supplier, data=data)


def blank_model(data: Mapping[str, Any]) -> IssuedDocument | None:
    """The blank model that has this very content; None until a worker issued it."""
    blanks = IssuedDocument.objects.filter(kind=Kind.MODEL, subject=BLANK, version=1)
    found: IssuedDocument | None = (
        blanks.filter(subject_id=_digest(data)).select_related("file").first()
    )
    return found


def models_of(supplier: Supplier) -> Any:
    """The pre-filled models of a supplier, the latest first."""
    return (
        IssuedDocument.objects.addressed_to(supplier.siret)
        .filter(kind=Kind.MODEL)
        .order_by("-issued_at", "-pk")
    )


def _digest(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()
