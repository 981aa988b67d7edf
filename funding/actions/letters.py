"""The letters that a deed on a request sends: its decision, and the calculation it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from funding.models import Deposit, FundingRequest
from segur_portal.common.enums import Kind, ReasonSubject
from segur_portal.common.issuing import issue_document, next_version
from segur_portal.common.models import IssuedDocument, Reason

Letter = IssuedDocument.Kind
LETTERS: Mapping[str, str] = {
    "accept": Letter.ACCEPTANCE,
    "request_correction": Letter.CORRECTION,
    "refuse": Letter.REFUSAL,
    "cancel": Letter.CANCELLATION,
    "expire": Letter.CANCELLATION,
}


def issue_letters(
    request: FundingRequest, move: str, *, reason_code: str = "", note: str = ""
) -> list[IssuedDocument]:
    """Issue what a move of a request makes due: its letter and, accepted, the notice of the amount.

    Called in the transaction of the move, whose row is locked. A move that says nothing to the
    supplier issues nothing.
    """
    letter = LETTERS.get(move)
    if letter is None:
        return []
    data = {
        **_request_data(request),
        "reason": reason_words(reason_code),
        "note": note,
        "is_automatic": move == "expire",
    }
    issued = [_issue(letter, request, data)]
    if move == "accept":
        is_advance = request.kind == Kind.ADVANCE
        notice = Letter.ADVANCE_NOTICE if is_advance else Letter.BALANCE_NOTICE
        issued.append(_issue(notice, request, {**data, "pricing": request.explained}))
    return issued


def reason_words(code: str) -> str:
    """A coded reason of a request as people read it; nothing without a code."""
    return Reason.objects.words(ReasonSubject.REQUEST).get(code, "") if code else ""


def issue_recovery(
    request: FundingRequest, *, amount: str, instructions: str = "", note: str = ""
) -> IssuedDocument:
    """Issue the order to pay back `amount` (euros and cents) of an advance; `instructions` say
    how. Called in the transaction that decides the recovery."""
    data = {"amount": amount, "instructions": instructions, "note": note}
    return _issue(Letter.RECOVERY, request, {**_request_data(request), **data})


def issue_receipt(deposit: Deposit) -> IssuedDocument:
    """Issue the receipt of a treated deposit; its rows are read when it is laid out, since the
    verdicts of a treated deposit never change."""
    return issue_document(
        kind=Letter.DEPOSIT_RECEIPT,
        subject=deposit,
        recipient=deposit.supplier,
        scheme_id=deposit.scheme_id,
    )


def _issue(kind: str, request: FundingRequest, data: Mapping[str, Any]) -> IssuedDocument:
    return issue_document(
        kind=kind,
        subject=request,
        recipient=request.supplier,
        scheme_id=request.scheme_id,
        version=next_version(kind, request),
        data=data,
    )


def _request_data(request: FundingRequest) -> dict[str, Any]:
    """What every letter about a request says of it, as it is now."""
    return {
        "supplier": {"name": request.supplier.name, "siret": request.supplier.siret},
        "request": {
            "number": request.number,
            "reference": request.reference,
            "kind": request.kind,
            "kind_label": request.get_kind_display(),
            "scheme": request.scheme_id,
            "software": request.scheme.software,
            "client": request.client_name,
            "order": request.order.number,
            "received_at": request.received_at,
            "deposit": request.deposit.number,
            "net": str(request.net),
            "vat": str(request.vat),
            "gross": str(request.gross),
            "amount_due": str(request.amount_due),
        },
    }
