"""The deeds that every app shares: move a state, write the journal, store a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import IO, Any

import pghistory
from django.conf import settings
from django.core.files.base import File
from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction

from segur_portal.common import clock
from segur_portal.common.models import JournalEntry, Reason, StoredFile
from segur_portal.common.workflow import ForbiddenMoveError, Move, Workflow

CHUNK = 256 * 1024
# Files that the portal makes itself: no antivirus needs to look at them.
OWN_PURPOSES = frozenset({StoredFile.Purpose.ISSUED.value})


@transaction.atomic
def move(
    subject: models.Model,
    name: str,
    *,
    workflow: Workflow,
    role: str,
    actor: Any = None,
    reason_code: str = "",
    note: str = "",
    **changes: Any,
) -> Move:
    """Make the transition `name` on `subject`: the only way a state is assigned.

    Locks the row, re-reads its state, checks the table (source, role, reason), writes the state
    with `changes` bound to it, then the journal. Raises ForbiddenMoveError, in French.
    """
    manager = type(subject)._default_manager
    source = manager.select_for_update().values_list("state", flat=True).get(pk=subject.pk)
    step = workflow.check(name, source=source, role=role, reason=note, code=reason_code)
    _check_known(step, reason_code)
    now = clock.now()
    if any(field.name == "state_since" for field in subject._meta.get_fields()):
        changes["state_since"] = now
    with pghistory.context(move=step.name, actor=getattr(actor, "pk", None), note=note):
        manager.filter(pk=subject.pk).update(state=step.target, **changes)
    for field, value in {"state": step.target, **changes}.items():
        setattr(subject, field, value)
    write_journal(
        subject,
        step.name,
        actor=actor,
        at=now,
        source=source,
        target=step.target,
        reason_code=reason_code,
        note=note,
        is_coded=bool(step.reasons),
    )
    return step


def _check_known(step: Move, code: str) -> None:
    """A coded reason is one of its list, offered still or not: a decision in bulk may end later."""
    if step.reasons and not Reason.objects.filter(subject=step.reasons, code=code).exists():
        raise ForbiddenMoveError(f"« {step.label} » : le motif « {code} » n’existe pas.")


@transaction.atomic
def move_all(
    subjects: models.QuerySet[Any],
    name: str,
    *,
    workflow: Workflow,
    role: str,
    actor: Any = None,
    reason_code: str = "",
    note: str = "",
    notes: Mapping[int, str] | None = None,
    **changes: Any,
) -> list[int]:
    """Make one transition on many rows in a fixed number of statements; their keys, sorted.
    `notes` is what the journal says of each, by key, where it is not the same for all.

    All or nothing: raises ForbiddenMoveError, in French, when one of them is in a state from which
    the table does not allow it. Rows are locked in the order of their keys.
    """
    locked = subjects.order_by("pk").select_for_update(of=("self",))
    states = dict(locked.values_list("pk", "state"))
    step = None
    for source in set(states.values()):
        step = workflow.check(name, source=source, role=role, reason=note, code=reason_code)
    if step is None:
        return []
    _check_known(step, reason_code)
    now, manager = clock.now(), subjects.model._default_manager
    if any(field.name == "state_since" for field in subjects.model._meta.get_fields()):
        changes["state_since"] = now
    with pghistory.context(move=name, actor=getattr(actor, "pk", None), note=note):
        manager.filter(pk__in=list(states)).update(state=step.target, **changes)
    insert_rows(
        [
            journal_entry(
                subjects.model(pk=pk),
                name,
                at=now,
                actor=actor,
                source=source,
                target=step.target,
                reason_code=reason_code,
                is_coded=bool(step.reasons),
                note=(notes or {}).get(pk, note),
            )
            for pk, source in states.items()
        ]
    )
    return list(states)


def journal_entry(subject: models.Model, verb: str, *, at: datetime, **fields: Any) -> JournalEntry:
    """An unsaved journal entry about `subject`, for bulk writing."""
    return JournalEntry(
        subject=subject._meta.label, subject_id=str(subject.pk), verb=verb, at=at, **fields
    )


def write_journal(
    subject: models.Model, verb: str, *, at: datetime | None = None, **fields: Any
) -> JournalEntry:
    """Record one deed on `subject`."""
    entry = journal_entry(subject, verb, at=at or clock.now(), **fields)
    entry.save()
    return entry


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model by COPY, the quickest way PostgreSQL has.

    Primary keys are all given or all left to the database, which does not return them. Triggers
    and constraints hold as for any insertion; `save()` and signals are not run.
    """
    if not rows:
        return
    model = type(rows[0])
    fields = [
        field
        for field in model._meta.concrete_fields
        if not (field.primary_key and rows[0].pk is None)
    ]
    wrapped = connections[DEFAULT_DB_ALIAS]
    columns = [field.column for field in fields if field.column]
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(
                [field.get_db_prep_save(field.pre_save(row, add=True), wrapped) for field in fields]
            )


def store_file(
    content: IO[bytes] | Iterable[bytes],
    *,
    name: str,
    purpose: str,
    stored_by: Any = None,
) -> StoredFile:
    """Store bytes under an opaque key, with their size and SHA-256, and return the row.

    The storage holds the bytes when this returns; a failure of the storage raises and no row is
    left behind.
    """
    stored = StoredFile(name=name[:255], purpose=purpose, stored_by=stored_by)
    file: File[bytes] = content if isinstance(content, File) else File(content)  # type: ignore[arg-type]
    digest = hashlib.sha256()
    size = 0
    for chunk in file.chunks(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    stored.size, stored.sha256, stored.stored_at = size, digest.hexdigest(), clock.now()
    if settings.CLAMD_ADDRESS and purpose not in OWN_PURPOSES:
        stored.scan_state = StoredFile.Scan.WAITING
    stored.content.save(stored.storage_name, file, save=False)
    try:
        stored.save()
    except Exception:
        stored.content.delete(save=False)
        raise
    return stored


def read_file(stored: StoredFile) -> bytes:
    """The bytes of a stored file, verified. Raises OSError when they are not those received."""
    with stored.content.open("rb") as source:
        data = source.read()
    if hashlib.sha256(data).hexdigest() != stored.sha256:
        raise OSError(f"Le fichier {stored.key} ne correspond plus à son empreinte.")
    return bytes(data)
