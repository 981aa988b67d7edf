"""The sweeper wakes a worker for what is forgotten, and for nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit, restart_forgotten
from funding.models import Deposit, DepositLine
from segur_portal.common import clock
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import a_base, a_member, a_supplier, an_enrolment, the_programme

MDV = "SONS-MDV-LGC-Va2"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The deposits for which a worker is woken, instead of waking one."""
    woken: list[int] = []
    monkeypatch.setattr("funding.actions.receive.wake_worker", lambda _: None)
    monkeypatch.setattr("funding.actions.process.wake_worker", woken.append)
    return woken


@pytest.fixture
def deposit(woken: list[int]) -> Deposit:
    """A deposit received, that nobody took."""
    the_programme()
    user: User = a_member(a_supplier(SIRET))
    supplier = user.memberships.get().supplier
    requests = [a_request(MDV, number=number) for number in (1, 2)]
    an_enrolment(supplier, requests[0], MDV)
    a_base(MDV, requests)
    return receive_deposit(
        supplier=supplier,
        user=user,
        content=BytesIO(a_file(MDV, requests=requests)),
        name=a_filename(MDV),
    )


@pytest.fixture
def elsewhere() -> Iterator[None]:
    """Another connection to the same database, as another worker has."""
    connections["elsewhere"] = connection.copy("elsewhere")
    yield
    connections["elsewhere"].close()
    del connections["elsewhere"]


def silent(deposit: Deposit, state: str = "running") -> None:
    """Make it a deposit without a sign of life for too long."""
    long_ago = clock.machine_now() - settings.DEPOSIT_STALE_AFTER - timedelta(seconds=1)
    Deposit.objects.filter(pk=deposit.pk).update(state=state, heartbeat_at=long_ago)


def test_a_fresh_deposit_is_left_to_its_worker(deposit: Deposit, woken: list[int]) -> None:
    """Received or taken a moment ago: nothing to wake."""
    assert restart_forgotten() == 0
    assert woken == []


@pytest.mark.parametrize("state", ["received", "running"])
def test_a_silent_one_is_woken_once_by_period(
    deposit: Deposit, woken: list[int], state: str
) -> None:
    """However long the queue, sweep after sweep sends no second message meanwhile."""
    silent(deposit, state)
    assert restart_forgotten() == 1
    assert restart_forgotten() == 0
    assert woken == [deposit.pk]
    silent(deposit, state)
    assert restart_forgotten() == 1


@pytest.mark.parametrize("state", ["done", "refused", "failed"])
def test_what_ended_is_never_woken(deposit: Deposit, woken: list[int], state: str) -> None:
    """A final state, or a failure that waits for an officer."""
    Deposit.objects.filter(pk=deposit.pk).update(
        state=state, heartbeat_at=None, finished_at=clock.now(), findings=[{"code": "FIC-001"}]
    )
    assert restart_forgotten() == 0


@pytest.mark.usefixtures("elsewhere")
def test_a_long_batch_under_way_is_not_started_twice(deposit: Deposit, woken: list[int]) -> None:
    """Its worker holds the row: silent or not, it is neither woken nor treated a second time."""
    silent(deposit)
    with transaction.atomic(using="elsewhere"):
        Deposit.objects.using("elsewhere").select_for_update().get(pk=deposit.pk)
        assert restart_forgotten() == 0
        assert not process_deposit(deposit.pk)
    deposit.refresh_from_db()
    assert (deposit.attempts, woken) == (0, [])
    assert restart_forgotten() == 1
    assert process_deposit(deposit.pk)
    assert DepositLine.objects.count() == 2


def test_one_that_fails_again_and_again_becomes_visible(
    deposit: Deposit, woken: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After five attempts it is a failure, told to the administrators, and no longer tried."""

    def broken(_: object) -> bytes:
        raise OSError("Le fichier ne se lit plus.")

    monkeypatch.setattr("funding.actions.process.read_file", broken)
    for _ in range(5):
        with pytest.raises(OSError, match="ne se lit plus"):
            process_deposit(deposit.pk)
    assert not process_deposit(deposit.pk)
    deposit.refresh_from_db()
    assert deposit.state == "failed"
    assert not process_deposit(deposit.pk)
