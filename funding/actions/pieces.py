"""What a deposit still lacks, and until when it may be completed.

A deposit whose scheme requires documents waits for them: it is deposited at the instant when its
last piece is stored. See docs/decisions/0010.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from enrolment.models import Supplier
from funding.actions.archives import names_of
from funding.actions.limits import limits
from funding.documents import Piece, expected_files, pieces_of
from funding.intake import (
    Envelope,
    FileName,
    canonical_hash,
    check_structure,
    parse_filename,
    read_envelope,
)
from funding.models import Correction, Deposit, FundingRequest
from segur_portal.common import clock
from segur_portal.common.actions import read_file
from segur_portal.common.enums import Kind, ParameterCode, WindowKind
from segur_portal.common.models import Parameter, Scheme, Window
from segur_portal.common.rules import Finding

_WINDOWS = {Kind.ADVANCE.value: WindowKind.ADVANCE, Kind.BALANCE.value: WindowKind.BALANCE}


@dataclass(frozen=True, slots=True)
class Inventory:
    """The pieces of a deposit. `pieces` are its documents, none when the JSON file is awaited;
    `spoiled` counts the requests whose structure is wrong: their documents are not awaited.
    `answers` are the indexes of those that answer a correction: only what was reopened is awaited,
    and without it the document in place stays."""

    has_json: bool
    pieces: tuple[Piece, ...] = ()
    unasked: Mapping[str, Sequence[str]] = field(default_factory=dict)
    spoiled: int = 0
    answers: frozenset[int] = frozenset()
    findings: tuple[Finding, ...] = ()

    @property
    def missing(self) -> list[Piece]:
        """The documents that are not there once."""
        return [piece for piece in self.pieces if not piece.is_there]

    @property
    def missing_count(self) -> int:
        """How many pieces are awaited; the JSON file is one."""
        return len(self.missing) if self.has_json else 1


def take_stock(
    supplier: Supplier, content: bytes | None, name: str, archives: Mapping[str, Sequence[str]]
) -> Inventory:
    """What is there and what is missing, from the JSON file and the names in each ZIP.

    A file that cannot be read as a deposit awaits nothing: its report will say why, and
    `findings` already do. Nor does one whose scheme requires no document, nor a request already
    integrated.
    """
    if content is None:
        return Inventory(has_json=False)
    envelope = read_envelope(content, filename=name, supplier_siret=supplier.siret, limits=limits())
    if not isinstance(envelope, Envelope):
        return Inventory(has_json=True, findings=tuple(envelope))
    if not Scheme.objects.filter(pk=envelope.scheme, requires_documents=True).exists():
        return Inventory(has_json=True)
    pairs = list(zip(check_structure(envelope), envelope.requests, strict=True))
    known, reopened = _integrated(supplier, envelope), _reopened(supplier, envelope)
    expected, answers = [], set()
    for structure, request in pairs:
        if structure.findings:
            continue
        opened = reopened.get(request["referenceFournisseur"])
        if opened is not None:
            answers.add(structure.index)
        elif canonical_hash(request) in known:
            continue
        for file in expected_files(request, envelope.kind):
            if opened is None or file.pointer in opened:
                expected.append((structure.index, str(request["referenceFournisseur"]), file))
    pieces, unasked = pieces_of(expected, archives)
    spoiled = sum(bool(structure.findings) for structure, _ in pairs)
    return Inventory(True, tuple(pieces), unasked, spoiled, frozenset(answers))


def _integrated(supplier: Supplier, envelope: Envelope) -> frozenset[str]:
    """The requests of a file that live requests of the supplier already are."""
    live = FundingRequest.objects.of(supplier).live()
    mine = live.filter(scheme=envelope.scheme, kind=envelope.kind)
    hashes = [canonical_hash(request) for request in envelope.requests]
    return frozenset(mine.filter(content_hash__in=hashes).values_list("content_hash", flat=True))


def _reopened(supplier: Supplier, envelope: Envelope) -> dict[str, set[str]]:
    """The requests of a file that await a correction, by reference, with the documents that were
    reopened, by pointer."""
    mine = FundingRequest.objects.of(supplier).filter(
        state="correction_requested", scheme=envelope.scheme, kind=envelope.kind
    )
    found: dict[str, set[str]] = {}
    rows = Correction.objects.pending().filter(request__in=mine.order_by()).order_by("pk")
    columns = ("request__reference", "pointer", "is_document")
    for reference, pointer, is_document in rows.values_list(*columns):
        found.setdefault(reference, set()).update([pointer] if is_document else [])
    return found


def inventory_of(deposit: Deposit) -> Inventory:
    """The pieces of a deposit, as they are now."""
    content = read_file(deposit.file) if deposit.file else None
    archives = names_of(deposit.archives.all())
    return take_stock(deposit.supplier, content, deposit.file_name, archives)


def named_facts(name: str) -> dict[str, Any]:
    """What the name of a JSON file says of its deposit."""
    parsed = parse_filename(name) if name else None
    if isinstance(parsed, FileName):
        return {"kind": parsed.kind, "scheme_id": parsed.scheme}
    return {"kind": "", "scheme_id": None}


def closing_of(scheme_id: str | None, kind: str) -> datetime | None:
    """The end of the window of these requests, still in time; None when it is not known."""
    window = Window.objects.filter(scheme=scheme_id, kind=_WINDOWS.get(kind or "")).first()
    return window.closes_at if window else None


def is_closed(scheme_id: str | None, kind: str) -> bool:
    """Whether these requests cannot be in time any more: nothing is worth waiting for."""
    closing = closing_of(scheme_id, kind)
    return closing is not None and clock.now() > closing


def deadline_of(deposit: Deposit) -> tuple[datetime, bool]:
    """Until when an incomplete deposit may be completed, and whether a window's closing says so."""
    kept = deposit.received_at + incomplete_days()
    closing = closing_of(deposit.scheme_id, deposit.kind)
    return (closing, True) if closing and closing <= kept else (kept, False)


def incomplete_days() -> timedelta:
    """How long an incomplete deposit is kept after its latest piece."""
    return timedelta(days=int(Parameter.objects.number(ParameterCode.INCOMPLETE_DAYS)))


def files_by_request(pieces: Iterable[Piece]) -> dict[tuple[int, str], list[Piece]]:
    """The same pieces, request by request."""
    grouped: dict[tuple[int, str], list[Piece]] = {}
    for piece in pieces:
        grouped.setdefault((piece.index, piece.reference), []).append(piece)
    return grouped
