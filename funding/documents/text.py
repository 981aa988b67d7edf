"""The text of a PDF, page by page, and where the wanted values stand in it."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import raw

from .result import CITATION, Box, Found, Wanted
from .search import best_match, citations, pattern_of, plain

# A page of text has some 3 000 characters; a file made to harm may have millions.
MAX_CHARACTERS = 100_000
MAX_BOXES = 8
MAX_CITATIONS = 8
_ENOUGH = 20
# Places are computed on a screen of so many dots by point.
_FINE = 100


def read_text(
    path: Path, wanted: Sequence[Wanted]
) -> tuple[bool, tuple[Found, ...], list[tuple[float, float]]]:
    """Whether there is a text to read, what was found in it, and the sizes of the pages.

    A citation is given once for each number that is there, and not at all when there is none.
    """
    sought = {item.key: item for item in wanted if item.kind != CITATION}
    cited = [item for item in wanted if item.kind == CITATION]
    patterns = {key: pattern_of(item) for key, item in sought.items()}
    pages: dict[str, list[int]] = {key: [] for key in sought}
    boxes: dict[str, list[tuple[int, Box]]] = {key: [] for key in sought}
    sizes, length = [], 0
    document = pypdfium2.PdfDocument(path)
    try:
        for number, page in enumerate(document, start=1):
            sizes.append(page.get_size())
            text_page = page.get_textpage()
            text = plain(text_page.get_text_range(0, min(text_page.count_chars(), MAX_CHARACTERS)))
            length += len(text.strip())
            places = {key: best_match(pattern, text) for key, pattern in patterns.items()}
            for item, place in _cited(cited, text):
                sought.setdefault(item.key, item)
                places[item.key] = place
            for key, match in places.items():
                if match is None:
                    continue
                pages.setdefault(key, []).append(number)
                if len(boxes.setdefault(key, [])) < MAX_BOXES:
                    boxes[key] += _boxes(page, text_page, number, *match.span())
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
            shown=item.shown,
        )
        for item in sought.values()
    )
    return length >= _ENOUGH, found, sizes


def _cited(wanted: Sequence[Wanted], text: str) -> Iterator[tuple[Wanted, re.Match[str]]]:
    """Each number of a layout in the text of a page, as a value of its own."""
    for item in wanted:
        for value, match in list(citations(text).items())[:MAX_CITATIONS]:
            yield replace(item, key=f"{item.key} {value}", value=value), match


def _boxes(page: Any, text_page: Any, number: int, start: int, end: int) -> list[tuple[int, Box]]:
    """The rectangles of some characters, one for each line they run on, on the page as shown."""
    count = min(text_page.count_rects(start, end - start), MAX_BOXES)
    return [(number, _shown(page, text_page.get_rect(rank))) for rank in range(count)]


def _shown(page: Any, box: tuple[float, float, float, float]) -> Box:
    """A rectangle of the page's own space, once the page is turned and cut as people see it."""
    width, height = page.get_size()
    left, bottom, right, top = box
    corners = [_dot(page, width, height, x, y) for x, y in ((left, bottom), (right, top))]
    xs, ys = zip(*corners, strict=True)
    return (
        round(min(xs), 1),
        round(height - max(ys), 1),
        round(max(xs), 1),
        round(height - min(ys), 1),
    )


def _dot(page: Any, width: float, height: float, x: float, y: float) -> tuple[float, float]:
    """A place of the page in points from the top left of what is shown."""
    across, down = ctypes.c_int(), ctypes.c_int()
    size = (round(width * _FINE), round(height * _FINE))
    raw.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
    return across.value / _FINE, down.value / _FINE
