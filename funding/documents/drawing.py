"""The pages of a PDF for people: as a picture, and as the text that was extracted."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pypdfium2

from .text import MAX_CHARACTERS

# Twice a screen's usual density, within what a page of any size may cost (pixels).
SCALE = 1.8
MAX_PIXELS = 3_000_000
_QUALITY = 80


def draw_page(path: Path, number: int) -> bytes:
    """One page (from 1) as a JPEG, with what is written over it (stamps of signatures).

    Raises ValueError when the document has no such page.
    """
    document = pypdfium2.PdfDocument(path)
    try:
        document.init_forms()
        if not 1 <= number <= len(document):
            raise ValueError(f"no page {number}")
        page = document[number - 1]
        width, height = page.get_size()
        scale = min(SCALE, (MAX_PIXELS / max(width * height, 1)) ** 0.5)
        image = page.render(scale=scale).to_pil()
        target = BytesIO()
        image.convert("RGB").save(target, "JPEG", quality=_QUALITY)
        page.close()
        return target.getvalue()
    finally:
        document.close()


def page_texts(path: Path) -> list[str]:
    """The text of each page, as extracted: nothing is guessed from a picture."""
    document = pypdfium2.PdfDocument(path)
    texts = []
    try:
        for page in document:
            text_page = page.get_textpage()
            length = min(text_page.count_chars(), MAX_CHARACTERS)
            texts.append(text_page.get_text_range(0, length) if length else "")
            text_page.close()
            page.close()
    finally:
        document.close()
    return texts
