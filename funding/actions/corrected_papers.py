"""The documents of a request that is corrected: those given anew, and the others read again
against what the request says now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from django.core.files.base import File

from enrolment.models import User
from funding.actions.documents import statements_of
from funding.actions.examining import Examiner, examiner
from funding.documents import (
    ExpectedFile,
    Match,
    Reading,
    Wanted,
    expected_files,
    wanted_values,
)
from funding.documents.facts import document_facts
from funding.intake import canonical_hash
from funding.models import DepositDocument, FundingRequest
from funding.rules.documents import DocumentFacts
from segur_portal.common import clock
from segur_portal.common.actions import read_file, store_file
from segur_portal.common.antivirus import Watch
from segur_portal.common.models import StoredFile


@dataclass(slots=True)
class Papers:
    """The files given, by pointer, and what was read: `readings` by name, `stored` by pointer."""

    files: Mapping[str, File[bytes]]
    actor: User
    readings: dict[str, Reading] = field(default_factory=dict)
    stored: dict[str, tuple[str, StoredFile]] = field(default_factory=dict)

    def digest(self, pointer: str) -> str | None:
        """The SHA-256 of the file given there, if one was."""
        found = self.stored.get(pointer)
        return found[1].sha256 if found else None


def judged_papers(
    request: FundingRequest, payload: Any, papers: Papers
) -> tuple[DocumentFacts, ...]:
    """The facts of each document of the corrected request; none where it never had any.

    Files given are stored, and looked at by the antivirus, before they are read.
    """
    current = {
        one.name: one.file
        for one in DepositDocument.objects.filter(
            deposit=request.deposit_id, is_current=True
        ).select_related("file")
    }
    files = expected_files(payload, request.kind)
    if not papers.files and not any(file.name in current for file in files):
        return ()
    facts = []
    with examiner() as eyes:
        for file in files:
            stored = _given(file, papers) or current.get(file.name)
            reading = _read(request, payload, file, stored, eyes) if stored else None
            if reading is not None:
                papers.readings[file.name] = reading
            facts.append(_facts(file, reading))
    return tuple(facts)


def _given(file: ExpectedFile, papers: Papers) -> StoredFile | None:
    content = papers.files.get(file.pointer)
    if content is None:
        return None
    data = content.read()
    stored = store_file(
        BytesIO(data), name=file.name, purpose=StoredFile.Purpose.DOCUMENT, stored_by=papers.actor
    )
    papers.stored[file.pointer] = (file.name, stored)
    return stored


def _read(
    request: FundingRequest, payload: Any, file: ExpectedFile, stored: StoredFile, eyes: Examiner
) -> Reading:
    wanted = [*wanted_values(payload, file), *statements_of(request.scheme_id).get(file.kind, ())]
    return eyes.examine_stored(stored, read_file(stored), wanted)


def _facts(file: ExpectedFile, reading: Reading | None) -> DocumentFacts:
    """A document that is there has its place; one never deposited is not asked here."""
    facts = document_facts(file, Match(file.name), reading)
    return replace(facts, places=("réponse",))


@dataclass(slots=True)
class Rereader:
    """Reads the documents in place again, against what their request says now. What was read is
    kept: a batch that is judged again reads nothing twice."""

    scheme: str
    _done: dict[tuple[int, str], Reading] = field(default_factory=dict)
    _statements: dict[str, list[Wanted]] | None = None
    _watch: Watch = field(default_factory=Watch)

    def read(self, document: DepositDocument, payload: Any, file: ExpectedFile) -> Reading:
        """The reading of this document against that payload."""
        key = (document.pk, canonical_hash(payload))
        if key not in self._done:
            if self._statements is None:
                self._statements = statements_of(self.scheme)
            wanted = [*wanted_values(payload, file), *self._statements.get(file.kind, ())]
            assert document.file is not None
            with examiner(self._watch) as eyes:
                content = read_file(document.file)
                self._done[key] = eyes.examine_stored(document.file, content, wanted)
        return self._done[key]


def brought_papers(
    again: tuple[FundingRequest, Any],
    facts: Sequence[DocumentFacts],
    *,
    opened: Collection[str],
    mine: Mapping[str, DepositDocument],
    new: Mapping[str, DepositDocument],
    papers: Papers,
    rereader: Rereader,
) -> tuple[tuple[DocumentFacts, ...], frozenset[str]]:
    """The facts of each document of a request that comes again by a deposit, and the pointers of
    those that are not the ones in place.

    What came is kept in `papers`; what did not stays, read again when the request says something
    else. `facts` are those of the deposit; `mine` and `new`, by name, the documents in place and
    those of the deposit.
    """
    request, payload = again
    came = {one.pointer: one for one in facts}
    found, changed = [], set()
    for file in expected_files(payload, request.kind):
        fact, old, given = came.get(file.pointer), mine.get(file.name), new.get(file.name)
        if fact and _is_brought(fact, given, old, is_open=file.pointer in opened):
            changed.add(file.pointer)
            found.append(fact)
            if given and given.file:
                papers.stored[file.pointer] = (file.name, given.file)
                papers.readings[file.name] = Reading.from_dict(given.reading)
        elif old:
            found.append(_kept(old, again, file, papers, rereader))
    return tuple(found), frozenset(changed)


def _is_brought(
    fact: DocumentFacts,
    given: DepositDocument | None,
    old: DepositDocument | None,
    *,
    is_open: bool,
) -> bool:
    """Whether the deposit brings another document than the one in place, or means to."""
    if not fact.places:
        return is_open and bool(fact.near or fact.refused_archives)
    if given is None or given.file is None or old is None or old.file is None:
        return True
    return given.file.sha256 != old.file.sha256


def _kept(
    old: DepositDocument,
    again: tuple[FundingRequest, Any],
    file: ExpectedFile,
    papers: Papers,
    rereader: Rereader,
) -> DocumentFacts:
    """The facts of a document that stays."""
    request, payload = again
    if old.file is None:
        return _facts(file, None)
    if canonical_hash(payload) == request.content_hash:
        return _facts(file, Reading.from_dict(old.reading))
    papers.readings[file.name] = rereader.read(old, payload, file)
    return _facts(file, papers.readings[file.name])


def keep_papers(given: Sequence[tuple[FundingRequest, Papers]]) -> None:
    """Keep what was read: a new version of each document given, the new reading of the others."""
    now, read, new = clock.now(), list[DepositDocument](), list[DepositDocument]()
    readings = {
        (request.deposit_id, name): (reading, dict(papers.stored.values()).get(name))
        for request, papers in given
        for name, reading in papers.readings.items()
    }
    names = {name for _, name in readings}
    deposits = {deposit for deposit, _ in readings}
    current = DepositDocument.objects.filter(deposit__in=deposits, name__in=names, is_current=True)
    for row in current:
        reading, stored = readings.get((row.deposit_id, row.name), (None, None))
        if reading is not None and stored is None:
            row.reading, row.read_at = reading.as_dict(), now
            read.append(row)
        elif stored is not None:
            new.append(row)
    DepositDocument.objects.bulk_update(read, ["reading", "read_at"])
    current.filter(pk__in=[row.pk for row in new]).update(is_current=False)
    DepositDocument.objects.bulk_create(
        DepositDocument(
            deposit_id=deposit_id, name=name, file=stored, reading=reading.as_dict(), read_at=now
        )
        for (deposit_id, name), (reading, stored) in readings.items()
        if stored is not None
    )
