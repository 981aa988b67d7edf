"""From a document's place and reading, what the rules DOC judge."""

from __future__ import annotations

from collections.abc import Sequence

from funding.rules.documents import DocumentFacts

from .expected import ExpectedFile
from .matching import Match
from .result import Reading


def document_facts(
    file: ExpectedFile,
    match: Match,
    reading: Reading | None,
    *,
    refused_archives: Sequence[str] = (),
) -> DocumentFacts:
    """The facts of one named document; `reading` is None when it could not be taken out."""
    entry = match.places[0][1] if len(match.places) == 1 else None
    fault = entry.fault if entry else None
    return DocumentFacts(
        pointer=file.pointer,
        name=file.name,
        label=file.label,
        is_electronic=file.is_electronic,
        places=tuple(archive for archive, _ in match.places),
        near=match.near,
        refused_archives=tuple(refused_archives),
        entry_fault=(fault.message, fault.advice) if fault else None,
        is_read=reading is not None and not reading.faults,
        faults=tuple((item.message, item.advice) for item in reading.faults) if reading else (),
        has_text=reading.has_text if reading else True,
        signature=reading.signature if reading else "none",
        signature_details=tuple(
            item.detail for item in reading.signatures if item.outcome == "altered" and item.detail
        )
        if reading
        else (),
        citations=reading.citations if reading else (),
        missing=tuple((item.pointer, item.label, item.words) for item in reading.missing)
        if reading
        else (),
    )
