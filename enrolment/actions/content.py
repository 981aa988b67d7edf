"""What a supporting document may be: a PDF or an image, judged on its bytes and never its name."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO

import pypdfium2
from django.conf import settings
from django.core.exceptions import ValidationError
from PIL import Image

from segur_portal.common.templatetags.portal import bytes_fr

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
_MAGIC = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
_MAX_PIXELS = 60_000_000


@dataclass(frozen=True, slots=True)
class Content:
    """What a file was found to be."""

    media_type: str
    page_count: int


def check_content(file: IO[bytes]) -> Content:
    """What the file is, once opened for real.

    Raises ValidationError, in French: empty, too large, of another type, unreadable, protected,
    too many pages.
    """
    data = file.read(settings.ENROLMENT_FILE_MAX_BYTES + 1)
    file.seek(0)
    if not data:
        raise ValidationError("Le fichier est vide.")
    if len(data) > settings.ENROLMENT_FILE_MAX_BYTES:
        limit = bytes_fr(settings.ENROLMENT_FILE_MAX_BYTES)
        raise ValidationError(f"Le fichier est trop gros : {limit} au plus.")
    found = next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)
    if found is None:
        raise ValidationError("Le fichier n’est ni un PDF, ni une image JPEG ou PNG.")
    return Content(found, _pdf_pages(data) if found == PDF else _image(data, found))


def _pdf_pages(data: bytes) -> int:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        protected = "password" in str(error).lower()
        raise ValidationError(
            "Le PDF est protégé par un mot de passe : déposez-le sans protection."
            if protected
            else "Le PDF est abîmé ou incomplet : il ne s’ouvre pas."
        ) from error
    try:
        count = len(document)
        if count == 0 or count > settings.ENROLMENT_FILE_MAX_PAGES:
            raise ValidationError(
                f"Le PDF a {count} pages, pour {settings.ENROLMENT_FILE_MAX_PAGES} au plus."
            )
        document[0].close()
    except pypdfium2.PdfiumError as error:
        raise ValidationError("Le PDF est abîmé : sa première page ne s’ouvre pas.") from error
    finally:
        document.close()
    return count


def _image(data: bytes, expected: str) -> int:
    """Decode the whole image; a picture inside another format, or cut short, is refused."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as image:
            if Image.MIME.get(image.format or "") != expected:
                raise ValidationError("Le contenu de l’image ne correspond pas à son type.")
            if image.width * image.height > _MAX_PIXELS:
                raise ValidationError("L’image est trop grande.")
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValidationError("L’image est abîmée ou incomplète.") from error
    return 1


def page_image(data: bytes, media_type: str, page: int, *, width: int = 1100) -> bytes:
    """One page as a PNG of that width: nothing of the supplier's file reaches the browser.

    Raises IndexError when there is no such page (the first is 1).
    """
    if media_type == PDF:
        document = pypdfium2.PdfDocument(data)
        try:
            if not 1 <= page <= len(document):
                raise IndexError(page)
            sheet = document[page - 1]
            scale = min(width / max(sheet.get_width(), 1), 4)
            picture = sheet.render(scale=scale).to_pil()
        finally:
            document.close()
    else:
        if page != 1:
            raise IndexError(page)
        picture = Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]).convert("RGB")
        picture.thumbnail((width, width * 2))
    result = io.BytesIO()
    picture.save(result, "PNG")
    return result.getvalue()


def text_of(data: bytes, media_type: str) -> str:
    """The text of a PDF, as far as it has one; nothing for an image."""
    if media_type != PDF:
        return ""
    document = pypdfium2.PdfDocument(data)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()
