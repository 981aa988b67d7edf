"""Deleting files at the end of their period: set by set, recorded, never one of a live request.

Decided first, in one transaction with its record; erased from the storage after: a crash between
the two is finished by the next run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from dateutil.relativedelta import relativedelta
from django.core.cache import caches
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from enrolment.models import SupportingDocument, User
from enrolment.rules.documents import DocumentKind
from funding.enums import Outcome
from funding.models import (
    Deposit,
    DepositArchive,
    DepositDocument,
    DepositLine,
    Dispute,
    FundingRequest,
    PaymentRun,
)
from funding.workflow import DEPOSIT, DISPUTE, REQUEST
from orders.models import BaseImport
from segur_portal.common import clock
from segur_portal.common.enums import RetentionKind, WindowKind
from segur_portal.common.models import (
    FileDeletion,
    IssuedDocument,
    RetentionPeriod,
    StoredFile,
    Window,
)

logger = logging.getLogger(__name__)
AT_ONCE = 1_000
# Of the file system and of S3: one file that resists does not keep the others.
_STORAGE_ERRORS = (OSError, BotoCoreError, ClientError)
DELETED_NAME = "fichier supprimé"
_OPEN = [name for name, state in REQUEST.states.items() if not state.is_final]
_DISPUTED = [name for name, state in DISPUTE.states.items() if not state.is_final]
_ENDED = [name for name, state in DEPOSIT.states.items() if state.is_final]
_IDENTITIES = [DocumentKind.IDENTITY.value, DocumentKind.PROXY_IDENTITY.value]


def purge(*, actor: User | None = None, is_dry_run: bool = False) -> dict[str, int]:
    """Delete what every period in force has outlived; how many files, by kind.

    A dry run counts and changes nothing.
    """
    counts = {}
    for period in RetentionPeriod.objects.filter(is_active=True).order_by("kind"):
        files = outlived(period)
        counts[period.kind] = files.count() if is_dry_run else _delete_all(period, files, actor)
    if not is_dry_run:
        erase_decided()
    return counts


def outlived(period: RetentionPeriod) -> QuerySet[StoredFile]:
    """The files that this period has outlived, at this moment of the portal's clock."""
    before = clock.now() - relativedelta(months=period.months)
    ids = _FILES[RetentionKind(period.kind)](before)
    files = StoredFile.objects.filter(ids, deleted_at=None)
    return files.exclude(_of_live_requests())


def _deposits(deposits: QuerySet[Deposit]) -> Q:
    """The JSON, the ZIP files and the PDFs of these deposits."""
    archives = DepositArchive.objects.filter(deposit__in=deposits)
    documents = DepositDocument.objects.filter(deposit__in=deposits, file__isnull=False)
    return (
        Q(pk__in=deposits.values("file"))
        | Q(pk__in=archives.values("file"))
        | Q(pk__in=documents.values("file"))
    )


def _of_live_requests() -> Q:
    """Files of a deposit one of whose requests is not closed, or is an advance whose balance
    may still be asked, or is; of a
    deposit in a dispute under way; and of a deposit not treated yet."""
    answered = FundingRequest.objects.filter(advance=OuterRef("pk"), state__in=_OPEN)
    balanced = FundingRequest.objects.filter(advance=OuterRef("pk"), state__in=REQUEST.live())
    open_windows = Window.objects.filter(kind=WindowKind.BALANCE, closes_on__gte=clock.today())
    awaits = Q(kind="AVANCE", state="paid", scheme__in=open_windows.values("scheme"))
    live = FundingRequest.objects.filter(
        Q(state__in=_OPEN) | Q(Exists(answered)) | awaits & ~Exists(balanced)
    ).order_by()
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
    ).exclude(state="pending", replaced_at=None)
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


_FILES: dict[RetentionKind, Callable[[datetime], Q]] = {
    RetentionKind.IDENTITY: _identities,
    RetentionKind.ABANDONED_ENROLMENT: _abandoned,
    RetentionKind.FAILED_DEPOSIT: _failed,
    RetentionKind.REQUEST: _closed,
    RetentionKind.ISSUED: _issued,
    RetentionKind.BASE: _bases,
    RetentionKind.PAYMENT: _payments,
}


def _delete_all(period: RetentionPeriod, files: QuerySet[StoredFile], actor: User | None) -> int:
    total = 0
    while count := _delete_some(period, files, actor):
        total += count
    return total


@transaction.atomic
def _delete_some(period: RetentionPeriod, files: QuerySet[StoredFile], actor: User | None) -> int:
    """Record the deletion of some files, whose names are forgotten; returns how many."""
    now = clock.now()
    locked = list(files.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:AT_ONCE])
    why = f"{period.get_kind_display()} : {period.months} mois. Source : {period.source}"
    FileDeletion.objects.bulk_create(
        FileDeletion(
            file=stored,
            kind=period.kind,
            purpose=stored.purpose,
            size=stored.size,
            sha256=stored.sha256,
            stored_at=stored.stored_at,
            why=why[:300],
            decided_at=now,
            decided_by=actor,
        )
        for stored in locked
    )
    StoredFile.objects.filter(pk__in=[stored.pk for stored in locked]).update(
        deleted_at=now, name=DELETED_NAME
    )
    return len(locked)


def erase_decided() -> int:
    """Have the storage let go of the bytes of what was deleted; returns how many files.

    A file that the storage cannot erase now is tried again at the next run.
    """
    erased = 0
    waiting: Any = FileDeletion.objects.filter(erased_at=None).select_related("file")
    for deletion in waiting.order_by("pk").iterator(chunk_size=AT_ONCE):
        content = deletion.file.content
        try:
            content.storage.delete(content.name)
        except _STORAGE_ERRORS:
            logger.exception("File %s is not erased.", deletion.file.key)
            continue
        numbers = [f"{deletion.sha256}-{number}" for number in range(1, 51)]
        caches["pages"].delete_many([f"{deletion.sha256}-texts", *numbers])
        FileDeletion.objects.filter(pk=deletion.pk).update(erased_at=clock.now())
        erased += 1
    return erased
