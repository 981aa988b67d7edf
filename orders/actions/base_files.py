"""Files of the base: their name and header, how they reach the portal, where they are dropped."""

from __future__ import annotations

import csv
import logging
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, default_storage, storages
from django.db import transaction

from orders.models import BaseImport
from segur_portal.common import clock
from segur_portal.common.actions import store_file, write_journal
from segur_portal.common.models import Scheme, StoredFile

# CSV column → field of `EligibleClient` (json-contract, eligible-clients base).
COLUMNS = {
    "type_identifiant": "kind",
    "identifiant": "value",
    "rpps": "rpps",
    "siren": "siren",
    "libelle": "label",
    "type_structure": "structure_type",
    "specialite": "specialty",
    "liberal": "is_liberal",
    "nb_medecins": "doctor_count",
    "code_postal": "postal_code",
    "activite": "activity",
    "activite_2023": "activity_2023",
    "beneficiaire_vague_1": "had_wave_1",
}
OBJECT_PREFIX = "drop/eligible-clients"
DONE, UNREADABLE = "traites", "refuses"
# A file written less than this long ago may still be growing.
SETTLED_AFTER = timedelta(seconds=30)
_NAME = re.compile(r"base-eligibles_(?P<scheme>[A-Za-z0-9-]+)_(?P<day>[0-9]{8})\.csv")

logger = logging.getLogger(__name__)


class BaseFileError(Exception):
    """A file of the base that cannot be taken; the message is in French, for the user."""


def parse_name(name: str) -> tuple[Scheme, date]:
    """The scheme and date of `base-eligibles_<scheme>_<AAAAMMJJ>.csv`. Raises BaseFileError."""
    found = _NAME.fullmatch(name)
    if not found:
        raise BaseFileError(
            f"Nom de fichier « {name} » : attendu base-eligibles_<dispositif>_<AAAAMMJJ>.csv."
        )
    try:
        day = datetime.strptime(found["day"], "%Y%m%d").date()  # noqa: DTZ007 (a civil date)
    except ValueError:
        raise BaseFileError(f"« {found['day']} » n’est pas une date (AAAAMMJJ).") from None
    scheme = Scheme.objects.filter(pk=found["scheme"]).first()
    if scheme is None:
        raise BaseFileError(f"Le dispositif « {found['scheme']} » n’existe pas.")
    return scheme, day


def parse_header(line: bytes) -> list[str]:
    """The fields, in the order of the file's header row. Raises BaseFileError, naming columns."""
    try:
        text = line.decode("utf-8-sig").strip("\r\n")
    except UnicodeDecodeError:
        raise BaseFileError("L’en-tête n’est pas en UTF-8.") from None
    names = [name.strip() for name in next(csv.reader([text], delimiter=";"), [])]
    problems = {
        "manquante(s)": [name for name in COLUMNS if name not in names],
        "inconnue(s)": [name or "(vide)" for name in names if name not in COLUMNS],
        "en double": sorted({name for name in names if names.count(name) > 1}),
    }
    said = [f"{what} : {', '.join(which)}" for what, which in problems.items() if which]
    if said:
        raise BaseFileError(f"Colonnes de l’en-tête – {' ; '.join(said)}.")
    return [COLUMNS[name] for name in names]


def receive_base_file(content: IO[bytes], name: str, requested_by: Any = None) -> BaseImport:
    """Store a file of the base, to be imported by `run_import`.

    `requested_by` is empty for the portal itself. Raises BaseFileError on its name.
    """
    scheme, day = parse_name(name)
    stored = store_file(content, name=name, purpose=StoredFile.Purpose.BASE, stored_by=requested_by)
    with transaction.atomic():
        import_ = BaseImport.objects.create(
            scheme=scheme,
            business_date=day,
            file=stored,
            requested_by=requested_by,
            received_at=clock.now(),
        )
        write_journal(import_, "receive", actor=requested_by, target=import_.state, note=name)
    return import_


def receive_dropped_files() -> list[BaseImport]:
    """Receive what was dropped, oldest date first, and put it aside so as to read it once.

    Files of another name go to their own folder and are logged as errors.
    """
    storage, prefix = _drop_place()
    received = []
    for name in sorted(_dropped_names(storage, prefix), key=lambda name: (name[-12:], name)):
        path = f"{prefix}{name}"
        try:
            with storage.open(path) as content:
                received.append(receive_base_file(content, name))
        except BaseFileError as error:
            logger.error("Fichier déposé refusé : %s", error)
            _put_aside(storage, path, f"{prefix}{UNREADABLE}/{name}")
        else:
            _put_aside(storage, path, f"{prefix}{DONE}/{name}")
    return received


def _drop_place() -> tuple[Storage, str]:
    """The drop folder; with object storage, a prefix of the portal's own bucket."""
    if isinstance(storages["default"], FileSystemStorage):
        return FileSystemStorage(location=settings.ELIGIBLE_BASE_DROP_DIR), ""
    return default_storage, f"{OBJECT_PREFIX}/"


def _dropped_names(storage: Storage, prefix: str) -> Iterator[str]:
    try:
        _, names = storage.listdir(prefix)
    except FileNotFoundError:
        return
    # The machine's own clock: the portal's may have been moved, file dates never are.
    limit = datetime.now(tz=clock.PARIS) - SETTLED_AFTER
    for name in names:
        if name.endswith(".csv") and storage.get_modified_time(f"{prefix}{name}") <= limit:
            yield name


def _put_aside(storage: Storage, path: str, target: str) -> None:
    with storage.open(path) as content:
        storage.save(target, File(content))
    storage.delete(path)
