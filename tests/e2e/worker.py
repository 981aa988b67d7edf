"""A real Celery worker beside a test: its own process, the test's database, a queue of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection

QUEUE = f"e2e-{os.getpid()}"
_PROGRAM = (sys.executable, "-m", "celery", "--app", "segur_portal.celery", "worker")


@pytest.fixture
def worker(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the pages deposit goes through the broker to a worker, as in production."""
    monkeypatch.setattr("funding.actions.receive.wake_worker", _wake)
    name = f"{QUEUE}@portal"
    program = [*_PROGRAM, "--pool", "solo", "--queues", QUEUE, "--hostname", name]
    process = subprocess.Popen([*program, "--loglevel", "WARNING"], env=_environment())
    try:
        _wait(process, name)
        yield
    finally:
        process.terminate()
        process.wait(60)


def _wake(deposit_id: int) -> None:
    current_app.send_task("funding.process", args=[deposit_id], queue=QUEUE)


def _environment() -> dict[str, str]:
    """The worker's own settings: the database and files of this test, the demonstration's date."""
    address = os.environ["DATABASE_URL"].partition("?")
    database = f"{address[0].rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    return {
        **os.environ,
        "DATABASE_URL": "".join((database, *address[1:])),
        "VAR_DIR": str(settings.VAR_DIR),
        "DEMONSTRATION": "true",
    }


def _wait(process: subprocess.Popen[bytes], name: str) -> None:
    for _ in range(60):
        assert process.poll() is None, "the worker ended"
        if current_app.control.ping(destination=[name], timeout=1):
            return
    raise TimeoutError("the worker did not start")
