"""One import of a scheme's base at a time, and what a dead one left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from orders.models import BaseImport
from orders.workflow import BASE_IMPORT, ImportState
from segur_portal.common import clock
from segur_portal.common.actions import move
from segur_portal.common.enums import Role


class BaseBusyError(Exception):
    """Another import or restoration of the same base is running; the message is in French."""


@contextmanager
def base_lock(scheme: str) -> Iterator[None]:
    """Hold the scheme's base for this connection. Raises BaseBusyError at once when it is taken.

    A session lock, not a transaction's: PostgreSQL frees it when the process dies, so whoever
    holds it knows that an import still marked « running » has no process left.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [_name(scheme)])
        (is_mine,) = cursor.fetchone()
    if not is_mine:
        raise BaseBusyError(f"Un import de la base {scheme} est déjà en cours.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [_name(scheme)])


def fail_interrupted(scheme: str, *, but: int) -> None:
    """Mark as failed the imports of the scheme whose process died. The caller holds the lock."""
    dead = BaseImport.objects.filter(scheme=scheme, state=ImportState.RUNNING).exclude(pk=but)
    for import_ in dead:
        move(
            import_,
            "fail",
            workflow=BASE_IMPORT,
            role=Role.SYSTEM,
            note="Le processus de cet import s’est arrêté avant la fin.",
            finished_at=clock.now(),
        )


def _name(scheme: str) -> str:
    return f"orders.eligible_base.{scheme}"
