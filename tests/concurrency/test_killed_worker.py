"""A worker killed (SIGKILL) at any moment of a batch: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import random
import signal
import time
from io import BytesIO

import pytest
from django.db import connection, connections

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit, restart_forgotten
from funding.models import Deposit, DepositLine, FundingRequest
from orders.models import Claim, Order
from segur_portal.common.models import JournalEntry
from tests.builders import a_file, a_filename, a_request
from tests.factories import a_base, an_enrolment

DB = "SONS-IMG-DB-Va2"
KILLS, REQUESTS = 50, 12
WARM_UP = 4
DEPOSITS = KILLS + WARM_UP
pytestmark = [pytest.mark.concurrency, pytest.mark.slow, pytest.mark.usefixtures("on_a_day")]


def treat_in_a_child(deposit_id: int) -> int:
    """Start a process that treats the deposit; returns its pid."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = 0 if process_deposit(deposit_id) else 2
        finally:
            os._exit(code)
    return pid


def test_killed_at_fifty_moments(depositor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each deposit ends with one verdict per request, however its first worker died."""
    woken: list[int] = []
    monkeypatch.setattr("funding.actions.receive.wake_worker", lambda _: None)
    monkeypatch.setattr("funding.actions.process.wake_worker", woken.append)
    supplier = depositor.memberships.get().supplier
    requests = [a_request(DB, number=n) for n in range(1, DEPOSITS * REQUESTS + 1)]
    a_base(DB, requests)
    an_enrolment(supplier, requests[0], DB)
    deposits = [
        receive_deposit(
            supplier=supplier,
            user=depositor,
            content=BytesIO(a_file(DB, requests=requests[rank * REQUESTS : (rank + 1) * REQUESTS])),
            name=a_filename(DB, number=rank + 1),
        )
        for rank in range(DEPOSITS)
    ]
    whole = usual_duration(deposits[KILLS:])
    chance = random.Random(7)
    cut_short = 0
    for deposit in deposits[:KILLS]:
        pid = treat_in_a_child(deposit.pk)
        time.sleep(chance.uniform(0, whole))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        cut_short += DepositLine.objects.filter(deposit=deposit).count() == 0
        assert DepositLine.objects.filter(deposit=deposit).count() in (0, REQUESTS)
        Deposit.objects.waiting().filter(pk=deposit.pk).update(heartbeat_at=None)
        restart_forgotten()
        for deposit_id in woken:
            wait_for_the_dead(deposit_id)
            process_deposit(deposit_id)
        woken.clear()
    assert cut_short > KILLS // 4, "the kills came too late to prove anything"
    total = DEPOSITS * REQUESTS
    assert not Deposit.objects.exclude(state="done").exists()
    assert DepositLine.objects.filter(outcome="integrated").count() == total
    assert FundingRequest.objects.count() == Order.objects.count() == total
    assert Claim.objects.live().values("order").distinct().count() == total
    assert JournalEntry.objects.filter(verb="integrate").count() == total
    assert JournalEntry.objects.filter(verb="finish").count() == DEPOSITS


def usual_duration(deposits: list[Deposit]) -> float:
    """Seconds that a child takes for one deposit, once everything is loaded and compiled."""
    process_deposit(deposits[0].pk)
    durations = []
    for deposit in deposits[1:]:
        began = time.monotonic()
        os.waitpid(treat_in_a_child(deposit.pk), 0)
        durations.append(time.monotonic() - began)
    return min(durations)


def wait_for_the_dead(deposit_id: int) -> None:
    """PostgreSQL notices a killed client a moment later: its locks are then released."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '10s'")
        cursor.execute("SELECT 1 FROM funding_deposit WHERE id = %s FOR UPDATE", [deposit_id])
        cursor.execute("RESET lock_timeout")
