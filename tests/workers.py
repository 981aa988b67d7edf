"""Real Celery workers on the real services, for the tests of concurrency and the bench."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

PATIENCE_SECONDS = 240


def worker_environment() -> dict[str, str]:
    """The environment in which another process sees this one's database, broker and files."""
    url = urlsplit(os.environ["DATABASE_URL"])
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "segur_portal.settings.test",
        "DATABASE_URL": url._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "VAR_DIR": str(settings.VAR_DIR),
        "LOG_LEVEL": "WARNING",
    }


@contextmanager
def a_worker(concurrency: int = 2, queues: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """A worker and its processes, all of them gone at the end; of every queue, unless named."""
    worker = subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "--app", "segur_portal.celery", "--quiet"),
            *("worker", "--concurrency", str(concurrency), "--loglevel", "WARNING"),
            *("--without-gossip", "--without-mingle", "--hostname", f"{os.urandom(4).hex()}@test"),
            *(("--queues", queues) if queues else ()),
        ],
        env=worker_environment(),
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield worker
    finally:
        kill_whole(worker)


def kill_whole(worker: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the worker and to every process of its pool, at once."""
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def wait_until(
    happened: Callable[[], object], what: str, pause: float = 0.1, seconds: float = PATIENCE_SECONDS
) -> None:
    """Look for a state again and again; a busy machine only makes it longer."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not after {seconds:.0f} s")
        time.sleep(pause)
