"""The faults of a PDF received on screen, where it comes with no request."""

from __future__ import annotations

from pathlib import Path

from .limits import ReadingLimits
from .reader import Reader


def faults_of(path: Path, *, max_bytes: int, max_pages: int) -> list[str]:
    """Each fault with what to do about it, in French; nothing when the file is sound."""
    with Reader(ReadingLimits(max_bytes=max_bytes, max_pages=max_pages)) as reader:
        return [f"{one.message} {one.advice}" for one in reader.read(path).faults]
