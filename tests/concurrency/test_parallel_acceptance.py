"""Two requests of one SIREN decided in parallel: both together never pass the ceiling (MNT-005)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from io import BytesIO
from threading import Barrier

import pytest
from django.db import connection

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.actions.requests import move_request
from funding.models import FundingRequest
from segur_portal.common.enums import ParameterCode
from segur_portal.common.models import Parameter
from segur_portal.common.workflow import ForbiddenMoveError
from tests.builders import a_file, a_filename, a_request
from tests.factories import a_base, an_enrolment, an_officer

RIS, DB = "SONS-IMG-RIS-Va2", "SONS-IMG-DB-Va2"
PAIRS = 12
pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("on_a_day", "no_deadlock")]


def deposited(user: User, scheme: str) -> list[FundingRequest]:
    """One request in instruction for each of the same clients."""
    supplier = user.memberships.get().supplier
    requests = [a_request(scheme, number=number) for number in range(1, PAIRS + 1)]
    an_enrolment(supplier, requests[0], scheme)
    a_base(scheme, requests)
    deposit = receive_deposit(
        supplier=supplier,
        user=user,
        content=BytesIO(a_file(scheme, requests=requests)),
        name=a_filename(scheme),
    )
    assert process_deposit(deposit.pk)
    FundingRequest.objects.filter(deposit=deposit).update(state="in_instruction")
    return list(FundingRequest.objects.filter(deposit=deposit).order_by("position"))


def accept(request: FundingRequest, officer: User, barrier: Barrier) -> bool:
    """Whether the acceptance passed."""
    try:
        barrier.wait()
        move_request(request, "accept", actor=officer, role="officer")
    except ForbiddenMoveError:
        return False
    else:
        return True
    finally:
        connection.close()


def test_only_one_of_two_passes(depositor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for one aid only: whoever comes second sees the first, at each of many meetings."""
    monkeypatch.setattr("funding.actions.receive.wake_worker", lambda _: None)
    # The DRIMbox would wait for the acceptance of the RIS: here both are decided at once.
    monkeypatch.setattr("funding.actions.requests.check_ris", lambda _: None)
    officer = an_officer()
    pairs = list(zip(deposited(depositor, RIS), deposited(depositor, DB), strict=True))
    # Declared 1 200,50 € and twice 1 200,00 € asked: 3 600,50 € for both.
    Parameter.objects.filter(code=ParameterCode.DE_MINIMIS_CEILING).update(value=Decimal("3600.49"))
    with ThreadPoolExecutor(2) as pool:
        for pair in pairs:
            barrier = Barrier(2)
            accepted = list(pool.map(lambda one, b=barrier: accept(one, officer, b), pair))
            assert sorted(accepted) == [False, True]
    assert FundingRequest.objects.filter(state="accepted").count() == PAIRS
