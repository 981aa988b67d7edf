"""Several suppliers deposit the same clients at once: each key is held once, nothing is lost."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.models import Deposit, DepositLine, FundingRequest
from orders.models import Claim
from segur_portal.common.identifiers import make_siret
from tests.builders import a_file, a_filename, a_request
from tests.factories import a_base, a_member, a_supplier, an_enrolment

RIS = "SONS-IMG-RIS-Va2"
WRITERS, POOL, DEMAND = 8, 60, 40
pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("on_a_day", "no_deadlock")]


def in_own_connection(barrier: Barrier, deposit_id: int) -> bool:
    """Treat a deposit at the same time as the other writers."""
    try:
        barrier.wait()
        return process_deposit(deposit_id)
    finally:
        connection.close()


def deposits_on_one_pool(requests: list[Any]) -> list[Deposit]:
    """One deposit per supplier, each asking for many of the same clients, in its own order."""
    chance = random.Random(20260915)
    deposits = []
    for number in range(WRITERS):
        user: User = a_member(a_supplier(make_siret(100 + number), f"Fournisseur {number}"))
        supplier = user.memberships.get().supplier
        solution = {**requests[0]["solutionLogicielle"], "numeroReferencement": f"REF-{number}"}
        asked = [
            {**request, "solutionLogicielle": solution}
            for request in chance.sample(requests, DEMAND)
        ]
        an_enrolment(supplier, asked[0], RIS)
        content = a_file(RIS, requests=asked, siret=supplier.siret)
        name = a_filename(RIS, siret=supplier.siret)
        deposits.append(
            receive_deposit(supplier=supplier, user=user, content=BytesIO(content), name=name)
        )
    return deposits


def test_no_key_is_held_twice(depositor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """8 writers at once on overlapping files: one holder per key, one verdict per request."""
    monkeypatch.setattr("funding.actions.receive.wake_worker", lambda _: None)
    requests = [a_request(RIS, number=number) for number in range(1, POOL + 1)]
    a_base(RIS, requests)
    deposits = deposits_on_one_pool(requests)
    barrier = Barrier(WRITERS)
    with ThreadPoolExecutor(WRITERS) as pool:
        treated = list(pool.map(lambda row: in_own_connection(barrier, row.pk), deposits))
    assert all(treated)
    twice = (
        Claim.objects.live()
        .values("kind", "value", "slot")
        .annotate(holders=Count("pk"))
        .filter(holders__gt=1)
    )
    assert not twice
    assert set(Deposit.objects.values_list("state", flat=True)) == {"done"}
    assert DepositLine.objects.count() == WRITERS * DEMAND
    asked = {line.reference for line in DepositLine.objects.all()}
    assert FundingRequest.objects.count() == len(asked), "each client has one order, and only one"
    codes = {finding["code"] for line in DepositLine.objects.all() for finding in line.findings}
    assert codes <= {"UNI-002", "UNI-003", "UNI-004", "MNT-003"}


def test_the_same_file_twice_at_once(depositor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same JSON deposited twice in parallel: integrated once, « déjà intégrée » once."""
    monkeypatch.setattr("funding.actions.receive.wake_worker", lambda _: None)
    supplier = depositor.memberships.get().supplier
    requests = [a_request(RIS, number=number) for number in range(1, 31)]
    a_base(RIS, requests)
    an_enrolment(supplier, requests[0], RIS)
    content = a_file(RIS, requests=requests)
    deposits = [
        receive_deposit(
            supplier=supplier, user=depositor, content=BytesIO(content), name=a_filename(RIS)
        )
        for _ in range(2)
    ]
    barrier = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda row: in_own_connection(barrier, row.pk), deposits))
    counts = Deposit.objects.values_list("integrated_count", "already_count", "ko_count")
    assert sorted(counts) == [(0, 30, 0), (30, 0, 0)]


def test_one_deposit_treated_by_two_workers(
    depositor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message delivered twice gives one set of verdicts."""
    monkeypatch.setattr("funding.actions.receive.wake_worker", lambda _: None)
    supplier = depositor.memberships.get().supplier
    requests = [a_request(RIS, number=number) for number in range(1, 31)]
    a_base(RIS, requests)
    an_enrolment(supplier, requests[0], RIS)
    deposit = receive_deposit(
        supplier=supplier,
        user=depositor,
        content=BytesIO(a_file(RIS, requests=requests)),
        name=a_filename(RIS),
    )
    barrier = Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        treated = list(pool.map(lambda _: in_own_connection(barrier, deposit.pk), range(4)))
    assert treated.count(True) == 1
    assert DepositLine.objects.count() == FundingRequest.objects.count() == 30
