"""Deleting files at the end of their period: set by set, recorded, never one of a live request.

Decided first, in one transaction with its record; erased from the storage after: a crash between
the two is finished by the next run.
"""

from __future__ import annotations

import logging
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from dateutil.relativedelta import relativedelta
from django.core.cache import caches
from django.db import transaction
from django.db.models import QuerySet

from enrolment.models import User
from funding.actions.outlived import files_of, of_live_requests
from segur_portal.common import clock
from segur_portal.common.models import FileDeletion, RetentionPeriod, StoredFile

logger = logging.getLogger(__name__)
AT_ONCE = 1_000
# Of the file system and of S3: one file that resists does not keep the others.
_STORAGE_ERRORS = (OSError, BotoCoreError, ClientError)
DELETED_NAME = "fichier supprimé"


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
    files = StoredFile.objects.filter(files_of(period.kind, before), deleted_at=None)
    return files.exclude(of_live_requests())


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
