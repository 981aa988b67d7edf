"""Reading the documents of a deposit: each PDF once, to its end, whatever happens meanwhile.

Each result is committed as it comes: a worker that takes over reads only what is left, and its
attempts count anew. The antivirus looks at each PDF before it is read, and before anybody may open
it; nothing is locked meanwhile.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import IO

from django.db import connection, transaction

from funding.actions.examining import INFECTED, Examiner, examiner
from funding.actions.limits import archive_limits
from funding.documents import (
    Entry,
    ExpectedFile,
    Listing,
    Match,
    Reading,
    Wanted,
    expected_files,
    extract,
    list_archive,
    match_names,
    wanted_values,
)
from funding.documents.facts import document_facts
from funding.intake import Envelope, Structure
from funding.models import Deposit, DepositArchive, DepositDocument
from funding.rules.documents import DocumentFacts
from segur_portal.common import clock
from segur_portal.common.actions import store_file
from segur_portal.common.antivirus import ScanResult, record_scan
from segur_portal.common.enums import DocumentKind
from segur_portal.common.models import Statement, StoredFile

_KINDS = {"order": DocumentKind.PURCHASE_ORDER, "acceptance": DocumentKind.ACCEPTANCE_REPORT}
_BEAT_EVERY = 10
# Where each named document is, by request.
Found = dict[int, list[tuple[ExpectedFile, Match]]]


@contextmanager
def reading_lock(deposit_id: int) -> Iterator[bool]:
    """Whether this connection alone reads the deposit. PostgreSQL frees it when a process dies."""
    name = f"funding.documents.{deposit_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        (is_mine,) = cursor.fetchone()
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


def read_documents(deposit: Deposit, envelope: Envelope, structures: Sequence[Structure]) -> Found:
    """Read every document not read yet; returns where each named document is, by request.

    Empty when the deposit has no ZIP.
    """
    archives = list(deposit.archives.select_related("file"))
    if not archives:
        return {}
    expected = {
        structure.index: expected_files(request, envelope.kind)
        for structure, request in zip(structures, envelope.requests, strict=True)
    }
    with tempfile.TemporaryDirectory(prefix="deposit-") as folder:
        copies = {archive.name: _copy(archive, Path(folder)) for archive in archives}
        listings = {archive.name: _list(archive, copies[archive.name]) for archive in archives}
        names = [file.name for files in expected.values() for file in files]
        matches, extra = match_names(names, {n: item.entries for n, item in listings.items()})
        _remember_extra(archives, extra)
        jobs = list(_jobs(envelope, structures, expected, matches))
        Deposit.objects.filter(pk=deposit.pk).update(document_count=len(jobs))
        _read_all(deposit, {archive.name: archive for archive in archives}, copies, jobs)
    return {
        index: [(file, matches[file.name]) for file in files] for index, files in expected.items()
    }


Job = tuple[ExpectedFile, str, Entry, list[Wanted]]


def _jobs(
    envelope: Envelope,
    structures: Sequence[Structure],
    expected: Mapping[int, list[ExpectedFile]],
    matches: Mapping[str, Match],
) -> Iterator[Job]:
    """The documents to read: those of well-formed requests, found once and usable."""
    statements = statements_of(envelope.scheme)
    for structure, request in zip(structures, envelope.requests, strict=True):
        for file in expected[structure.index] if not structure.findings else ():
            places = matches[file.name].places
            if len(places) == 1 and not places[0][1].fault:
                wanted = [*wanted_values(request, file), *statements.get(file.kind, ())]
                yield file, *places[0], wanted


def statements_of(scheme: str) -> dict[str, list[Wanted]]:
    """The mandatory statements that each kind of document must show."""
    return {
        kind: [
            Wanted(
                one.code,
                "pattern" if one.pattern else "statement",
                "Mention obligatoire",
                one.pattern or one.text,
                shown=one.text,
            )
            for one in Statement.objects.binding(document.value, scheme)
        ]
        for kind, document in _KINDS.items()
    }


def _copy(archive: DepositArchive, folder: Path) -> Path:
    """A local copy of a ZIP: opening one needs to go back and forth."""
    path = folder / str(archive.pk)
    with archive.file.content.open("rb") as source, path.open("wb") as target:
        for chunk in source.chunks():
            target.write(chunk)
    return path


def _list(archive: DepositArchive, path: Path) -> Listing:
    with path.open("rb") as file:
        listing = list_archive(file, archive_limits())
    archive.fault = asdict(listing.fault) if listing.fault else None
    archive.notes = list(listing.notes)
    return listing


def _remember_extra(archives: Sequence[DepositArchive], extra: list[tuple[str, str]]) -> None:
    for archive in archives:
        archive.extra = [name.replace("\x00", "") for zip_, name in extra if zip_ == archive.name]
        archive.save(update_fields=["fault", "notes", "extra"])


def _read_all(
    deposit: Deposit,
    archives: Mapping[str, DepositArchive],
    copies: Mapping[str, Path],
    jobs: Sequence[Job],
) -> None:
    done = set(deposit.documents.values_list("name", flat=True))
    with examiner() as eyes:
        for rank, (file, archive, entry, wanted) in enumerate(jobs):
            if rank % _BEAT_EVERY == 0:
                Deposit.objects.filter(pk=deposit.pk).update(heartbeat_at=clock.machine_now())
            if file.name in done:
                continue
            done.add(file.name)
            with copies[archive].open("rb") as source:
                _read_one(deposit, archives[archive], source, entry, wanted, eyes)


def _read_one(
    deposit: Deposit,
    archive: DepositArchive,
    source: IO[bytes],
    entry: Entry,
    wanted: list[Wanted],
    eyes: Examiner,
) -> None:
    """Take one PDF out, have it looked at, read it; then keep it, all of it or nothing."""
    content = BytesIO()
    if fault := extract(source, entry, content, archive_limits()):
        _keep(deposit, archive, entry, Reading(faults=(fault,)))
        return
    reading, scan = eyes.examine(content.getvalue(), wanted)
    _keep(deposit, archive, entry, reading, content, scan)


@transaction.atomic
def _keep(
    deposit: Deposit,
    archive: DepositArchive,
    entry: Entry,
    reading: Reading,
    content: BytesIO | None = None,
    scan: ScanResult | None = None,
) -> None:
    """Keep what was read of one PDF, unless another worker did, or the deposit ended, meanwhile.

    A deposit that advances is not given up: this attempt becomes its first.
    """
    lock = Deposit.objects.select_for_update(of=("self",), no_key=True)
    locked = lock.filter(pk=deposit.pk, state="running").first()
    if locked is None or locked.documents.filter(name=entry.name).exists():
        return
    DepositDocument.objects.create(
        deposit=deposit,
        archive=archive,
        name=entry.name,
        file=_stored(deposit, entry, content, scan) if content and scan else None,
        reading=reading.as_dict(),
        read_at=clock.now(),
        infected_at=clock.now() if INFECTED in reading.faults else None,
    )
    if locked.attempts > 1:
        Deposit.objects.filter(pk=locked.pk).update(attempts=1)


def _stored(deposit: Deposit, entry: Entry, content: BytesIO, scan: ScanResult) -> StoredFile:
    content.seek(0)
    stored = store_file(
        content,
        name=entry.name,
        purpose=StoredFile.Purpose.DOCUMENT,
        stored_by=deposit.deposited_by,
    )
    if scan.state != StoredFile.Scan.SKIPPED:
        record_scan(stored, scan)
    return stored


def facts_of(
    deposit: Deposit,
    found: Found,
    envelope: Envelope,
    structures: Sequence[Structure],
    *,
    are_required: bool,
) -> dict[int, tuple[DocumentFacts, ...]]:
    """What the rules DOC judge, by request. Without any ZIP, only where documents are required.

    A ZIP whose name another integrated deposit took meanwhile counts as refused (DOC-005).
    """
    archives = list(deposit.archives.all())
    if not archives and not are_required:
        return {}
    if not archives:
        return {
            structure.index: tuple(
                document_facts(file, Match(file.name), None)
                for file in expected_files(request, envelope.kind)
            )
            for structure, request in zip(structures, envelope.requests, strict=True)
        }
    reused = _reused(deposit, archives)
    refused = tuple(item.name for item in archives if item.fault or item.name in reused)
    readings = {item.name: Reading.from_dict(item.reading) for item in deposit.documents.all()}
    return {
        index: tuple(
            document_facts(
                file, _without(match, reused), readings.get(file.name), refused_archives=refused
            )
            for file, match in pairs
        )
        for index, pairs in found.items()
    }


def _without(match: Match, reused: frozenset[str]) -> Match:
    places = tuple(place for place in match.places if place[0] not in reused)
    return Match(match.name, places, match.near)


def _reused(deposit: Deposit, archives: Sequence[DepositArchive]) -> frozenset[str]:
    burnt = DepositArchive.objects.filter(supplier=deposit.supplier_id, is_burnt=True)
    names = {name.upper() for name in burnt.exclude(deposit=deposit).values_list("name", flat=True)}
    return frozenset(item.name for item in archives if item.name.upper() in names)


def burn_names(deposit: Deposit) -> None:
    """The names of the ZIP files of an integrated deposit can never serve again (DOC-005)."""
    archives = list(deposit.archives.all())
    reused = _reused(deposit, archives)
    deposit.archives.exclude(name__in=reused).update(is_burnt=True)
