"""The limits of a deposit's files, from the settings."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from funding.documents import ArchiveLimits, ReadingLimits
from funding.intake import Limits

# Beside the sample files: the authority of the demonstration's signatures.
DEMO_AUTHORITY = "autorite-demonstration.pem"


def limits() -> Limits:
    """The limits of a JSON file."""
    return Limits(
        max_bytes=settings.DEPOSIT_JSON_MAX_BYTES,
        max_depth=settings.DEPOSIT_MAX_DEPTH,
        max_requests=settings.DEPOSIT_MAX_REQUESTS,
    )


def archive_limits() -> ArchiveLimits:
    """The limits of a ZIP."""
    return ArchiveLimits(
        max_bytes=settings.DEPOSIT_ZIP_MAX_BYTES,
        max_entries=settings.DEPOSIT_ZIP_MAX_ENTRIES,
        max_entry_bytes=settings.DOCUMENT_MAX_BYTES,
    )


def reading_limits() -> ReadingLimits:
    """The limits of a PDF."""
    return ReadingLimits(
        max_bytes=settings.DOCUMENT_MAX_BYTES, max_pages=settings.DOCUMENT_MAX_PAGES
    )


def trust_roots() -> list[str]:
    """The PEM files of the authorities whose signatures are verified; the demonstration has its
    own."""
    roots = list(settings.SIGNATURE_TRUST_ROOTS)
    own = Path(settings.VAR_DIR) / "demo" / DEMO_AUTHORITY
    return [*roots, str(own)] if settings.DEMONSTRATION and own.exists() else roots
