"""What is said of a ZIP file, or of one of its entries, that cannot be used."""

from __future__ import annotations

from collections.abc import Sequence

from segur_portal.common.french import count as counted
from segur_portal.common.french import typographic

from .limits import mebibytes
from .result import Fault

_ZIP_AGAIN = (
    "Refaites le ZIP à partir des seuls PDF, avec l’outil de votre système, puis déposez-le."
)
_MAGIC = {
    b"PK\x03\x04": "un ZIP",
    b"PK\x05\x06": "un ZIP",
    b"7z\xbc\xaf\x27\x1c": "une archive 7-Zip",
    b"Rar!": "une archive RAR",
    b"\x1f\x8b": "un fichier GZIP",
    b"BZh": "un fichier BZIP2",
    b"\xfd7zXZ": "un fichier XZ",
    b"MZ": "un programme",
    b"\x7fELF": "un programme",
    b"%PDF": "un PDF",
    b"\x89PNG": "une image",
    b"\xff\xd8\xff": "une image",
    b"<": "une page web ou un fichier XML",
    b"{": "un fichier JSON",
    b"[": "un fichier JSON",
}
_ARCHIVES = frozenset({"un ZIP", "une archive 7-Zip", "une archive RAR", "un fichier GZIP",
                       "un fichier BZIP2", "un fichier XZ"})  # fmt: skip


def _fault(message: str, advice: str = _ZIP_AGAIN) -> Fault:
    return Fault(typographic(message), typographic(advice))


EMPTY_FILE = _fault("Le fichier ZIP est vide (0 octet).")
EMPTY_ARCHIVE = _fault("Le ZIP ne contient aucun document.", "Placez-y les PDF, puis déposez-le.")
UNREADABLE = _fault("Le ZIP est abîmé ou incomplet : son sommaire ne peut pas être lu.")
SEVERAL_DISKS = _fault("Le ZIP est découpé en plusieurs morceaux.", "Déposez un ZIP entier.")
FOREIGN_BYTES = _fault("Le ZIP contient des octets étrangers, avant, après ou entre ses parties.")
OVERLAP = _fault("Plusieurs entrées du ZIP occupent les mêmes octets : c’est un ZIP piégé.")
ENCRYPTED = _fault(
    "Ce document est protégé par un mot de passe dans le ZIP.", "Refaites le ZIP sans mot de passe."
)
LINK = _fault("Cette entrée du ZIP est un lien ou un fichier spécial, pas un document.")
TWO_NAMES = _fault("Cette entrée du ZIP porte deux noms différents, ou un caractère nul.")
IN_A_FOLDER = _fault(
    "Ce document est dans un dossier du ZIP.",
    "Sélectionnez les PDF eux-mêmes, et non leur dossier, pour faire le ZIP.",
)
METHOD = _fault("Ce document est compressé d’une façon que le portail n’ouvre pas.")
BOMB = _fault("Ce document grossit démesurément une fois décompressé : c’est un ZIP piégé.")
TWICE = _fault(
    "Ce nom de document est présent plusieurs fois dans le ZIP.",
    "Ne gardez qu’un document de ce nom (majuscules et minuscules ne font pas de différence).",
)
DAMAGED = _fault("Ce document est abîmé dans le ZIP : il ne peut pas être décompressé.")
EMPTY_ENTRY = _fault("Ce document est vide (0 octet).", "Placez le PDF signé dans le ZIP.")


def archive_kind(head: bytes) -> str:
    """The kind of archive these bytes begin, or nothing."""
    kind = kind_of(head)
    return kind if kind in _ARCHIVES else ""


def kind_of(head: bytes) -> str:
    """What these first bytes announce, in words; empty when nothing known."""
    found = (name for mark, name in _MAGIC.items() if head.lstrip(b"\xef\xbb\xbf").startswith(mark))
    return next(found, "")


def not_a_zip(head: bytes) -> Fault:
    """A file that is something else, or that something stands in front of."""
    kind = kind_of(head)
    what = f"c’est {kind}" if kind else "ses premiers octets ne sont pas ceux d’un ZIP"
    return _fault(f"Ce fichier n’est pas un ZIP : {what}.")


def nested(kind: str) -> Fault:
    """An archive in the archive."""
    return _fault(
        f"Cette entrée du ZIP est elle-même {kind} : les archives emboîtées sont refusées.",
        "Placez les PDF directement dans le ZIP.",
    )


def too_slow(seconds: int) -> Fault:
    """A ZIP, or one of its entries, whose opening takes longer than it may."""
    return _fault(
        f"L’ouverture de ce fichier dépasse {counted(seconds, 'seconde')} : elle a été arrêtée."
    )


def too_large(size: int, limit: int) -> Fault:
    """A ZIP heavier than the limit."""
    return _fault(
        f"Le ZIP est trop gros : {mebibytes(size)}, pour {mebibytes(limit)} au plus.",
        "Répartissez les documents dans plusieurs ZIP du même dépôt.",
    )


def too_large_open(limit: int) -> Fault:
    """A ZIP that would be heavier than the limit once open."""
    return _fault(
        f"Le ZIP dépasserait {mebibytes(limit)} une fois décompressé.",
        "Répartissez les documents dans plusieurs ZIP du même dépôt.",
    )


def too_many_entries(limit: int, found: int | None = None) -> Fault:
    """A ZIP of more entries than the limit."""
    many = (
        f"{counted(found, 'entrée')}, pour {limit}" if found else f"plus de {limit} entrées, nombre"
    )
    return _fault(
        f"Le ZIP contient trop de documents : {many} au plus.",
        "Répartissez les documents dans plusieurs ZIP du même dépôt.",
    )


def entry_too_large(limit: int) -> Fault:
    """A document heavier than the limit once open."""
    return _fault(
        f"Ce document dépasse {mebibytes(limit)} une fois décompressé.",
        "Numérisez-le avec une résolution plus basse (200 points par pouce suffisent).",
    )


def ignored(names: Sequence[str]) -> str:
    """A note on the files that a system adds by itself."""
    return typographic(
        f"{counted(len(names), 'fichier')} ajouté{'s' if len(names) > 1 else ''} par le système "
        f"({names[0]}…) : ignoré{'s' if len(names) > 1 else ''}."
    )
