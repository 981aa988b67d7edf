"""Receiving a deposit: stored and committed before we answer; then a worker is woken."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import IO
from uuid import UUID, uuid4

from celery import current_app
from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction
from kombu.exceptions import OperationalError

from enrolment.models import Supplier, User
from funding.actions.archives import check_archives, store_archives
from funding.intake import FILE_CODES, FileName, parse_filename
from funding.models import Deposit
from segur_portal.common import clock
from segur_portal.common.actions import store_file, write_journal
from segur_portal.common.models import StoredFile
from segur_portal.common.rules import Finding

logger = logging.getLogger(__name__)


class DepositRefusedError(Exception):
    """A file refused at the door, before anything is stored; `finding` says why, and
    `is_archive` whether it is a ZIP."""

    def __init__(self, finding: Finding, *, is_archive: bool = False) -> None:
        super().__init__(finding.message)
        self.finding = finding
        self.is_archive = is_archive


def receive_deposit(
    *,
    supplier: Supplier,
    user: User,
    content: File[bytes] | IO[bytes],
    name: str,
    key: UUID | None = None,
    archives: Sequence[File[bytes]] = (),
) -> Deposit:
    """Store a JSON file and its ZIP files, and acknowledge them; what is wrong inside is told by
    their treatment.

    `received_at` is taken once the last byte is stored: it is what counts against a deadline.
    A second call with the same `key` (double click, network retry) gives back the first deposit.
    Raises DepositRefusedError for an empty or oversized file.
    """
    if key and (known := Deposit.objects.of(supplier).filter(key=key).first()):
        return known  # type: ignore[no-any-return]
    file = content if isinstance(content, File) else File(content)
    _check_size(file)
    if refusal := check_archives(supplier, archives):
        raise DepositRefusedError(refusal, is_archive=True)
    try:
        return _receive(supplier, user, file, name, key or uuid4(), archives)
    except IntegrityError:
        if key is None:
            raise
        # The other click won meanwhile, or the key is not this supplier's: then it is not a key.
        known = Deposit.objects.of(supplier).filter(key=key).first()
        return known or _receive(supplier, user, file, name, uuid4(), archives)


def _receive(
    supplier: Supplier,
    user: User,
    file: File[bytes],
    name: str,
    key: UUID,
    archives: Sequence[File[bytes]],
) -> Deposit:
    with transaction.atomic():
        stored = store_file(file, name=name, purpose=StoredFile.Purpose.DEPOSIT, stored_by=user)
        parsed = parse_filename(name)
        deposit = Deposit.objects.create(
            key=key,
            supplier=supplier,
            deposited_by=user,
            file=stored,
            file_name=stored.name,
            received_at=clock.now(),
            heartbeat_at=clock.machine_now(),
            kind=parsed.kind if isinstance(parsed, FileName) else "",
            scheme_id=parsed.scheme if isinstance(parsed, FileName) else None,
        )
        store_archives(deposit, archives, user)
        if archives:
            # What counts is the moment when the last byte of the last file is stored.
            deposit.received_at = clock.now()
            deposit.save(update_fields=["received_at"])
        write_journal(deposit, "receive", actor=user, at=deposit.received_at, target="received")
        transaction.on_commit(lambda: wake_worker(deposit.pk))
    return deposit


def wake_worker(deposit_id: int) -> None:
    """Tell a worker that a deposit waits. A broker that is down loses nothing: the row is the
    queue, and the sweeper starts again what nobody took."""
    try:
        current_app.send_task("funding.process", args=[deposit_id])
    except (OperationalError, OSError):
        logger.warning("The broker did not answer; deposit %s waits for the sweeper.", deposit_id)


def _check_size(file: File[bytes]) -> None:
    limit = settings.DEPOSIT_JSON_MAX_BYTES
    if not file.size:
        raise DepositRefusedError(FILE_CODES["FIC-001"].finding())
    if file.size > limit:
        raise DepositRefusedError(
            FILE_CODES["FIC-002"].finding(found=_mebibytes(file.size), expected=_mebibytes(limit))
        )


def _mebibytes(size: int) -> str:
    """`10,4 Mio`."""
    return f"{size / 1024 / 1024:.1f} Mio".replace(".", ",")
