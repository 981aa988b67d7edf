"""Objects of the storage that no row records: what a crash left between the bytes and the row.

Only the folders where the portal stores files are looked at: nothing else of a disk or of a bucket
is ours. An object of less than a day may be an upload whose row is not committed yet.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.storage import Storage

from segur_portal.common import clock
from segur_portal.common.models import StoredFile

logger = logging.getLogger(__name__)
SPARED = timedelta(days=1)
AT_ONCE = 1_000


class ManyOrphansError(Exception):
    """There are more orphans than files recorded; the message is in French."""


def orphans() -> Iterator[str]:
    """The names of the objects that no row records, older than a day."""
    storage = files_storage()
    before = clock.machine_now() - SPARED
    for purpose in StoredFile.Purpose.values:
        for names in _batches(_objects(storage, purpose)):
            rows = StoredFile.objects.filter(content__in=names).order_by("pk")
            known = set(rows.values_list("content", flat=True))
            for name in names:
                if name not in known and _is_older(storage, name, before):
                    yield name


def erase_orphans(names: list[str]) -> int:
    """Erase orphans that were listed, unless a row records them by now; returns how many.

    Raises ManyOrphansError when they outnumber the files recorded: the database is then probably
    not the one of this storage.
    """
    if len(names) > StoredFile.objects.filter(deleted_at=None).count():
        raise ManyOrphansError(
            "Il y a plus d’objets orphelins que de fichiers enregistrés : cette base n’est sans "
            "doute pas celle de ce stockage. Rien n’a été effacé."
        )
    storage, erased = files_storage(), 0
    for start in range(0, len(names), AT_ONCE):
        part = names[start : start + AT_ONCE]
        rows = StoredFile.objects.filter(content__in=part).order_by("pk")
        for name in sorted(set(part) - set(rows.values_list("content", flat=True))):
            storage.delete(name)
            logger.warning("Orphan %s is erased.", name)
            erased += 1
    return erased


def files_storage() -> Storage:
    """Where stored files are."""
    storage: Storage = StoredFile._meta.get_field("content").storage
    return storage


def _objects(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(filter(None, names)):
        yield f"{folder}/{name}"
    for name in sorted(filter(None, folders)):
        yield from _objects(storage, f"{folder}/{name}")


def _is_older(storage: Storage, name: str, before: datetime) -> bool:
    """Whether it is older; an object that went meanwhile is no orphan."""
    try:
        modified = storage.get_modified_time(name)
    except FileNotFoundError:
        return False
    return modified < before


def _batches(names: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for name in names:
        batch.append(name)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
