"""Two imports of one base at once, and a process killed in the middle of one."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections

from orders.actions.base import MAX_ATTEMPTS, run_import
from orders.actions.base_lock import BaseBusyError, base_lock
from orders.actions.base_queue import import_waiting
from orders.models import BaseImport, EligibleClient
from segur_portal.common.models import JournalEntry
from tests.factories import the_programme
from tests.orders.base_files import DAY, RIS, imported, lines, received
from tests.workers import wait_until

pytestmark = [
    pytest.mark.concurrency,
    pytest.mark.slow,
    pytest.mark.usefixtures("on_a_day", "programme"),
]
NEXT = DAY + timedelta(days=1)
KILLS, PATIENCE = 12, 60


@pytest.fixture
def programme(transactional_db: None) -> None:
    the_programme()


def in_a_child(import_id: int, *, tell: int | None = None) -> int:
    """Start a process that runs the import; returns its pid.

    With `tell`, it only holds the base, and writes there once it does.
    """
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            if tell:
                with base_lock(RIS):
                    os.write(tell, b"!")
                    time.sleep(PATIENCE)
            run_import(import_id)
            code = 0
        except BaseBusyError:
            code = 2
        finally:
            os._exit(code)
    return pid


def code_of(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_base_is_imported_by_one_process_at_a_time() -> None:
    """While one holds the base the other does nothing, and its file waits; then it follows."""
    first, second = received(lines(2000)), received(lines(2001), day=NEXT)
    heard, tell = os.pipe()
    pid = in_a_child(first.pk, tell=tell)
    assert os.read(heard, 1)
    assert import_waiting() == 0
    kill_child(pid)
    wait_for_the_dead()
    assert import_waiting() == 2
    assert [*BaseImport.objects.order_by("pk").values_list("version", flat=True)] == [1, 2]
    assert second.pk > first.pk


def test_many_processes_apply_a_file_once() -> None:
    """Four workers woken for the same import: one version, each line once."""
    import_ = received(lines(5000))
    codes = [code_of(pid) for pid in [in_a_child(import_.pk) for _ in range(4)]]
    assert set(codes) <= {0, 2}
    import_waiting()
    import_.refresh_from_db()
    assert (import_.state, import_.version) == ("applied", 1)
    assert EligibleClient.objects.count() == 5000
    assert JournalEntry.objects.filter(verb="apply").count() == 1


def test_killed_at_any_moment_an_import_is_run_again() -> None:
    """The base is whole before and after: all of the file or nothing; nothing is left behind.

    Every other kill comes while it is about to write, whatever the speed of the machine.
    """
    imported(lines(3000))
    chance = random.Random(5)
    began = time.monotonic()
    assert code_of(in_a_child(received(lines(3001), day=NEXT).pk)) == 0
    whole = time.monotonic() - began
    cut_short = 0
    for kill in range(2, KILLS + 2):
        import_ = received(lines(3000 + kill), day=NEXT)
        if kill % 2:
            pid = in_a_child(import_.pk)
            time.sleep(chance.uniform(0, whole))
            kill_child(pid)
        else:
            with nobody_writes_the_base():
                pid = in_a_child(import_.pk)
                wait_until(is_somebody_held_up, "the import waits to write")
                kill_child(pid)
        assert EligibleClient.objects.current().count() in (2999 + kill, 3000 + kill)
        cut_short += BaseImport.objects.get(pk=import_.pk).state == "running"
        wait_for_the_dead()
        import_waiting()
        import_.refresh_from_db()
        assert import_.state == "applied"
        assert EligibleClient.objects.current().count() == 3000 + kill
    assert cut_short >= KILLS // 2
    assert tables_left() == []


def test_an_import_that_kills_its_process_is_given_up() -> None:
    """After a few processes died on it, it is marked failed instead of being tried for ever."""
    import_ = received(lines(20))
    BaseImport.objects.filter(pk=import_.pk).update(state="running")
    for _ in range(MAX_ATTEMPTS):
        JournalEntry.objects.create(
            subject="orders.BaseImport", subject_id=import_.pk, verb="start", at=import_.received_at
        )
    import_waiting()
    import_.refresh_from_db()
    assert import_.state == "failed"


def kill_child(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


@contextmanager
def nobody_writes_the_base() -> Iterator[None]:
    """The base can be read, and whoever writes in it waits: on a connection that no fork closes."""
    other = connection.get_new_connection(connection.get_connection_params())
    try:
        other.autocommit = False
        other.execute("LOCK TABLE orders_eligibleclient IN SHARE MODE")
        yield
    finally:
        other.close()


def is_somebody_held_up() -> bool:
    """Whether a connection to this database waits for a lock of a table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'relation'"
            " AND relation = 'orders_eligibleclient'::regclass)"
        )
        return bool(cursor.fetchone()[0])


def wait_for_the_dead() -> None:
    """PostgreSQL notices a killed client a moment later: its session locks are then released."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with base_lock(RIS):
                return
        except BaseBusyError:
            time.sleep(0.05)
    raise TimeoutError("the lock of a dead process was not released")


def tables_left() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE starts_with(tablename, 'orders_base_')"
        )
        return [name for (name,) in cursor.fetchall()]
