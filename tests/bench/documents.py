"""Signed documents: the time to read one, the memory of the process that reads, a full deposit."""

from __future__ import annotations

import os
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from django.core.files.base import ContentFile

from funding.actions import process_deposit, receive_deposit
from funding.demo.papers import a_pdf, a_scan, a_zip, order_lines
from funding.demo.seals import signed, signer
from funding.documents import Reader, ReadingLimits, Wanted, expected_files, wanted_values
from funding.models import Deposit
from segur_portal.common.models import Statement
from tests.bench.figures import Figure, elapsed_ms
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import a_base, a_member, a_supplier, an_enrolment, the_programme

RIS = "SONS-IMG-RIS-Va2"
ROUNDS, FRESH, BATCH = 100, 10, 200
WEIGHT = 300_000
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


def figures() -> Iterator[Figure]:
    """One order as text, signed, scanned; then 200 of 300 kB, as a supplier deposits them."""
    the_programme()
    request = a_request(RIS)
    lines = order_lines(request)
    wanted = [*wanted_values(request, expected_files(request, "AVANCE")[0]), *_statements()]
    kinds = {
        "text": a_pdf(lines),
        "signed": signed(a_pdf(lines), signer()),
        "scan": a_scan(lines),
        "50-pages": a_pdf(lines * 100),
    }
    with tempfile.TemporaryDirectory() as folder, Reader(ReadingLimits()) as reader:
        path = Path(folder) / "document.pdf"
        for name, content in kinds.items():
            path.write_bytes(content)
            yield from _reading(name, reader, path, wanted)
        path.write_bytes(kinds["text"])
        fresh = statistics.median(elapsed_ms(lambda: _fresh(path, wanted)) for _ in range(FRESH))
        warm = statistics.median(elapsed_ms(lambda: reader.read(path, wanted)) for _ in range(9))
        yield Figure("document-process-per-pdf", fresh, "ms", fresh / warm, "one per batch instead")
        yield Figure("document-child-memory", _peak(reader), "MiB", None, "target: <= 200")
        drawn = [elapsed_ms(lambda: reader.draw(path, 1)) for _ in range(ROUNDS)]
        yield Figure("document-page-drawn-p50", statistics.median(drawn), "ms")
        yield Figure("document-page-drawn-p95", statistics.quantiles(drawn, n=20)[-1], "ms")
    yield from _deposit()


def _statements() -> list[Wanted]:
    rows = Statement.objects.binding("purchase_order", RIS)
    return [Wanted(one.code, "pattern", "", one.pattern) for one in rows if one.pattern]


def _reading(name: str, reader: Reader, path: Path, wanted: list[Wanted]) -> Iterator[Figure]:
    assert not reader.read(path, wanted).faults
    taken = [elapsed_ms(lambda: reader.read(path, wanted)) for _ in range(ROUNDS)]
    yield Figure(f"document-read-{name}-p50", statistics.median(taken), "ms")
    yield Figure(f"document-read-{name}-p95", statistics.quantiles(taken, n=20)[-1], "ms")


def _fresh(path: Path, wanted: list[Wanted]) -> None:
    with Reader(ReadingLimits()) as reader:
        reader.read(path, wanted)


def _peak(reader: Reader) -> float:
    """The most memory that the process held, in MiB."""
    child = reader._child
    assert child
    match = _PEAK.search(Path(f"/proc/{child.pid}/status").read_text())
    assert match
    return int(match[1]) / 1024


def _deposit() -> Iterator[Figure]:
    """200 requests and 200 PDFs, about 60 MB, from the bytes received to the last verdict."""
    user = a_member(a_supplier(SIRET))
    supplier = user.memberships.get().supplier
    requests = [a_request(RIS, number=number) for number in range(1, BATCH + 1)]
    an_enrolment(supplier, requests[0], RIS)
    a_base(RIS, requests)
    files = {one["bonDeCommande"]["nomFichier"]: heavy(a_pdf(order_lines(one))) for one in requests}
    archive = a_zip(files)
    deposit = receive_deposit(
        supplier=supplier,
        user=user,
        content=BytesIO(a_file(RIS, requests=requests)),
        name=a_filename(RIS),
        archives=[ContentFile(archive, name="bons.zip")],
    )
    began = time.perf_counter()
    assert process_deposit(deposit.pk)
    taken = time.perf_counter() - began
    read: Any = Deposit.objects.get(pk=deposit.pk)
    assert read.documents.count() == read.integrated_count == BATCH
    yield Figure("deposit-200-pdf-size", len(archive) / 2**20, "MiB")
    yield Figure("deposit-200-pdf", taken, "s", None, "target: <= 30")
    yield Figure("deposit-200-pdf-each", taken * 1000 / BATCH, "ms")


def heavy(content: bytes) -> bytes:
    """The same PDF with a picture's weight in it."""
    with pikepdf.open(BytesIO(content)) as pdf:
        pdf.pages[0].Resources.Pad = pdf.make_stream(os.urandom(WEIGHT))
        target = BytesIO()
        pdf.save(target)
    return target.getvalue()
