"""The structure of a PDF: readable, not encrypted, nothing active, within the limits (DOC-002).

A damaged file is never repaired: what a viewer would guess, another would guess otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Stream

from segur_portal.common.french import count, typographic

from .archive_words import kind_of
from .limits import ReadingLimits, mebibytes
from .result import Fault

_HEAD, _END = b"%PDF-", b"%%EOF"
_TAIL = 1_024
_DEPTH = 40
_EXPORT = "Exportez de nouveau le document en PDF (PDF/A de préférence), sans le protéger."
_ACTIVE_KEYS = {
    "/JS": "un programme JavaScript",
    "/JavaScript": "un programme JavaScript",
    "/EmbeddedFiles": "un fichier joint",
    "/EF": "un fichier joint",
    "/XFA": "un formulaire XFA",
    "/RichMedia": "un contenu multimédia",
    "/RichMediaContent": "un contenu multimédia",
}
_ACTIVE_KINDS = {
    "/JavaScript": "un programme JavaScript",
    "/Launch": "le lancement d’un programme",
    "/ImportData": "un échange de données",
    "/SubmitForm": "un envoi de formulaire",
    "/GoToE": "un fichier joint",
    "/Rendition": "un contenu multimédia",
    "/Movie": "un contenu multimédia",
    "/Sound": "un contenu multimédia",
    "/RichMedia": "un contenu multimédia",
    "/Screen": "un contenu multimédia",
    "/3D": "un contenu en trois dimensions",
    "/EmbeddedFile": "un fichier joint",
    "/FileAttachment": "un fichier joint",
}


@dataclass(frozen=True, slots=True)
class Structure:
    """The faults of a PDF, its number of pages, and whether something in it is signed."""

    faults: tuple[Fault, ...] = ()
    page_count: int = 0
    has_signature: bool = False


def check_pdf(path: Path, limits: ReadingLimits) -> Structure:
    """Judge the structure of a file; nothing is written."""
    fault = _outside(path, limits)
    if fault:
        return Structure((fault,))
    try:
        with pikepdf.open(path, attempt_recovery=False, suppress_warnings=True) as pdf:
            return _inside(pdf, limits)
    except pikepdf.PasswordError:
        return Structure((_encrypted(),))
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError):
        return Structure((_damaged(),))


def _outside(path: Path, limits: ReadingLimits) -> Fault | None:
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(16)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    if not size:
        return _fault("Le document est vide (0 octet).", "Placez le PDF signé dans le ZIP.")
    if size > limits.max_bytes:
        return _fault(
            f"Le document est trop gros : {mebibytes(size)}, pour {mebibytes(limits.max_bytes)} "
            "au plus.",
            "Numérisez-le avec une résolution plus basse (200 points par pouce suffisent).",
        )
    if not head.startswith(_HEAD):
        kind = kind_of(head)
        what = f"c’est {kind}" if kind and kind != "un PDF" else "il ne commence pas comme un PDF"
        return _fault(f"Ce document n’est pas un PDF : {what}.", _EXPORT)
    end = tail.rfind(_END)
    if end < 0:
        return _fault("Le PDF est incomplet : sa fin manque.", _EXPORT)
    if tail[end + len(_END) :].strip(b"\x00\t\n\x0c\r "):
        return _fault("Le PDF est suivi d’octets étrangers.", _EXPORT)
    return None


def _inside(pdf: pikepdf.Pdf, limits: ReadingLimits) -> Structure:
    if pdf.is_encrypted:
        return Structure((_encrypted(),))
    objects = len(pdf.objects)
    if objects > limits.max_objects:
        fault = _fault(f"Le PDF est trop complexe : {count(objects, 'objet')}.", _EXPORT)
        return Structure((fault,))
    pages = len(pdf.pages)
    faults = []
    if not pages:
        faults.append(_fault("Le PDF n’a aucune page.", _EXPORT))
    if pages > limits.max_pages:
        faults.append(
            _fault(
                f"Le PDF a trop de pages : {count(pages, 'page')}, pour {limits.max_pages} "
                "au plus.",
                "Ne déposez que le document demandé, sans ses annexes.",
            )
        )
    active: dict[str, None] = {}
    has_signature = False
    for item in pdf.objects:
        for name, word in _walk(item):
            if word:
                active[word] = None
            has_signature = has_signature or name == "/ByteRange"
    faults += [
        _fault(f"Le PDF contient {word} : les contenus actifs sont refusés.", _EXPORT)
        for word in active
    ]
    return Structure(tuple(faults), pages, has_signature)


def _walk(item: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The keys of an object and of what is written inside it, each with what it activates."""
    if depth > _DEPTH:
        raise ValueError("too deep")
    if isinstance(item, Stream):
        item = item.stream_dict
    if isinstance(item, Dictionary):
        for key, value in item.items():
            name = str(value) if isinstance(value, pikepdf.Name) else ""
            is_kind = key in {"/S", "/Subtype", "/Type"}
            yield key, _ACTIVE_KEYS.get(key, "") or (_ACTIVE_KINDS.get(name, "") if is_kind else "")
            if not getattr(value, "is_indirect", False):
                yield from _walk(value, depth + 1)
    elif isinstance(item, Array):
        for value in item:
            if not getattr(value, "is_indirect", False):
                yield from _walk(value, depth + 1)


def _encrypted() -> Fault:
    return _fault(
        "Le PDF est protégé (chiffré), avec ou sans mot de passe à l’ouverture.",
        "Exportez-le de nouveau sans protection.",
    )


def _damaged() -> Fault:
    return _fault("Le PDF est abîmé : sa structure ne peut pas être lue.", _EXPORT)


def _fault(message: str, advice: str) -> Fault:
    return Fault(typographic(message), typographic(advice))
