"""Receiving a deposit: stored and committed before we answer; then a worker is woken.

Its pieces, the JSON file and the ZIP files, come together or one after the other: a deposit that
lacks some waits for them and is not deposited (docs/decisions/0010).
"""

from __future__ import annotations

import hashlib
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
from funding.actions.archives import (
    check_archives,
    join_archives,
    list_archives,
    store_archives,
)
from funding.actions.pieces import is_closed, named_facts, take_stock
from funding.intake import FILE_CODES
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


class KeyReusedError(Exception):
    """The key of a deposit made with other files: what is sent now is not that deposit."""


def receive_deposit(
    *,
    supplier: Supplier,
    user: User,
    content: File[bytes] | IO[bytes] | None = None,
    name: str = "",
    key: UUID | None = None,
    archives: Sequence[File[bytes]] = (),
) -> Deposit:
    """Store the first pieces of a deposit, and acknowledge them; what is wrong inside is told by
    its treatment.

    `received_at` is taken once the last byte is stored: it is what counts against a deadline. The
    deposit is `received` when it lacks nothing, or when its window is closed and waiting would be
    in vain; otherwise `incomplete`.
    A second call with the same `key` (double click, network retry) gives back the first deposit.
    Raises DepositRefusedError for no file, an empty or oversized one, or a ZIP name that was used,
    KeyReusedError for a key whose deposit holds other files.
    """
    file = checked_file(content)
    if key and (known := _known(supplier, key, file, archives)):
        return known
    if refusal := check_archives(supplier, archives):
        raise DepositRefusedError(refusal, is_archive=True)
    if file is None and not archives:
        raise DepositRefusedError(FILE_CODES["FIC-001"].finding())
    try:
        return _receive(supplier, user, file, name, key or uuid4(), archives)
    except IntegrityError:
        if key is None:
            raise
        # The other click won meanwhile, or the key is not this supplier's: then it is not a key.
        known = _known(supplier, key, file, archives)
        return known or _receive(supplier, user, file, name, uuid4(), archives)


def _known(
    supplier: Supplier, key: UUID, file: File[bytes] | None, archives: Sequence[File[bytes]]
) -> Deposit | None:
    """The deposit that this key made. Raises KeyReusedError when it holds other files."""
    rows = Deposit.objects.of(supplier).select_related("file").filter(key=key)
    known: Deposit | None = rows.first()
    if known is None:
        return None
    sent = {archive.name for archive in archives}
    if not sent <= {archive.name for archive in known.archives.all()}:
        raise KeyReusedError
    content = bytes_of(file)
    if content is not None and (
        known.file is None or hashlib.sha256(content).hexdigest() != known.file.sha256
    ):
        raise KeyReusedError
    return known


def _receive(
    supplier: Supplier,
    user: User,
    file: File[bytes] | None,
    name: str,
    key: UUID,
    archives: Sequence[File[bytes]],
) -> Deposit:
    listings = list_archives(archives)
    names = {zip_: [entry.name for entry in listing.entries] for zip_, listing in listings.items()}
    stock = take_stock(supplier, bytes_of(file), name, names)
    facts = named_facts(name)
    is_complete = not stock.missing_count or (stock.has_json and is_closed(**facts))
    with transaction.atomic():
        stored = store_json(file, name, user)
        zips = store_archives(archives, user)
        deposit = Deposit.objects.create(
            key=key,
            supplier=supplier,
            deposited_by=user,
            file=stored,
            file_name=stored.name if stored else "",
            received_at=clock.now(),
            heartbeat_at=clock.machine_now(),
            state="received" if is_complete else "incomplete",
            missing_count=stock.missing_count,
            **facts,
        )
        join_archives(deposit, zips, listings)
        write_journal(deposit, "receive", actor=user, at=deposit.received_at, target=deposit.state)
        if is_complete:
            transaction.on_commit(lambda: wake_worker(deposit.pk))
    return deposit


def checked_file(content: File[bytes] | IO[bytes] | None) -> File[bytes] | None:
    """The JSON file, if there is one. Raises DepositRefusedError when empty or oversized."""
    if content is None:
        return None
    file = content if isinstance(content, File) else File(content)
    limit = settings.DEPOSIT_JSON_MAX_BYTES
    if not file.size:
        raise DepositRefusedError(FILE_CODES["FIC-001"].finding())
    if file.size > limit:
        raise DepositRefusedError(
            FILE_CODES["FIC-002"].finding(found=_mebibytes(file.size), expected=_mebibytes(limit))
        )
    return file


def bytes_of(file: File[bytes] | None) -> bytes | None:
    """The content of a small file, left ready to be read again."""
    if file is None:
        return None
    file.seek(0)
    content: bytes = file.read()
    file.seek(0)
    return content


def store_json(file: File[bytes] | None, name: str, user: User) -> StoredFile | None:
    """Keep the JSON file of a deposit, if there is one, as it was received."""
    if file is None:
        return None
    return store_file(file, name=name, purpose=StoredFile.Purpose.DEPOSIT, stored_by=user)


def wake_worker(deposit_id: int) -> None:
    """Tell a worker that a deposit waits. A broker that is down loses nothing: the row is the
    queue, and the sweeper starts again what nobody took."""
    try:
        current_app.send_task("funding.process", args=[deposit_id])
    except (OperationalError, OSError):
        logger.warning("The broker did not answer; deposit %s waits for the sweeper.", deposit_id)


def _mebibytes(size: int) -> str:
    """`10,4 Mio`."""
    return f"{size / 1024 / 1024:.1f} Mio".replace(".", ",")
