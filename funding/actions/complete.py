"""Completing a deposit that lacks pieces, filing it without them, giving it up.

What arrived is kept. The deposit is deposited at the instant when its last piece is stored, or
when its supplier renounces the missing ones (docs/decisions/0010).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, Any

from django.core.files.base import File
from django.db import transaction
from django.urls import reverse

from enrolment.models import Supplier, User
from funding.actions.archives import check_archives, join_archives, list_archives, store_archives
from funding.actions.pieces import deadline_of, inventory_of, named_facts, take_stock
from funding.actions.receive import (
    DepositRefusedError,
    bytes_of,
    checked_file,
    store_json,
    wake_worker,
)
from funding.documents import Listing
from funding.models import Deposit, DepositArchive
from funding.rules.documents import archive_finding
from funding.workflow import DEPOSIT
from segur_portal.common import clock
from segur_portal.common.actions import move, write_journal
from segur_portal.common.enums import Role
from segur_portal.common.french import count, instant, typographic
from segur_portal.common.models import NoticeKind, StoredFile
from segur_portal.common.notices import notify
from segur_portal.common.workflow import ForbiddenMoveError

_OVER = "Ce dépôt n’attend plus de pièce : faites un nouveau dépôt pour les autres documents."
_TOO_LATE = "Ce dépôt est resté incomplet jusqu’à sa limite : il n’est pas déposé."
_NO_JSON = "Il manque le fichier JSON : sans lui, rien n’est demandé."


def add_pieces(
    *,
    deposit: Deposit,
    user: User,
    content: File[bytes] | IO[bytes] | None = None,
    name: str = "",
    archives: Sequence[File[bytes]] = (),
) -> Deposit:
    """Store more pieces of an incomplete deposit; with the last one it is received.

    Another JSON file replaces the first. A ZIP sent again, byte for byte, changes nothing. Raises
    DepositRefusedError for a file that cannot be taken, ForbiddenMoveError for a deposit that
    waits for nothing or whose limit is past.
    """
    _check_in_time(deposit)
    file = checked_file(content)
    if file is not None:
        _check_readable(deposit.supplier, file, name)
    if refusal := check_archives(deposit.supplier, archives):
        raise DepositRefusedError(refusal, is_archive=True)
    listings = list_archives(archives)
    with transaction.atomic():
        stored, zips = store_json(file, name, user), store_archives(archives, user)
        try:
            with transaction.atomic():
                return _add(deposit, user, stored, zips, listings)
        except (DepositRefusedError, ForbiddenMoveError):
            # Nothing of it belongs to a deposit: its bytes are not kept.
            for piece in (stored, *zips):
                if piece:
                    piece.content.delete(save=False)
            raise


def _add(
    deposit: Deposit,
    user: User,
    stored: StoredFile | None,
    zips: Sequence[StoredFile],
    listings: Mapping[str, Listing],
) -> Deposit:
    locked = _locked(deposit)
    join_archives(locked, _new_ones(locked, zips), listings)
    if stored:
        facts = named_facts(stored.name)
        Deposit.objects.filter(pk=locked.pk).update(file=stored, file_name=stored.name, **facts)
        locked.refresh_from_db()
    for piece in (stored, *zips):
        if piece:
            write_journal(locked, "add_piece", actor=user, note=piece.name)
    _settle(locked, user)
    return locked


@transaction.atomic
def withdraw_archive(*, deposit: Deposit, archive: DepositArchive, user: User) -> Deposit:
    """Take a ZIP out of an incomplete deposit; its name is free again.

    Raises ForbiddenMoveError for a deposit that waits for nothing or whose limit is past.
    """
    _check_in_time(deposit)
    locked = _locked(deposit)
    stored = archive.file
    write_journal(locked, "withdraw_piece", actor=user, note=archive.name)
    archive.delete()
    _forget(stored)
    _settle(locked, user)
    return locked


@transaction.atomic
def file_without(*, deposit: Deposit, user: User) -> Deposit:
    """Deposit now, without the missing pieces: their requests will be KO (DOC-001).

    Raises ForbiddenMoveError without a JSON file, or past the limit.
    """
    _check_in_time(deposit)
    locked = _locked(deposit)
    if locked.file is None:
        raise ForbiddenMoveError(_NO_JSON)
    note = f"{count(locked.missing_count, 'pièce')} en moins."
    _receive(locked, "file_without", user, note=note)
    return locked


@transaction.atomic
def abandon_deposit(*, deposit: Deposit, user: User) -> Deposit:
    """Give an incomplete deposit up: nothing of it is deposited, its ZIP names stay free."""
    locked = _locked(deposit)
    move(
        locked,
        "abandon",
        workflow=DEPOSIT,
        role=Role.SUPPLIER,
        actor=user,
        finished_at=clock.now(),
    )
    return locked


def lapse_incomplete() -> int:
    """Note which deposits stayed incomplete past their limit, and tell their suppliers; how many.

    Each in its own transaction; one that is being completed meanwhile is left alone.
    """
    lapsed = 0
    for pk in Deposit.objects.incomplete().order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            deposit = (
                Deposit.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("supplier")
                .filter(pk=pk, state="incomplete")
                .first()
            )
            if deposit and clock.now() > deadline_of(deposit)[0]:
                _lapse(deposit)
                lapsed += 1
    return lapsed


def _lapse(deposit: Deposit) -> None:
    limit, _ = deadline_of(deposit)
    move(
        deposit,
        "lapse",
        workflow=DEPOSIT,
        role=Role.SYSTEM,
        note=typographic(f"Limite : {instant(limit)}."),
        finished_at=clock.now(),
    )
    notify(
        users=[deposit.deposited_by],
        kind=NoticeKind.DEPOSIT,
        title=typographic(f"Dépôt {deposit.number} : resté incomplet, il n’est pas déposé"),
        body=_TOO_LATE,
        url=reverse("deposit_detail", args=[deposit.key]),
        key=f"deposit-{deposit.pk}-lapsed",
    )


def _locked(deposit: Deposit) -> Deposit:
    """The deposit, locked. Raises ForbiddenMoveError when it is not incomplete any more."""
    locked: Deposit = (
        Deposit.objects.select_for_update(of=("self",))
        .select_related("supplier", "file")
        .get(pk=deposit.pk)
    )
    if locked.state != "incomplete":
        raise ForbiddenMoveError(_OVER)
    return locked


def _check_in_time(deposit: Deposit) -> None:
    if deposit.state == "incomplete" and clock.now() > deadline_of(deposit)[0]:
        raise ForbiddenMoveError(_TOO_LATE)


def _check_readable(supplier: Supplier, file: File[bytes], name: str) -> None:
    """A JSON file that would have the whole deposit refused is not taken in: the ZIP files that
    are there would be lost with it."""
    stock = take_stock(supplier, bytes_of(file), name, {})
    if stock.findings:
        raise DepositRefusedError(stock.findings[0])


def _new_ones(deposit: Deposit, zips: Sequence[StoredFile]) -> list[StoredFile]:
    """The ZIP files that the deposit does not hold. Raises DepositRefusedError for another ZIP of
    the same name."""
    held = {one.name.upper(): one for one in deposit.archives.select_related("file")}
    new = []
    for stored in zips:
        same = held.get(stored.name.upper())
        if same is None:
            new.append(stored)
        elif same.file.sha256 != stored.sha256:
            message = f"Un autre ZIP « {same.name} » est déjà dans ce dépôt."
            advice = "Retirez-le d’abord du dépôt, ou renommez celui-ci."
            raise DepositRefusedError(
                archive_finding(stored.name, typographic(message), typographic(advice)),
                is_archive=True,
            )
        else:
            _forget(stored)
    return new


def _forget(stored: StoredFile) -> None:
    stored.delete()
    transaction.on_commit(lambda: stored.content.delete(save=False))


def _settle(deposit: Deposit, user: User) -> None:
    """Count what is missing; received at once when nothing is."""
    missing = inventory_of(deposit).missing_count
    if missing:
        Deposit.objects.filter(pk=deposit.pk).update(missing_count=missing, received_at=clock.now())
        deposit.refresh_from_db()
    else:
        _receive(deposit, "complete", user, missing_count=0)


def _receive(deposit: Deposit, name: str, user: User, *, note: str = "", **changes: Any) -> None:
    move(
        deposit,
        name,
        workflow=DEPOSIT,
        role=Role.SUPPLIER,
        actor=user,
        note=note,
        received_at=clock.now(),
        heartbeat_at=clock.machine_now(),
        **changes,
    )
    transaction.on_commit(lambda: wake_worker(deposit.pk))
