"""Real Celery workers on the real broker: whatever dies, every request has exactly one verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from kombu import Connection
from redis import Redis

from enrolment.models import User
from funding.actions import receive_deposit, restart_forgotten
from funding.demo.papers import a_zip, documents_of
from funding.models import Deposit, DepositLine, FundingRequest
from orders.models import Claim
from orders.rules.facts import OrderFacts
from orders.rules.uniqueness import wanted_claims
from segur_portal.celery import app
from segur_portal.common.models import JournalEntry, StoredFile
from tests.builders import a_file, a_filename, a_request
from tests.factories import a_base, an_enrolment
from tests.workers import a_worker, kill_whole, wait_until

RIS = "SONS-IMG-RIS-Va2"
REQUESTS = 20
NOBODY_LISTENS = "redis://127.0.0.1:1/0"
pytestmark = [pytest.mark.concurrency, pytest.mark.slow, pytest.mark.usefixtures("on_a_day")]

_BLOCK = (
    "INSERT INTO orders_claim (scheme_id, order_id, kind, value, slot) VALUES (%s, 0, %s, %s, %s)"
)
_BLOCK_DOCUMENT = """
    INSERT INTO funding_depositdocument (deposit_id, archive_id, name, reading, read_at)
    VALUES (%s, %s, %s, '{}', now())
"""
_BLOCKED = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
      AND query LIKE %s AND pid <> pg_backend_pid()
"""


@pytest.fixture(autouse=True)
def _empty_broker(transactional_db: None) -> None:
    forget_messages()


@pytest.fixture
def requests(depositor: User) -> list[Any]:
    """Good requests of an enrolled supplier, twice the size of a batch."""
    requests = [a_request(RIS, number=number) for number in range(1, 2 * REQUESTS + 1)]
    an_enrolment(depositor.memberships.get().supplier, requests[0], RIS)
    a_base(RIS, requests)
    return requests


def forget_messages() -> None:
    """What a broker restarted empty does: its queues and what was not acknowledged are gone.

    Of this test's own numbered database only: the others belong to tests run beside this one.
    """
    with Redis.from_url(settings.CELERY_BROKER_URL) as broker:
        broker.flushdb()
    cache.clear()


def received(
    user: User, requests: list[Any], *, number: int = 1, archives: Sequence[Any] = ()
) -> Deposit:
    """A deposit received, a worker woken."""
    return receive_deposit(
        supplier=user.memberships.get().supplier,
        user=user,
        content=BytesIO(a_file(RIS, requests=requests)),
        name=a_filename(RIS, number=number),
        archives=archives,
    )


def sweep() -> None:
    """What the scheduler does once a deposit has been silent for too long."""
    Deposit.objects.waiting().update(heartbeat_at=None)
    restart_forgotten()


def done() -> bool:
    return not Deposit.objects.exclude(state="done").exists()


def check_one_verdict_each(count: int) -> None:
    """Nothing lost, nothing doubled."""
    assert DepositLine.objects.filter(outcome="integrated").count() == count
    assert DepositLine.objects.count() == FundingRequest.objects.count() == count
    assert Claim.objects.live().values("order").distinct().count() == count
    assert JournalEntry.objects.filter(verb="integrate").count() == count
    assert JournalEntry.objects.filter(verb="finish").count() == Deposit.objects.count()


@contextmanager
def stopped_before_keeping(deposit: Deposit, name: str) -> Iterator[Callable[[], list[int]]]:
    """Inside, whoever reads this document waits before its result is kept."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute(_BLOCK_DOCUMENT, [deposit.pk, deposit.archives.get().pk, name])
        yield partial(blocked, "funding_depositdocument")
    finally:
        other.rollback()
        other.close()


@contextmanager
def stopped_in_the_middle(request: Any) -> Iterator[Callable[[], list[int]]]:
    """Inside, whoever integrates this request waits in the middle of its batch; gives a function
    that says which connections do."""
    claim = wanted_claims(OrderFacts.from_payload(request, scheme=RIS))[0]
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute(_BLOCK, [RIS, *claim.key])
        yield blocked
    finally:
        other.rollback()
        other.close()


def blocked(table: str = "orders_claim") -> list[int]:
    """The connections that wait for the row held by the test."""
    with connection.cursor() as cursor:
        cursor.execute(_BLOCKED, [f"%INSERT INTO%{table}%"])
        return [row[0] for row in cursor.fetchall()]


def test_a_worker_killed_in_the_middle_of_a_batch(depositor: User, requests: list[Any]) -> None:
    """SIGKILL of the whole worker: nothing was written, the sweeper has another one do all."""
    with stopped_in_the_middle(requests[REQUESTS - 1]) as waiting:
        deposit = received(depositor, requests[:REQUESTS])
        with a_worker() as worker:
            wait_until(waiting, "the worker is in the middle of the batch")
            kill_whole(worker)
    deposit.refresh_from_db()
    assert deposit.state == "running"
    assert not DepositLine.objects.exists()
    with a_worker():
        sweep()
        wait_until(done, "another worker treats the batch")
    deposit.refresh_from_db()
    assert deposit.attempts == 2
    check_one_verdict_each(REQUESTS)


def test_a_worker_killed_while_it_reads_documents(depositor: User, requests: list[Any]) -> None:
    """SIGKILL between two PDFs: what was read stays, each of the others is read once by the next
    worker; every request has one verdict."""
    papers = {
        name: pdf
        for one in requests[:REQUESTS]
        for name, pdf in documents_of(one, "AVANCE").items()
    }
    archive = ContentFile(a_zip(papers), name="bons.zip")
    deposit = received(depositor, requests[:REQUESTS], archives=[archive])
    middle = requests[REQUESTS // 2]["bonDeCommande"]["nomFichier"]
    with stopped_before_keeping(deposit, middle) as waiting, a_worker(1) as worker:
        wait_until(waiting, "the worker is in the middle of the documents")
        kill_whole(worker)
    before = dict(deposit.documents.values_list("name", "pk"))
    assert len(before) == REQUESTS // 2
    assert not DepositLine.objects.exists()
    with a_worker(1):
        sweep()
        wait_until(done, "another worker reads what is left")
    after = dict(deposit.documents.values_list("name", "pk"))
    assert set(after) == set(papers)
    assert before.items() <= after.items(), "what was read to its end is not read again"
    assert StoredFile.objects.filter(purpose="document").count() == REQUESTS
    check_one_verdict_each(REQUESTS)


def test_a_database_connection_lost_in_the_middle(depositor: User, requests: list[Any]) -> None:
    """PostgreSQL ends the worker's connection: the same worker does the batch again later."""
    with a_worker():
        with stopped_in_the_middle(requests[REQUESTS - 1]) as waiting:
            received(depositor, requests[:REQUESTS])
            wait_until(waiting, "the worker is in the middle of the batch")
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) pid", [waiting()])
            wait_until(lambda: not waiting(), "its connection is gone")
        assert not DepositLine.objects.exists()
        sweep()
        wait_until(done, "the batch is resumed")
    check_one_verdict_each(REQUESTS)


def test_a_broker_that_lost_everything(depositor: User, requests: list[Any]) -> None:
    """Queued messages vanish; the rows are the queue, and the sweeper wakes a worker for them."""
    received(depositor, requests[:REQUESTS], number=1)
    received(depositor, requests[REQUESTS:], number=2)
    forget_messages()
    with a_worker():
        sweep()
        wait_until(done, "the forgotten deposits are treated")
    check_one_verdict_each(2 * REQUESTS)


def test_a_broker_that_is_down(
    depositor: User,
    requests: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The deposit is answered all the same, and treated once the broker is back."""
    client = Client()
    client.force_login(depositor)
    upload = SimpleUploadedFile(a_filename(RIS), a_file(RIS, requests=requests[:REQUESTS]))
    with monkeypatch.context() as patch, Connection(NOBODY_LISTENS) as nowhere:
        patch.setattr(app, "send_task", partial(app.send_task, connection=nowhere))
        response = client.post(reverse("deposit_new"), {"fichier": upload})
    deposit = Deposit.objects.get()
    assert "The broker did not answer" in caplog.text
    assert response.status_code == 302
    assert response["Location"] == reverse("deposit_detail", args=[deposit.key])
    assert deposit.state == "received"
    with a_worker():
        sweep()
        wait_until(done, "the deposit is treated")
    check_one_verdict_each(REQUESTS)


def test_every_worker_killed_again_and_again(depositor: User, requests: list[Any]) -> None:
    """Two deposits, workers killed as soon as one is begun: each request has one verdict."""
    received(depositor, requests[:REQUESTS], number=1)
    received(depositor, requests[REQUESTS:], number=2)
    for _ in range(2):
        with a_worker() as worker:
            sweep()
            wait_until(
                lambda: Deposit.objects.exclude(state="received").exists(), "a batch is begun"
            )
            kill_whole(worker)
    with a_worker():
        sweep()
        wait_until(done, "the last worker finishes")
    check_one_verdict_each(2 * REQUESTS)
