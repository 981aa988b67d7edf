"""Taking in the ZIP files of a deposit: their names, their sizes, and names used already."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.conf import settings
from django.core.files.base import File

from enrolment.models import Supplier, User
from funding.documents.limits import mebibytes
from funding.models import Deposit, DepositArchive
from funding.rules.documents import archive_finding
from segur_portal.common.actions import store_file
from segur_portal.common.french import typographic
from segur_portal.common.models import StoredFile
from segur_portal.common.rules import Finding

_NAME = re.compile(r"[A-Za-z0-9._-]{1,76}\.zip", re.IGNORECASE)
_NUMBERED = re.compile(r"(.*?)[-_]?(\d{1,4})?")


def check_archives(supplier: Supplier, files: Sequence[File[bytes]]) -> Finding | None:
    """What refuses the ZIP files at the door, before anything is stored."""
    limit = settings.DEPOSIT_ZIP_MAX_BYTES
    seen: set[str] = set()
    for file in files:
        name = file.name or ""
        if not _NAME.fullmatch(name):
            return _finding(
                name,
                f"Le nom de ZIP « {name[:100]} » ne suit pas la règle.",
                "Utilisez des lettres sans accent, des chiffres, « . », « _ » et « - », 80 au "
                "plus, terminés par « .zip ».",
            )
        if not file.size or file.size > limit:
            what = (
                f"{mebibytes(file.size)}, pour {mebibytes(limit)} au plus" if file.size else "vide"
            )
            return _finding(
                name,
                f"Le ZIP « {name} » ne peut pas être reçu : {what}.",
                "Répartissez les PDF dans plusieurs ZIP du même dépôt.",
            )
        if name.upper() in seen:
            return _finding(
                name, f"Deux ZIP du dépôt se nomment « {name} ».", "Renommez l’un des deux."
            )
        seen.add(name.upper())
        if is_burnt(supplier, name):
            free = next_free_name(supplier, name)
            return _finding(
                name,
                f"Le nom de ZIP « {name} » a déjà servi à un dépôt intégré.",
                f"Renommez ce ZIP, par exemple « {free} », puis déposez-le.",
            )
    return None


def _finding(name: str, message: str, advice: str) -> Finding:
    return archive_finding(name, typographic(message), typographic(advice))


def is_burnt(supplier: Supplier, name: str) -> bool:
    """Whether an integrated deposit of the supplier used this name, whatever its case."""
    used = DepositArchive.objects.filter(supplier=supplier, is_burnt=True, name__iexact=name)
    return used.exists()


def next_free_name(supplier: Supplier, name: str) -> str:
    """The same name, with the first number that is free."""
    stem = name[:-4]
    match = _NUMBERED.fullmatch(stem)
    base, number = (match[1], int(match[2] or 1)) if match else (stem, 1)
    burnt = {
        taken.upper()
        for taken in DepositArchive.objects.filter(supplier=supplier, is_burnt=True).values_list(
            "name", flat=True
        )
    }
    while True:
        number += 1
        free = f"{base[:70]}-{number:03}.zip"
        if free.upper() not in burnt:
            return free


def store_archives(deposit: Deposit, files: Sequence[File[bytes]], user: User) -> None:
    """Keep the ZIP files of a deposit as they were received."""
    for file in files:
        stored = store_file(
            file, name=file.name or "", purpose=StoredFile.Purpose.ARCHIVE, stored_by=user
        )
        DepositArchive.objects.create(
            deposit=deposit, supplier=deposit.supplier, name=stored.name, file=stored
        )
