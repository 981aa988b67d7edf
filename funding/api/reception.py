"""A file received by the API: alone in the body, or in a form; streamed, never whole in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.http import parse_header_parameters
from rest_framework import status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from funding.api.errors import ApiError

FIELD = "fichier"
ZIP_FIELD = "documents"
NAME_HEADER = "X-Nom-Fichier"
KEY_HEADER = "Idempotency-Key"
LONGEST_NAME = 255
_CHUNK = 256 * 1024
_IN_MEMORY = 2 * 1024 * 1024


class _RawFile(BaseParser):
    """The body is the file. One byte beyond the limit is enough to know that it is too big."""

    field, limit = FIELD, "DEPOSIT_JSON_MAX_BYTES"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, File[bytes]]:
        body = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed with the request
        left = getattr(settings, self.limit) + 1
        while left and (chunk := stream.read(min(_CHUNK, left))):
            body.write(chunk)
            left -= len(chunk)
        size = body.tell()
        body.seek(0)
        file: File[bytes] = File(body, name="")
        file.size = size
        return {self.field: file}


class RawJson(_RawFile):
    """`Content-Type: application/json`."""

    media_type = "application/json"


class RawBytes(_RawFile):
    """`Content-Type: application/octet-stream`."""

    media_type = "application/octet-stream"


class RawZip(_RawFile):
    """`Content-Type: application/zip`: a ZIP of documents."""

    media_type = "application/zip"
    field, limit = ZIP_FIELD, "DEPOSIT_ZIP_MAX_BYTES"


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of a deposit that one call sends: a JSON file, ZIP files, or both."""

    file: File[bytes] | None
    name: str
    archives: tuple[File[bytes], ...]

    def close(self) -> None:
        """Give back what the files hold."""
        for file in (self.file, *self.archives):
            if file is not None:
                file.close()


def received_pieces(request: Request) -> Pieces:
    """The pieces of a call: the fields of a form, or the body alone."""
    sent = request.data
    if isinstance(sent, QueryDict):
        archives = tuple(one for one in sent.getlist(ZIP_FIELD) if isinstance(one, UploadedFile))
        if archives and FIELD not in sent:
            return Pieces(None, "", archives)
        file, name = received_file(request)
        return Pieces(file, name, archives)
    if isinstance(sent, Mapping) and isinstance(archive := sent.get(ZIP_FIELD), File):
        archive.name = _checked_name(archive, _name_of(request))
        return Pieces(None, "", (archive,))
    file, name = received_file(request)
    return Pieces(file, name, ())


def received_file(request: Request) -> tuple[File[bytes], str]:
    """The file of a call, and its name: the form's, or that of the headers."""
    sent = request.data
    file = sent.get(FIELD) if isinstance(sent, Mapping) else None
    if not sent and not str(request.content_type).startswith("multipart/"):
        file = File(BytesIO(), name="")  # an empty body is an empty file
    if not isinstance(file, File):
        raise ApiError(
            status.HTTP_400_BAD_REQUEST,
            "API-FICHIER",
            f"Aucun fichier reçu : envoyez-le dans le champ « {FIELD} », ou seul dans le corps.",
        )
    name = file.name if isinstance(file, UploadedFile) else _name_of(request)
    return file, _checked_name(file, name or "")


def _checked_name(file: File[bytes], name: str) -> str:
    if not name or len(name) > LONGEST_NAME:
        file.close()
        raise ApiError(
            status.HTTP_400_BAD_REQUEST,
            "API-NOM",
            f"Donnez le nom du fichier dans l’en-tête « {NAME_HEADER} » ({LONGEST_NAME} "
            "caractères au plus).",
        )
    return name


def _name_of(request: Request) -> str:
    """The name in its own header, or in `Content-Disposition`; never a path."""
    disposition = request.headers.get("Content-Disposition", "")
    named = parse_header_parameters(disposition)[1].get("filename", "") if disposition else ""
    name = request.headers.get(NAME_HEADER, "") or named
    return name.replace("\\", "/").rpartition("/")[2].strip()


def idempotency_key(request: Request) -> UUID | None:
    """The caller's own key, which makes a repeated call the same deposit."""
    written = request.headers.get(KEY_HEADER)
    if not written:
        return None
    try:
        return UUID(written)
    except ValueError:
        raise ApiError(
            status.HTTP_400_BAD_REQUEST,
            "API-CLE",
            f"L’en-tête « {KEY_HEADER} » doit être un UUID, par exemple "
            "6f9619ff-8b86-4d01-b42d-00cf4fc964ff.",
        ) from None


def reused_key() -> ApiError:
    """The error of a key sent again with other files: nothing is stored under it."""
    return ApiError(
        status.HTTP_422_UNPROCESSABLE_ENTITY,
        "API-CLE",
        f"Cet « {KEY_HEADER} » est celui d’un dépôt fait avec d’autres fichiers : donnez une clé "
        "neuve à chaque dépôt.",
    )
