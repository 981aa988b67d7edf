"""Whether a PDF received on screen may be kept: readable, unprotected, with nothing active.

It is read as the documents of a deposit are (DOC-002), in a process of its own, by the reader that
the settings name: a file made to harm stops only itself.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string

FILE_ERRORS = {
    "required": "Choisissez le fichier PDF à transmettre.",
    "empty": "Ce fichier est vide : choisissez-en un autre.",
}
_HEAD = b"%PDF-"


@dataclass(frozen=True, slots=True)
class SoundPdf:
    """Validator of a form's file: it says, in French, every fault of the PDF and what to do.

    `is_always`: a file that is no PDF is refused; otherwise only what begins or (`is_named`) is
    named as one is read, and the refusal names it. `max_bytes` and `max_pages` name settings.
    """

    is_always: bool = True
    is_named: bool = False
    max_bytes: str = "DOCUMENT_MAX_BYTES"
    max_pages: str = "DOCUMENT_MAX_PAGES"

    def __call__(self, file: Any) -> None:
        if not (self.is_always or self._looks_like_one(file)):
            return
        limits = (getattr(settings, self.max_bytes), getattr(settings, self.max_pages))
        if faults := pdf_faults(file, *limits):
            which = f"« {file.name} » : " if self.is_named else ""
            raise ValidationError([f"{which}{one}" for one in faults])

    def _looks_like_one(self, file: Any) -> bool:
        file.seek(0)
        head = file.read(len(_HEAD))
        file.seek(0)
        return head == _HEAD or (self.is_named and str(file.name).lower().endswith(".pdf"))


def pdf_faults(file: IO[bytes], max_bytes: int, max_pages: int) -> list[str]:
    """What forbids to keep a PDF, in French; nothing when it is sound."""
    read = import_string(settings.PDF_READER)
    with tempfile.NamedTemporaryFile(suffix=".pdf") as local:
        file.seek(0)
        shutil.copyfileobj(file, local)
        local.flush()
        file.seek(0)
        return list(read(Path(local.name), max_bytes=max_bytes, max_pages=max_pages))
