"""A balance deposited, or accepted, while its advance is cancelled: never one without the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.actions.requests import move_request
from funding.demo.asking import balance
from funding.intake.judge import judge
from funding.models import Deposit, FundingRequest
from funding.workflow import GRANTED, REQUEST
from segur_portal.common import clock
from segur_portal.common.enums import Kind, ParameterCode, Role
from segur_portal.common.models import Parameter
from segur_portal.common.workflow import ForbiddenMoveError
from tests.builders import a_file, a_filename
from tests.funding.accepted import RIS, accepted_requests

MEETINGS = 6
CANCEL: dict[str, Any] = {"reason_code": "error", "note": "Erreur de saisie."}
pytestmark = [
    pytest.mark.concurrency,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("on_a_day", "no_deadlock"),
]


@pytest.fixture
def advances(on_a_day: None, monkeypatch: pytest.MonkeyPatch) -> list[FundingRequest]:
    """Accepted, of one supplier; no pilot is asked."""
    monkeypatch.setattr("funding.actions.receive.wake_worker", lambda _: None)
    found = accepted_requests(MEETINGS)
    Parameter.objects.filter(code=ParameterCode.PILOT_REPORTS).update(value=0)
    return found


@pytest.fixture
def officer(advances: list[FundingRequest]) -> User:
    return User.objects.get(email="instruit@asp.fr")


def received(advance: FundingRequest, number: int) -> Deposit:
    """The balance of an advance, received and not treated yet."""
    on = clock.today() - timedelta(days=5)
    asked = [balance(advance.payload, advance.number, performed_on=on)]
    return receive_deposit(
        supplier=advance.supplier,
        user=advance.deposit.deposited_by,
        content=BytesIO(a_file(RIS, Kind.BALANCE, requests=asked)),
        name=a_filename(RIS, Kind.BALANCE, number=number),
    )


def alone(deed: Callable[[], Any]) -> bool:
    """Do it on a connection of its own; False when the portal refuses."""
    try:
        deed()
    except ForbiddenMoveError:
        return False
    else:
        return True
    finally:
        connection.close()


def cancel(advance: FundingRequest, officer: User) -> FundingRequest:
    one = FundingRequest.objects.get(pk=advance.pk)
    move_request(one, "cancel", actor=officer, role=Role.OFFICER, **CANCEL)
    return one


def accept(one: FundingRequest, officer: User) -> FundingRequest:
    move_request(one, "accept", actor=officer, role=Role.OFFICER)
    return one


def no_balance_outlives_its_advance() -> None:
    live = FundingRequest.objects.filter(kind=Kind.BALANCE, state__in=REQUEST.live())
    assert not live.exclude(advance__state__in=GRANTED).exists()


def test_a_cancellation_waits_for_the_deposit_that_read_the_advance(
    advances: list[FundingRequest], officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The advance is read as accepted, then cancelled before the balance is written: the
    cancellation waits, sees the balance, and takes it with it."""
    advance = advances[0]
    deposit = received(advance, 2)
    is_read, cancelled = Event(), Event()

    def slow_judge(*args: Any) -> Any:
        is_read.set()
        # As long as the cancellation would need, were it not made to wait.
        cancelled.wait(timeout=3)
        return judge(*args)

    monkeypatch.setattr("funding.actions.process.judge", slow_judge)

    def cancel_meanwhile() -> None:
        assert is_read.wait(timeout=60)
        cancel(advance, officer)
        cancelled.set()

    with ThreadPoolExecutor(2) as pool:
        done = [
            pool.submit(alone, lambda: process_deposit(deposit.pk)),
            pool.submit(alone, cancel_meanwhile),
        ]
        assert all(one.result() for one in done)
    assert FundingRequest.objects.get(pk=advance.pk).state == "cancelled"
    assert FundingRequest.objects.get(advance=advance).state == "cancelled"


def test_deposit_and_cancellation_at_once(advances: list[FundingRequest], officer: User) -> None:
    """Whoever comes first, at each of many meetings."""
    deposits = [received(one, 2 + rank) for rank, one in enumerate(advances)]
    with ThreadPoolExecutor(2) as pool:
        for advance, deposit in zip(advances, deposits, strict=True):
            barrier = Barrier(2)
            deeds = [
                lambda d=deposit, b=barrier: (b.wait(), process_deposit(d.pk)),
                lambda a=advance, b=barrier: (b.wait(), cancel(a, officer)),
            ]
            assert list(pool.map(alone, deeds)) == [True, True]
            no_balance_outlives_its_advance()
    assert set(Deposit.objects.values_list("state", flat=True)) == {"done"}


def test_acceptance_and_cancellation_at_once(advances: list[FundingRequest], officer: User) -> None:
    """A balance accepted first is cancelled with its advance; otherwise it is refused."""
    for rank, one in enumerate(advances):
        assert process_deposit(received(one, 2 + rank).pk)
    balances = FundingRequest.objects.filter(kind=Kind.BALANCE)
    balances.update(state="in_instruction")
    with ThreadPoolExecutor(2) as pool:
        for one in balances.order_by("pk").select_related("advance"):
            barrier = Barrier(2)
            deeds = [
                lambda r=one, b=barrier: (b.wait(), accept(r, officer)),
                lambda r=one, b=barrier: (b.wait(), cancel(r.advance, officer)),
            ]
            _, is_cancelled = pool.map(alone, deeds)
            assert is_cancelled
            no_balance_outlives_its_advance()
    assert set(FundingRequest.objects.values_list("state", flat=True)) == {"cancelled"}
