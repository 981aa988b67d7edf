"""Files through the web and Celery, against the same files treated by plain processes."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any
from unittest.mock import patch

from celery import current_app
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
from tests.workers import a_worker, wait_until

FILES = int(os.environ.get("BENCH_FILES", "100"))
WORKERS = 2
ROUNDS = 4


def figures(user: User, supply: Iterator[list[Any]]) -> list[Figure]:
    """Seconds for FILES files of 200 requests, reception by the web included, each way in turn.

    Without a queue, two plain processes treat the files; a worker's idle processes cost nothing.
    Neither draws the receipts: they wait in their own queue.
    """
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    plain, queued = [], []
    with a_worker(WORKERS, queues="celery") as worker:
        wait_until(lambda: current_app.control.ping(timeout=1), f"worker {worker.pid} answers")
        for _ in range(ROUNDS):
            plain.append(_timed(_by_plain_processes, client, supply))
            queued.append(_timed(_by_the_worker, client, supply))
    ratio = statistics.median(ours / theirs for ours, theirs in zip(queued, plain, strict=True))
    return [
        Figure(f"files-{FILES}-plain", sum(plain), "s"),
        Figure(f"files-{FILES}-celery", sum(queued), "s", ratio, "target: <= 1.3"),
    ]


def _timed(
    treat: Callable[[Client, list[SimpleUploadedFile]], None],
    client: Client,
    supply: Iterator[list[Any]],
) -> float:
    files = list(_files(islice(supply, FILES // ROUNDS)))
    began = time.perf_counter()
    treat(client, files)
    return time.perf_counter() - began


def _files(batches: Iterable[list[Any]]) -> Iterator[SimpleUploadedFile]:
    first = Deposit.objects.count()
    for number, requests in enumerate(batches, first):
        name = a_filename(RIS, number=number % 999 + 1)
        yield SimpleUploadedFile(name, a_file(RIS, requests=requests))


def _post(client: Client, files: list[SimpleUploadedFile]) -> list[int]:
    """Deposit the files through the web; the ids of the deposits."""
    for upload in files:
        response = client.post(reverse("deposit_new"), {"fichier": upload})
        assert response.status_code == 302, response.content[:2000]
    return list(Deposit.objects.order_by("-pk").values_list("pk", flat=True)[: len(files)])


def _by_plain_processes(client: Client, files: list[SimpleUploadedFile]) -> None:
    """Two processes, each with its half of the files; the broker is told nothing."""
    with patch("funding.actions.receive.wake_worker"):
        ids = _post(client, files)
    in_processes([ids[rank::WORKERS] for rank in range(WORKERS)])


def in_processes(shares: list[list[int]]) -> None:
    """Each share of deposits treated by its own process, all at once."""
    connections.close_all()
    children = []
    for share in shares:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                for deposit_id in share:
                    process_deposit(deposit_id)
                code = 0
            finally:
                os._exit(code)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * len(shares)


def _by_the_worker(client: Client, files: list[SimpleUploadedFile]) -> None:
    left = Deposit.objects.filter(pk__in=_post(client, files)).exclude(state="done")
    wait_until(lambda: not left.exists(), "every deposit is treated", pause=0.05)
