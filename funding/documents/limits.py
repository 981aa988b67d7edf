"""How much a ZIP or a PDF may hold, and how much its reading may cost."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Limits of one ZIP: sizes in bytes; `ratio` counts on entries past 1 MiB once open; `seconds`
    is how long its directory may take to be read, and each of its entries to be taken out."""

    max_bytes: int = 500 * MEBIBYTE
    max_entries: int = 1_000
    max_entry_bytes: int = 20 * MEBIBYTE
    max_total_bytes: int = 2_048 * MEBIBYTE
    max_ratio: int = 100
    seconds: int = 20


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """Limits of one PDF, and of the process that reads it: seconds and bytes."""

    max_bytes: int = 20 * MEBIBYTE
    max_pages: int = 50
    max_objects: int = 200_000
    seconds: int = 20
    memory: int = 1_024 * MEBIBYTE


def mebibytes(size: int) -> str:
    """`10,4 Mio`."""
    return f"{size / MEBIBYTE:.1f} Mio".replace(".", ",")
