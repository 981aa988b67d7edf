"""The documents of a request that is corrected: those given anew, and the others read again
against what the request says now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from django.core.files.base import File

from enrolment.models import User
from funding.actions.documents import read_stored, statements_of
from funding.actions.limits import reading_limits, trust_roots
from funding.documents import ExpectedFile, Match, Reader, Reading, expected_files, wanted_values
from funding.documents.facts import document_facts
from funding.models import DepositDocument, FundingRequest
from funding.rules.documents import DocumentFacts
from segur_portal.common import clock
from segur_portal.common.actions import read_file, store_file
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
    with Reader(reading_limits(), trust_roots()) as reader:
        for file in files:
            stored = _given(file, papers) or current.get(file.name)
            reading = _read(request, payload, file, stored, reader) if stored else None
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
    request: FundingRequest, payload: Any, file: ExpectedFile, stored: StoredFile, reader: Reader
) -> Reading:
    wanted = [*wanted_values(payload, file), *statements_of(request.scheme_id).get(file.kind, ())]
    return read_stored(stored, read_file(stored), wanted, reader)


def _facts(file: ExpectedFile, reading: Reading | None) -> DocumentFacts:
    """A document that is there has its place; one never deposited is not asked here."""
    facts = document_facts(file, Match(file.name), reading)
    return replace(facts, places=("réponse",))


def keep_papers(request: FundingRequest, papers: Papers) -> None:
    """Keep what was read: a new version of each document given, the new reading of the others."""
    now, mine = clock.now(), DepositDocument.objects.filter(deposit=request.deposit_id)
    given = dict(papers.stored.values())
    for name, reading in papers.readings.items():
        current = mine.filter(name=name, is_current=True)
        if name not in given:
            current.update(reading=reading.as_dict(), read_at=now)
            continue
        current.update(is_current=False)
        DepositDocument.objects.create(
            deposit_id=request.deposit_id,
            name=name,
            file=given[name],
            reading=reading.as_dict(),
            read_at=now,
        )
