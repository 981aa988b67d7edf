"""A document found infected while the correction of its request is answered: both are done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Event
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.actions.corrections import Answer, answer_corrections, ask_corrections
from funding.actions.isolation import follow_antivirus
from funding.actions.requests import move_request
from funding.actions.rewriting import write_answers
from funding.demo.papers import a_zip, documents_of
from funding.models import DepositDocument, FundingRequest
from segur_portal.common.enums import Role
from segur_portal.common.models import StoredFile
from tests.builders import a_file, a_filename, a_request
from tests.factories import a_base, an_enrolment, an_officer
from tests.workers import wait_until

RIS, NAME = "SONS-IMG-RIS-Va2", "/clients/0/nomStructure"
_BLOCKED = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
      AND query LIKE '%funding_fundingrequest%' AND pid <> pg_backend_pid()
"""
pytestmark = [pytest.mark.concurrency, pytest.mark.usefixtures("on_a_day", "no_deadlock")]


@pytest.fixture
def one(depositor: User, monkeypatch: pytest.MonkeyPatch) -> FundingRequest:
    """A request with its document, whose name of client is to be corrected."""
    monkeypatch.setattr("funding.actions.receive.wake_worker", lambda _: None)
    request = a_request(RIS)
    a_base(RIS, [request])
    supplier = depositor.memberships.get().supplier
    an_enrolment(supplier, request, RIS)
    deposit = receive_deposit(
        supplier=supplier,
        user=depositor,
        content=BytesIO(a_file(RIS, requests=[request])),
        name=a_filename(RIS),
        archives=[ContentFile(a_zip(documents_of(request, "AVANCE")), name="bons.zip")],
    )
    assert process_deposit(deposit.pk)
    one = FundingRequest.objects.get()
    FundingRequest.objects.update(state="to_instruct")
    one.refresh_from_db()
    officer = an_officer(RIS)
    move_request(one, "take", actor=officer, role=Role.OFFICER)
    ask_corrections(one, {NAME: "?"}, actor=officer, reason_code="identity", note="Le nom.")
    return one


def blocked() -> bool:
    """Whether somebody waits for a row of the requests."""
    with connection.cursor() as cursor:
        cursor.execute(_BLOCKED)
        return bool(cursor.fetchone()[0])


def test_neither_waits_for_the_other_for_ever(
    one: FundingRequest, depositor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer holds the request when the antivirus comes; then it writes its documents."""
    taken, gate = Event(), Event()

    def paused(*args: Any, **kwargs: Any) -> None:
        taken.set()
        assert gate.wait(120)
        write_answers(*args, **kwargs)

    monkeypatch.setattr("funding.actions.corrections.write_answers", paused)

    def run(deed: Any) -> Any:
        try:
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        mine = FundingRequest.objects.select_related(
            "scheme", "supplier", "deposit", "base", "order"
        ).get(pk=one.pk)
        answer = Answer({NAME: "Centre corrigé"}, {})
        answered = pool.submit(run, lambda: answer_corrections(mine, answer, actor=depositor))
        assert taken.wait(120)
        StoredFile.objects.filter(purpose="document").update(scan_state="infected")
        followed = pool.submit(run, follow_antivirus)
        try:
            wait_until(blocked, "the antivirus waits for the request")
        finally:
            gate.set()
        answered.result(120)
        assert followed.result(120) == 1
    one.refresh_from_db()
    assert (one.state, one.client_name) == ("to_instruct", "Centre corrigé")
    assert one.alerts[-1]["code"] == "DOC-002"
    assert DepositDocument.objects.get().infected_at
