"""The text of a PDF, page by page, and where the wanted values stand in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pypdfium2

from .result import Box, Found, Wanted
from .search import pattern_of, plain

# A page of text has some 3 000 characters; a file made to harm may have millions.
MAX_CHARACTERS = 100_000
MAX_BOXES = 8
_ENOUGH = 20


def read_text(
    path: Path, wanted: Sequence[Wanted]
) -> tuple[bool, tuple[Found, ...], list[tuple[float, float]]]:
    """Whether there is a text to read, what was found in it, and the sizes of the pages."""
    pages: dict[str, list[int]] = {item.key: [] for item in wanted}
    boxes: dict[str, list[tuple[int, Box]]] = {item.key: [] for item in wanted}
    patterns = [(item.key, pattern_of(item)) for item in wanted]
    sizes, length = [], 0
    document = pypdfium2.PdfDocument(path)
    try:
        for number, page in enumerate(document, start=1):
            sizes.append(page.get_size())
            text_page = page.get_textpage()
            text = plain(text_page.get_text_range(0, min(text_page.count_chars(), MAX_CHARACTERS)))
            length += len(text.strip())
            for key, pattern in patterns:
                if (match := pattern.search(text)) is None:
                    continue
                pages[key].append(number)
                if len(boxes[key]) < MAX_BOXES:
                    boxes[key] += _boxes(text_page, number, *match.span())
            text_page.close()
            page.close()
    finally:
        document.close()
    found = tuple(
        Found(
            key=item.key,
            label=item.label,
            value=item.value,
            kind=item.kind,
            pointer=item.pointer,
            pages=tuple(pages[item.key]),
            boxes=tuple(boxes[item.key][:MAX_BOXES]),
        )
        for item in wanted
    )
    return length >= _ENOUGH, found, sizes


def _boxes(
    text_page: pypdfium2.PdfTextPage, page: int, start: int, end: int
) -> list[tuple[int, Box]]:
    """The rectangles of some characters, one for each line they run on."""
    count = min(text_page.count_rects(start, end - start), MAX_BOXES)
    rectangles = [text_page.get_rect(rank) for rank in range(count)]
    return [(page, tuple(round(side, 1) for side in box)) for box in rectangles]
