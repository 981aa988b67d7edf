"""Files of the base: their name and header, how they reach the portal, where they are dropped."""

from __future__ import annotations

import csv
import logging
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.core.mail import mail_admins
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
    said = [f"{what} : {_listed(which)}" for what, which in problems.items() if which]
    if said:
        raise BaseFileError(f"Colonnes de l’en-tête – {' ; '.join(said)}.")
    return [COLUMNS[name] for name in names]


def _listed(names: list[str]) -> str:
    """Names as somebody wrote them: the first ones, cut, without what cannot be printed."""
    shown = ["".join(c if c.isprintable() else "?" for c in name[:40]) for name in names[:15]]
    return ", ".join([*shown, "…"] if len(names) > len(shown) else shown)


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

    Files of another name go to their own folder, and the administrators are told. A file that
    cannot be read stays where it is and stops no other.
    """
    drop = storages["eligible-base-drop"]
    received = []
    for name in sorted(_dropped_names(drop), key=lambda name: (name[-12:], name)):
        try:
            received += _receive_dropped(drop, name)
        except Exception:
            logger.exception("Le fichier déposé %s n’a pas été reçu.", name)
    return received


def _receive_dropped(drop: Storage, name: str) -> list[BaseImport]:
    try:
        with transaction.atomic(), drop.open(name) as content:
            import_ = receive_base_file(content, name)
            _check_whole(drop, name, import_)
    except _GrowingError:
        logger.info("Le fichier déposé %s est encore en cours d’écriture.", name)
        return []
    except BaseFileError as error:
        logger.error("Fichier déposé refusé : %s", error)
        mail_admins(f"Fichier déposé refusé : {name}", str(error), fail_silently=True)
        _put_aside(drop, name, UNREADABLE)
        return []
    _put_aside(drop, name, DONE)
    return [import_]


class _GrowingError(Exception):
    """The file grew while it was read."""


def _check_whole(drop: Storage, name: str, import_: BaseImport) -> None:
    stored = import_.file
    assert stored
    if drop.size(name) != stored.size:
        stored.content.delete(save=False)
        raise _GrowingError


def _dropped_names(drop: Storage) -> Iterator[str]:
    try:
        _, names = drop.listdir("")
    except FileNotFoundError:
        return
    limit = clock.machine_now() - SETTLED_AFTER
    for name in names:
        if name.endswith(".csv") and drop.get_modified_time(name) <= limit:
            yield name


def _put_aside(drop: Storage, name: str, folder: str) -> None:
    with drop.open(name) as content:
        drop.save(f"{folder}/{name}", File(content))
    drop.delete(name)
