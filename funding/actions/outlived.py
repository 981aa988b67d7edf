"""Which files a retention period speaks of, and which ones no period may touch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from enrolment.models import Specimen, SupportingDocument
from enrolment.rules.documents import DocumentKind
from funding.enums import Outcome
from funding.models import (
    Attachment,
    Deposit,
    DepositArchive,
    DepositDocument,
    DepositLine,
    Dispute,
    DisputePart,
    FundingRequest,
    PaymentRun,
)
from funding.workflow import DEPOSIT, DISPUTE, REQUEST
from orders.models import BaseImport
from pilots.models import PilotProof
from segur_portal.common import clock
from segur_portal.common.enums import RetentionKind, WindowKind
from segur_portal.common.models import IssuedDocument, StoredFile, Window

_OPEN = [name for name, state in REQUEST.states.items() if not state.is_final]
_DISPUTED = [name for name, state in DISPUTE.states.items() if not state.is_final]
_ENDED = [name for name, state in DEPOSIT.states.items() if state.is_final]
_IDENTITIES = [DocumentKind.IDENTITY.value, DocumentKind.PROXY_IDENTITY.value]


def _deposits(deposits: QuerySet[Deposit]) -> Q:
    """The JSON, the ZIP files and the PDFs of these deposits."""
    archives = DepositArchive.objects.filter(deposit__in=deposits)
    documents = DepositDocument.objects.filter(deposit__in=deposits, file__isnull=False)
    return (
        Q(pk__in=deposits.values("file"))
        | Q(pk__in=archives.values("file"))
        | Q(pk__in=documents.values("file"))
    )


def _live() -> QuerySet[FundingRequest]:
    """Requests that are not closed, and advances whose balance may still be asked, or is."""
    answered = FundingRequest.objects.filter(advance=OuterRef("pk"), state__in=_OPEN)
    balanced = FundingRequest.objects.filter(advance=OuterRef("pk"), state__in=REQUEST.live())
    awaits = Q(kind="AVANCE", state="paid", scheme__in=_awaiting_balances())
    return FundingRequest.objects.filter(
        Q(state__in=_OPEN) | Q(Exists(answered)) | awaits & ~Exists(balanced)
    ).order_by()


def _awaiting_balances() -> QuerySet[Any, Any]:
    """The schemes on which a balance may still be asked."""
    windows = Window.objects.filter(kind=WindowKind.BALANCE, closes_on__gte=clock.today())
    return windows.order_by().values("scheme")


def of_live_requests() -> Q:
    """Files of a deposit one of whose requests is not closed, or is an advance whose balance
    may still be asked, or is; of a
    deposit in a dispute under way; and of a deposit not treated yet."""
    live = _live()
    disputes = Dispute.objects.filter(state__in=_DISPUTED).order_by()
    deposits = Deposit.objects.filter(
        Q(pk__in=live.values("deposit"))
        | Q(pk__in=_answers(live).values("deposit"))
        | Q(pk__in=disputes.values("line__deposit"))
        | Q(pk__in=disputes.values("request__deposit"))
        | ~Q(state__in=_ENDED)
    ).order_by()
    return _deposits(deposits)


def _answers(requests: QuerySet[FundingRequest]) -> QuerySet[DepositLine]:
    """The lines of deposits that answered a correction of these requests: what they brought is
    theirs."""
    answered = DepositLine.objects.filter(outcome=Outcome.ANSWERED, request__in=requests)
    return answered.order_by()


def _identities(before: datetime) -> Q:
    pieces = SupportingDocument.objects.filter(
        kind__in=_IDENTITIES,
        enrolment__state__in=["final", "refused"],
        enrolment__state_since__lt=before,
        # Renewed, or brought by a change: as long after its own verification.
        deposited_at__lt=before,
    ).exclude(state="pending", replaced_at=None)
    pieces = pieces.exclude(reviewed_at__gte=before)
    return Q(pk__in=pieces.order_by().values("file"))


def _abandoned(before: datetime) -> Q:
    pieces = SupportingDocument.objects.filter(
        enrolment__state__in=["refused", "draft"], enrolment__state_since__lt=before
    )
    return Q(pk__in=pieces.order_by().values("file"))


def _failed(before: datetime) -> Q:
    deposits = Deposit.objects.filter(state__in=_ENDED, received_at__lt=before)
    answering = DepositLine.objects.filter(outcome=Outcome.ANSWERED).order_by()
    return _deposits(
        deposits.filter(requests=None).exclude(pk__in=answering.values("deposit")).order_by()
    )


def _closed(before: datetime) -> Q:
    last = Max("requests__state_since")
    old = Deposit.objects.order_by().annotate(last=last).filter(last__lt=before)
    answering = Deposit.objects.order_by().filter(lines__outcome=Outcome.ANSWERED)
    latest = Max("lines__request__state_since", filter=Q(lines__outcome=Outcome.ANSWERED))
    young = answering.annotate(latest=latest).filter(latest__gte=before)
    ended = Q(pk__in=old.values("pk")) | Q(pk__in=answering.filter(requests=None).values("pk"))
    return _deposits(Deposit.objects.order_by().filter(ended).exclude(pk__in=young.values("pk")))


def _issued(before: datetime) -> Q:
    issued = IssuedDocument.objects.filter(issued_at__lt=before, file__isnull=False)
    return Q(pk__in=issued.exclude(kind=IssuedDocument.Kind.MODEL).order_by().values("file"))


def _bases(before: datetime) -> Q:
    imports = BaseImport.objects.order_by()
    files = StoredFile.objects.filter(stored_at__lt=before, purpose=StoredFile.Purpose.BASE)
    named = Q(pk__in=imports.filter(file__isnull=False).values("file"))
    refused = Q(pk__in=imports.filter(refusals__isnull=False).values("refusals"))
    return Q(pk__in=files.filter(named | refused).values("pk"))


def _payments(before: datetime) -> Q:
    runs = PaymentRun.objects.filter(transmitted_at__lt=before).order_by()
    return Q(pk__in=runs.filter(transfer_file__isnull=False).values("transfer_file")) | Q(
        pk__in=runs.filter(slip_file__isnull=False).values("slip_file")
    )


def _specimens(before: datetime) -> Q:
    """A layout serves until its end: one under review, or compliant without end, is kept."""
    ended = Q(state="compliant", compliant_until__lt=before)
    left = Q(state__in=["not_compliant", "withdrawn"], submitted_at__lt=before)
    rows = Specimen.objects.filter(ended | left, file__isnull=False)
    return Q(pk__in=rows.order_by().values("file"))


def _pilots(before: datetime) -> Q:
    """Proofs serve every balance of their solution: the last request closed is what counts."""
    serving = FundingRequest.objects.filter(
        Q(state__in=_OPEN) | Q(state_since__gte=before),
        supplier=OuterRef("supplier"),
        order__solution=OuterRef("solution"),
    )
    rows = PilotProof.objects.filter(
        ~Exists(serving.order_by()), file__isnull=False, submitted_at__lt=before
    ).exclude(solution__scheme__in=_awaiting_balances())
    return Q(pk__in=rows.order_by().values("file"))


def _disputes(before: datetime) -> Q:
    ended = Dispute.objects.exclude(state__in=_DISPUTED).annotate(
        since=Coalesce("decided_at", "contested_at")
    )
    parts = DisputePart.objects.filter(
        file__isnull=False, dispute__in=ended.filter(since__lt=before).order_by().values("pk")
    ).exclude(dispute__request__in=_live())
    return Q(pk__in=parts.order_by().values("file"))


def _messages(before: datetime) -> Q:
    joined = Attachment.objects.filter(message__request__state_since__lt=before)
    return Q(pk__in=joined.exclude(message__request__in=_live()).order_by().values("file"))


_FILES: dict[RetentionKind, Callable[[datetime], Q]] = {
    RetentionKind.IDENTITY: _identities,
    RetentionKind.ABANDONED_ENROLMENT: _abandoned,
    RetentionKind.FAILED_DEPOSIT: _failed,
    RetentionKind.REQUEST: _closed,
    RetentionKind.ISSUED: _issued,
    RetentionKind.BASE: _bases,
    RetentionKind.PAYMENT: _payments,
    RetentionKind.SPECIMEN: _specimens,
    RetentionKind.PILOT: _pilots,
    RetentionKind.DISPUTE: _disputes,
    RetentionKind.MESSAGE: _messages,
}


def files_of(kind: str, before: datetime) -> Q:
    """The files of a kind whose event is older than `before`."""
    return _FILES[RetentionKind(kind)](before)
