"""Files through the web and Celery, against the same files treated by plain processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse

from enrolment.models import User
from funding.actions import process_deposit
from funding.models import Deposit
from tests.bench.data import RIS
from tests.bench.figures import Figure
from tests.builders import a_file, a_filename

FILES = int(os.environ.get("BENCH_FILES", "100"))
WORKERS = 2
PATIENCE_SECONDS = 600


def figures(user: User, supply: Iterator[list[Any]]) -> list[Figure]:
    """Seconds for FILES files of 200 requests, each way, reception by the web included."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    plain = _timed(lambda: _by_plain_processes(_post(client, supply)))
    with_queue = _with_a_worker(lambda: _timed(lambda: _wait(_post(client, supply))))
    return [
        Figure(f"files-{FILES}-plain", plain, "s"),
        Figure(f"files-{FILES}-celery", with_queue, "s", with_queue / plain, "target: <= 1.3"),
        Figure("deadlocks", _deadlocks(), "deadlocks", target="target: 0"),
    ]


def _timed(action: Any) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _post(client: Client, supply: Iterator[list[Any]]) -> list[int]:
    """Deposit FILES files through the web; the ids of the deposits."""
    first = Deposit.objects.count()
    for number in range(FILES):
        name = a_filename(RIS, number=(first + number) % 999 + 1)
        upload = SimpleUploadedFile(name, a_file(RIS, requests=next(supply)))
        response = client.post(reverse("deposit_new"), {"fichier": upload})
        assert response.status_code == 302, response.content[:2000]
    return list(Deposit.objects.order_by("-pk").values_list("pk", flat=True)[:FILES])


def _by_plain_processes(ids: list[int]) -> None:
    connections.close_all()
    children = []
    for rank in range(WORKERS):
        pid = os.fork()
        if pid == 0:
            for deposit_id in ids[rank::WORKERS]:
                process_deposit(deposit_id)
            os._exit(0)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * WORKERS


def _with_a_worker(action: Callable[[], float]) -> float:
    with a_worker(WORKERS) as worker:
        name = f"worker {worker.pid}"
        wait_until(lambda: current_app.control.ping(timeout=1), f"{name} answers")
        return action()


def _wait(ids: list[int]) -> None:
    left = Deposit.objects.filter(pk__in=ids).exclude(state="done")
    wait_until(lambda: not left.exists(), "every deposit is treated", pause=0.05)


def _deadlocks() -> int:
    log = Path(os.environ.get("SEGUR_TEST_PG_LOG", os.devnull))
    return log.read_text(errors="replace").count("deadlock detected") if log.is_file() else 0
