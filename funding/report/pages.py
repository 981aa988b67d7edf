"""The pages of a signed document, drawn when somebody looks at them, and kept for a while.

Drawn in a process of its own (`funding.documents.reader`), one at a time for each process of the
portal; kept on disk by checksum and page, for a day at most. The caller has checked who asks; a
file that the antivirus has not found clean raises PermissionDenied, in French.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.core.cache import BaseCache, caches
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase

from funding.documents import Fault, Reader, ReadingLimits
from funding.models import DepositDocument
from segur_portal.common.models import StoredFile
from segur_portal.common.serving import check_open, open_file, private

# One page is asked for: those that will be next are drawn by the same process.
_AHEAD = 4
_SECONDS = 10
_ALONE = Lock()


def page_image(stored: StoredFile, number: int, page_count: int) -> bytes | Fault:
    """One page (from 1, up to `page_count`) as a JPEG, or why it cannot be drawn."""
    check_open(stored)
    if (image := _kept().get(_key(stored, number))) is not None:
        return bytes(image)
    with _ALONE:
        if (image := _kept().get(_key(stored, number))) is not None:
            return bytes(image)
        return _draw(stored, number, min(number + _AHEAD, page_count))


def page_response(document: DepositDocument, number: int) -> HttpResponseBase:
    """One page of a document, to whoever may see it. Raises Http404 when there is none to show, and
    PermissionDenied, in French, while the antivirus keeps the file closed."""
    count = len(document.reading["sizes"])
    if document.file is None or not 1 <= number <= count:
        raise Http404("Ce document n’a pas cette page.")
    image = page_image(document.file, number, count)
    if not isinstance(image, bytes):
        raise Http404(image.message)
    return private(HttpResponse(image, content_type="image/jpeg"))


def page_texts(stored: StoredFile) -> list[str] | Fault:
    """The text of each page, as extracted, or why it cannot be."""
    check_open(stored)
    key = f"{stored.sha256}-texts"
    if (texts := _kept().get(key)) is not None:
        return list(texts)
    with _ALONE, tempfile.NamedTemporaryFile(suffix=".pdf") as local, _reader() as reader:
        extracted = reader.texts(_copy(stored, local.name))
    if not isinstance(extracted, Fault):
        _kept().set(key, extracted)
    return extracted


def forget_pages(sha256: str, page_count: int) -> None:
    """Drop what was kept of a document that is deleted."""
    numbers = range(1, page_count + 1)
    _kept().delete_many([f"{sha256}-texts", *(f"{sha256}-{number}" for number in numbers)])


def _draw(stored: StoredFile, first: int, last: int) -> bytes | Fault:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as local, _reader() as reader:
        path = _copy(stored, local.name)
        asked = reader.draw(path, first)
        if isinstance(asked, Fault):
            return asked
        _kept().set(_key(stored, first), asked)
        for number in range(first + 1, last + 1):
            image = reader.draw(path, number)
            if isinstance(image, Fault):
                break
            _kept().set(_key(stored, number), image)
    return asked


def _reader() -> Reader:
    limits = ReadingLimits(
        max_bytes=settings.DOCUMENT_MAX_BYTES,
        max_pages=settings.DOCUMENT_MAX_PAGES,
        seconds=_SECONDS,
    )
    return Reader(limits)


def _copy(stored: StoredFile, name: str) -> Path:
    """The verified bytes, where the process finds them. Raises OSError when they changed."""
    path = Path(name)
    path.write_bytes(open_file(stored))
    return path


def _kept() -> BaseCache:
    return caches["pages"]


def _key(stored: StoredFile, number: int) -> str:
    return f"{stored.sha256}-{number}"
