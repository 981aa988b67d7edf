"""Taking in the ZIP files of a deposit: their names, their sizes, and names used already."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from django.conf import settings
from django.core.files.base import File
from django.db.models import Q

from enrolment.models import Supplier, User
from funding.actions.limits import archive_limits
from funding.documents import Listing, list_archive
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


def list_archives(files: Iterable[File[bytes]]) -> dict[str, Listing]:
    """What each ZIP holds, by name: its directory is read, none of its documents is opened."""
    listings = {}
    for file in files:
        file.seek(0)
        listings[file.name or ""] = list_archive(file, archive_limits())
        file.seek(0)
    return listings


def names_of(archives: Iterable[DepositArchive]) -> dict[str, Sequence[str]]:
    """The names that each ZIP of a deposit holds."""
    return {archive.name: archive.entries for archive in archives}


def is_burnt(supplier: Supplier, name: str) -> bool:
    """Whether an integrated deposit of the supplier used this name, whatever its case."""
    used = DepositArchive.objects.filter(supplier=supplier, is_burnt=True, name__iexact=name)
    return used.exists()


def next_free_name(supplier: Supplier, name: str) -> str:
    """The same name, with the first number that no integrated or current deposit has."""
    stem = name[:-4]
    match = _NUMBERED.fullmatch(stem)
    base, number = (match[1], int(match[2] or 1)) if match else (stem, 1)
    taken = {used.upper() for used in taken_names(supplier)}
    while True:
        number += 1
        free = f"{base[:70]}-{number:03}.zip"
        if free.upper() not in taken:
            return free


def taken_names(supplier: Supplier) -> list[str]:
    """The ZIP names that integrated deposits used for ever, and those of deposits under way."""
    current = Q(deposit__state__in=["incomplete", "received", "running"])
    used = DepositArchive.objects.filter(Q(is_burnt=True) | current, supplier=supplier)
    return list(used.order_by("name").values_list("name", flat=True).distinct())


def burnt_names(supplier: Supplier) -> list[str]:
    """The ZIP names that the supplier can never use again (DOC-005)."""
    burnt = DepositArchive.objects.filter(supplier=supplier, is_burnt=True)
    return list(burnt.order_by("name").values_list("name", flat=True))


def store_archives(files: Iterable[File[bytes]], user: User) -> list[StoredFile]:
    """Keep ZIP files as they were received."""
    purpose = StoredFile.Purpose.ARCHIVE
    return [
        store_file(file, name=file.name or "", purpose=purpose, stored_by=user) for file in files
    ]


def join_archives(
    deposit: Deposit, stored: Iterable[StoredFile], listings: Mapping[str, Listing]
) -> None:
    """Make stored ZIP files those of a deposit."""
    for file in stored:
        listing = listings[file.name]
        DepositArchive.objects.create(
            deposit=deposit,
            supplier_id=deposit.supplier_id,
            name=file.name,
            file=file,
            entries=[entry.name.replace("\x00", "") for entry in listing.entries],
            fault=asdict(listing.fault) if listing.fault else None,
            notes=list(listing.notes),
        )
