"""Small PDF files that look like what they stand for: a title and a few lines of text."""

from __future__ import annotations

from collections.abc import Iterable


def small_pdf(*lines: str) -> bytes:
    """A one-page PDF, the first line as its title. The same lines give the same bytes."""
    page = _text(lines).encode("cp1252", "replace")
    return _assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        ]
    )


def _text(lines: Iterable[str]) -> str:
    shown = []
    for rank, line in enumerate(lines):
        safe = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        size, height = (18, 760) if rank == 0 else (12, 720 - 24 * rank)
        shown.append(f"BT /F1 {size} Tf 60 {height} Td ({safe}) Tj ET")
    return "\n".join(shown)


def _assemble(objects: list[bytes]) -> bytes:
    """The objects numbered from 1, their table and the trailer."""
    data, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return data + trailer % (len(objects) + 1, start)
