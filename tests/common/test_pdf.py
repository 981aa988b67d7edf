"""Rendering: tagged and archival PDFs in the State's layout, made of the portal's files only."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pikepdf
import pypdfium2
import pytest
from django.template import engines

from segur_portal.common import pdf
from tests.factories import A_DAY

pytestmark = pytest.mark.pdf
CONTEXT = {
    "document": SimpleNamespace(
        get_kind_display="Décision de refus",
        reference="DEC-20260915-000001",
        written_code="K7QM-2WXT-9HDA-4RNE",
        issued_at=A_DAY,
    ),
    "verification_url": "https://portail.example/verification/",
}


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_a_page_is_tagged_in_french_with_its_reference_and_code() -> None:
    """PDF/UA-1: structure, language, title; the foot carries what the verification page asks."""
    content = pdf.render_pdf("pdf/base.html", CONTEXT)
    with pikepdf.open(io.BytesIO(content)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "fr"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert "DEC-20260915-000001" in metadata["dc:title"]
    text = text_of(content)
    for words in ("Agence de services", "DEC-20260915-000001", "K7QM-2WXT-9HDA-4RNE", "Page 1 / 1"):
        assert words in text


def test_the_fonts_are_those_of_the_state_and_embedded() -> None:
    """No font of the machine replaces Marianne."""
    with pikepdf.open(io.BytesIO(pdf.render_pdf("pdf/base.html", CONTEXT))) as document:
        fonts = [str(f.BaseFont) for f in document.pages[0].Resources.Font.values()]
    assert fonts
    assert all("Marianne" in font for font in fonts)


# The library leaves its own colour profile for the collector to close.
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io.FileIO name=.*sRGB2014.icc:"
    "pytest.PytestUnraisableExceptionWarning"
)
def test_data_travels_with_an_archival_page() -> None:
    """PDF/A-3u with the file related to the page, still tagged."""
    content = pdf.render_pdf("pdf/base.html", CONTEXT, attachment=("a.json", b'{"a": "\xc3\xa9"}'))
    with pikepdf.open(io.BytesIO(content)) as document:
        with document.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "U")
        assert document.attachments["a.json"].get_file().read_bytes() == b'{"a": "\xc3\xa9"}'
        assert str(document.Root.AF[0].AFRelationship) == "/Data"
        assert document.Root.MarkInfo.Marked


@pytest.mark.parametrize(
    "address", ["https://exemple.fr/a.png", "file:///etc/hostname", "portal:pdf/absent.svg"]
)
def test_nothing_is_fetched_from_outside(monkeypatch: Any, address: str) -> None:
    """A page that names anything but a static file of the portal is not rendered."""
    page = engines["django"].from_string(f'<html lang="fr"><img src="{address}" alt=""></html>')
    monkeypatch.setattr(pdf, "render_to_string", lambda name, context: page.render())
    with pytest.raises(pdf.ForeignAddressError):
        pdf.render_pdf("pdf/base.html", {})
