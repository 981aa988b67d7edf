"""A document beside the data of its request: what was found is marked in both.

The same for the officer and the supplier. Only the text really extracted is compared: a scan is
left to a person, value by value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from funding.documents import Fault, Found, Reading
from funding.documents.search import best_match, pattern_of, plain
from funding.models import DepositDocument, FundingRequest
from segur_portal.common.french import day
from segur_portal.common.money import in_french
from segur_portal.common.serving import why_closed

from .pages import page_texts
from .papers import Paper, paper_of

FOUND, MISSING, MANUAL = "found", "missing", "manual"
_GROUPS = {
    "statement": "Mentions obligatoires",
    "pattern": "Mentions obligatoires",
    "amount": "Montants",
    "identifier": "Identifiants",
}
_OTHERS = "Dates et références"
# People look first where the machine did not find.
_ABSENT, _BY_EYE = "Non trouvées dans le document", "À vérifier à l’œil"
_ORDER = (_ABSENT, "Identifiants", "Montants", _OTHERS, "Mentions obligatoires", _BY_EYE)


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle over a page, in points from its top left, and the value that it shows."""

    anchor: str
    target: str
    label: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Row:
    """A value of the request: whether the document shows it, and where (page, anchor)."""

    anchor: str
    label: str
    value: str
    status: str
    places: tuple[tuple[int, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page: its size in points, the address of its picture or its text, its marks."""

    number: int
    anchor: str
    width: float
    height: float
    address: str
    marks: tuple[Mark, ...] = ()
    text: SafeString | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """One document beside the data. `closed` says why its pages are not shown, if they are not."""

    paper: Paper
    anchor: str
    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    pages: tuple[ShownPage, ...]
    closed: str = ""
    download: str = ""
    picture_address: str = ""
    text_address: str = ""
    is_text: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a document's pages, its original, and its two ways of being read are served."""

    page: Callable[[int], str]
    download: str
    reading: str


def viewer_of(
    document: DepositDocument,
    addresses: Addresses,
    *,
    label: str = "document",
    request: FundingRequest | None = None,
    is_text: bool = False,
) -> Viewer:
    """The document as both sides see it; `is_text` shows the extracted text, not the picture."""
    paper = paper_of(document, label, request)
    reading = paper.reading or Reading()
    root = f"d{document.pk}"
    rows = [
        replace(_row(root, rank, one, reading), note=paper.notes.get(one.value, ""))
        for rank, one in enumerate(reading.found)
    ]
    named = [(_group(one, row), row) for one, row in zip(reading.found, rows, strict=True)]
    if request is not None:
        named += [(_BY_EYE, row) for row in _seen_by_eye(root, request, document.name)]
    closed = _closed(document, reading)
    texts = _texts(document, reading) if is_text and not closed else None
    if isinstance(texts, Fault):
        closed, texts = texts.message, None
    return Viewer(
        paper=paper,
        anchor=root,
        groups=tuple(_grouped(named)),
        pages=() if closed else tuple(_pages(root, reading, rows, addresses, texts)),
        closed=closed,
        download="" if why_closed(document.file) else addresses.download,
        picture_address=addresses.reading,
        text_address=f"{addresses.reading}?texte=1",
        is_text=is_text,
        counts={
            status: sum(row.status == status for _, row in named)
            for status in (FOUND, MISSING, MANUAL)
        },
    )


def _closed(document: DepositDocument, reading: Reading) -> str:
    """Why the pages are not shown: no file, the antivirus, a file that must not be opened."""
    if document.file is None:
        return "Le document n’a pas pu être extrait de son ZIP."
    if reason := why_closed(document.file):
        return reason
    if reading.faults:
        return "Ce document ne peut pas être affiché : sa lecture l’a refusé."
    return ""


def _texts(document: DepositDocument, reading: Reading) -> list[str] | Fault:
    assert document.file
    texts = page_texts(document.file)
    return texts if isinstance(texts, Fault) else texts[: reading.page_count]


def _row(root: str, rank: int, one: Found, reading: Reading) -> Row:
    anchor = f"{root}-v{rank}"
    if not reading.has_text:
        return Row(anchor, one.label, _words(one), MANUAL)
    marked = {page for page, _ in one.boxes}
    places = tuple(
        (page, f"{anchor}-p{page}" if page in marked else f"{root}-p{page}") for page in one.pages
    )
    return Row(anchor, one.label, _words(one), FOUND if places else MISSING, places)


def _words(one: Found) -> str:
    if one.kind == "amount":
        return in_french(Decimal(one.value))
    if one.kind == "date":
        return day(date.fromisoformat(one.value))
    return one.words


def _group(one: Found, row: Row) -> str:
    if row.status == MISSING:
        return _ABSENT
    return _GROUPS.get(one.kind, _OTHERS)


def _seen_by_eye(root: str, request: FundingRequest, name: str) -> Iterator[Row]:
    """What no machine compares: names, and who signed."""
    payload: Mapping[str, Any] = request.payload
    pairs: list[tuple[str, str]] = []
    for client in payload.get("clients", ()):
        chief = client.get("representantLegal") or {}
        pairs.append(("Structure", client.get("nomStructure") or ""))
        pairs.append(
            ("Représentant légal", f"{chief.get('prenom', '')} {chief.get('nom', '')}".strip())
        )
    for block in ("bonDeCommande", "procesVerbal"):
        part = payload.get(block) or {}
        if part.get("nomFichier") == name:
            is_electronic = part.get("typeSignature") == "ELECTRONIQUE"
            pairs.append(("Signature", "électronique" if is_electronic else "manuscrite"))
    for rank, (label, value) in enumerate(pair for pair in pairs if pair[1]):
        yield Row(f"{root}-e{rank}", label, value, MANUAL)


def _grouped(named: Sequence[tuple[str, Row]]) -> Iterator[tuple[str, tuple[Row, ...]]]:
    for title in _ORDER:
        rows = tuple(row for group, row in named if group == title)
        if rows:
            yield title, rows


def _pages(
    root: str,
    reading: Reading,
    rows: Sequence[Row],
    addresses: Addresses,
    texts: list[str] | None,
) -> Iterator[ShownPage]:
    pairs = list(zip(reading.found, rows, strict=True))
    for number, (width, height) in enumerate(reading.sizes, start=1):
        marks = tuple(_marks(pairs, number, height))
        text = None
        if texts is not None:
            text = _marked(texts[number - 1] if number <= len(texts) else "", pairs, number)
        yield ShownPage(
            number, f"{root}-p{number}", width, height, addresses.page(number), marks, text
        )


def _marks(pairs: Sequence[tuple[Found, Row]], number: int, height: float) -> Iterator[Mark]:
    """The rectangles of one page; only the first of a value bears the anchor that is aimed at."""
    for one, row in pairs:
        is_first = True
        for page, (left, bottom, right, top) in one.boxes:
            if page != number:
                continue
            yield Mark(
                anchor=f"{row.anchor}-p{number}" if is_first else "",
                target=row.anchor,
                label=f"{row.label} {row.value}",
                x=left - 2,
                y=height - top - 2,
                width=right - left + 4,
                height=top - bottom + 4,
            )
            is_first = False


def _marked(text: str, pairs: Sequence[tuple[Found, Row]], number: int) -> SafeString:
    """The text of a page, its found values marked; where two overlap, the first stands."""
    spans = []
    flat = plain(text)
    for one, row in pairs:
        if number in one.pages and (match := best_match(pattern_of(one), flat)):
            spans.append((*match.span(), row))
    parts, at = [], 0
    for start, end, row in sorted(spans, key=lambda span: span[:2]):
        if start < at:
            continue
        parts.append(escape(text[at:start]))
        parts.append(
            format_html(
                '<a class="viewer-mark" id="{}-p{}" href="#{}"><mark>{}</mark></a>',
                row.anchor,
                number,
                row.anchor,
                text[start:end],
            )
        )
        at = end
    parts.append(escape(text[at:]))
    return mark_safe("".join(parts))  # noqa: S308 (each part is escaped)
