"""A correction answered on screen and by a deposit at the same moment: one wins."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from io import BytesIO
from threading import Barrier

import pytest
from django.db import connection

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.actions.corrections import Answer, answer_corrections, ask_corrections
from funding.actions.requests import move_request
from funding.models import Correction, FundingRequest
from segur_portal.common.enums import Role
from segur_portal.common.models import JournalEntry
from segur_portal.common.workflow import ForbiddenMoveError
from tests.builders import a_file, a_filename, a_request
from tests.factories import a_base, an_enrolment, an_officer

RIS, NAME = "SONS-IMG-RIS-Va2", "/clients/0/nomStructure"
ROUNDS = 6
pytestmark = [
    pytest.mark.concurrency,
    pytest.mark.usefixtures("on_a_day", "no_deadlock"),
]


@pytest.fixture
def one(depositor: User, monkeypatch: pytest.MonkeyPatch) -> FundingRequest:
    monkeypatch.setattr("funding.actions.receive.wake_worker", lambda _: None)
    request = a_request(RIS)
    a_base(RIS, [request])
    an_enrolment(depositor.memberships.get().supplier, request, RIS)
    deposit = sent(depositor, request, 1)
    assert process_deposit(deposit)
    return FundingRequest.objects.get()


def sent(member: User, request: object, number: int) -> int:
    """The key of a deposit of this request."""
    return receive_deposit(
        supplier=member.memberships.get().supplier,
        user=member,
        content=BytesIO(a_file(RIS, requests=[request])),
        name=a_filename(RIS, number=number),
    ).pk


def test_one_answer_wins(one: FundingRequest, depositor: User) -> None:
    """The request says what one of them said; the other is told that nothing is awaited."""
    officer = an_officer(RIS)
    for number in range(2, ROUNDS + 2):
        FundingRequest.objects.update(state="to_instruct")
        one.refresh_from_db()
        move_request(one, "take", actor=officer, role=Role.OFFICER)
        ask_corrections(one, {NAME: "?"}, actor=officer, reason_code="identity", note="Le nom.")
        payload = deepcopy(one.payload)
        payload["clients"][0]["nomStructure"] = f"Par dépôt {number}"
        deposit = sent(depositor, payload, number)
        outcomes = at_once(one, f"À l’écran {number}", depositor, deposit)
        one.refresh_from_db()
        line = one.deposit.supplier.deposits.get(pk=deposit).lines.get()
        by_deposit = line.outcome == "answered"
        assert outcomes == [not by_deposit, True]
        assert one.client_name == (f"Par dépôt {number}" if by_deposit else f"À l’écran {number}")
        if not by_deposit:
            assert line.findings[0]["code"] == "REF-001"
        assert not Correction.objects.pending().exists()
    assert JournalEntry.objects.filter(verb="answer_correction").count() == ROUNDS


def at_once(one: FundingRequest, name: str, member: User, deposit: int) -> list[bool]:
    """Both at the same moment, each on its own connection: whether each was done."""
    barrier = Barrier(2)

    def on_screen() -> bool:
        mine = FundingRequest.objects.select_related(
            "scheme", "supplier", "deposit", "base", "order"
        ).get(pk=one.pk)
        barrier.wait(timeout=30)
        try:
            answer_corrections(mine, Answer({NAME: name}, {}), actor=member)
        except ForbiddenMoveError:
            return False
        return True

    def by_deposit() -> bool:
        barrier.wait(timeout=30)
        return process_deposit(deposit)

    def run(deed: object) -> bool:
        try:
            return deed()  # type: ignore[operator]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, [on_screen, by_deposit]))
