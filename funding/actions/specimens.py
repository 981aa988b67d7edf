"""Reading a supplier's layout: which mandatory statements it carries, and on which pages."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.db import transaction

from enrolment.models import Specimen
from funding.documents import Reader, ReadingLimits, Wanted
from segur_portal.common.actions import read_file
from segur_portal.common.models import Statement


def read_specimen(specimen_id: int) -> bool:
    """Read the file of a layout in a process of its own; True when this call did.

    Safe to call twice. What is read pre-ticks the officer's checklist and decides nothing.
    """
    specimen = Specimen.objects.unread().filter(pk=specimen_id).select_related("file").first()
    if specimen is None:
        return False
    statements = list(Statement.objects.binding(specimen.kind, specimen.scheme_id))
    wanted = [_wanted(one) for one in statements]
    with (
        tempfile.TemporaryDirectory(prefix="specimen-") as folder,
        Reader(ReadingLimits()) as reader,
    ):
        path = Path(folder) / "document.pdf"
        path.write_bytes(read_file(specimen.file))
        reading = reader.read(path, wanted)
    found = {
        "is_read": True,
        "has_text": reading.has_text,
        "page_count": reading.page_count,
        "faults": [{"message": one.message, "advice": one.advice} for one in reading.faults],
        "pages": {one.key: list(one.pages) for one in reading.found},
    }
    with transaction.atomic():
        return bool(Specimen.objects.unread().filter(pk=specimen_id).update(reading=found))


def _wanted(statement: Statement) -> Wanted:
    kind = "pattern" if statement.pattern else "statement"
    value = statement.pattern or statement.text
    return Wanted(key=statement.code, kind=kind, label=statement.text, value=value)
