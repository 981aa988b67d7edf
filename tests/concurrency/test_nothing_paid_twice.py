"""Two officers, two accountants, two workers at once: nothing is paid twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Sum

from funding.actions.payments import move_run, prepare_run
from funding.actions.recovery import record_reimbursement
from funding.actions.requests import move_request
from funding.actions.run_files import take_run_file
from funding.actions.settlement import settle
from funding.enums import LedgerKind
from funding.models import FundingRequest, LedgerEntry, Payment, PaymentRun, Recovery
from funding.remittance import Returned
from segur_portal.common.enums import Role
from segur_portal.common.workflow import ForbiddenMoveError
from tests.funding.accepted import RIS, Staff, accepted_requests, an_account, the_staff

COUNT, AT_ONCE = 12, 4
pytestmark = [
    pytest.mark.concurrency,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("on_a_day", "no_deadlock"),
]


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Each deed in a connection of its own, all at the same time; what they return or refuse."""
    barrier = Barrier(len(deeds))

    def play(deed: Callable[[], object]) -> object:
        try:
            barrier.wait()
            return deed()
        except ForbiddenMoveError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(play, deeds))


@pytest.fixture
def requests(transactional_db: None) -> list[FundingRequest]:
    requests = accepted_requests(COUNT)
    an_account(requests[0].supplier)
    return requests


@pytest.fixture
def staff(requests: list[FundingRequest]) -> Staff:
    return the_staff()


def transmitted(staff: Staff) -> PaymentRun:
    run = prepare_run(actor=staff.preparer, schemes=[RIS]).run
    move_run(run, "propose", actor=staff.preparer, role=Role.OFFICER)
    move_run(run, "approve", actor=staff.approver, role=Role.OFFICER)
    move_run(run, "transmit", actor=staff.accountant, role=Role.ACCOUNTANT)
    return run


def test_runs_prepared_at_once_share_the_requests(
    requests: list[FundingRequest], staff: Staff
) -> None:
    """Each accepted request is in exactly one run, whoever was first."""
    at_once(*[lambda: prepare_run(actor=staff.preparer, schemes=[RIS])] * AT_ONCE)
    assert Payment.objects.count() == COUNT
    assert set(FundingRequest.objects.values_list("state", flat=True)) == {"to_pay"}
    twice = Payment.objects.values("request").annotate(n=Count("pk")).filter(n__gt=1)
    assert not twice.exists()
    runs = PaymentRun.objects.aggregate(transfers=Sum("transfer_count"), total=Sum("total"))
    assert runs["transfers"] == COUNT
    assert runs["total"] == sum(one.amount_due for one in requests)


def test_what_is_owed_back_is_in_one_run(requests: list[FundingRequest], staff: Staff) -> None:
    """Paid back, then returned: whoever prepares at once, each amount leaves once."""
    answers = [Returned(one.end_to_end_id, True) for one in transmitted(staff).payments.all()]
    settle(answers, actor=staff.accountant)
    for one in FundingRequest.objects.order_by("pk"):
        reason: dict[str, Any] = {"reason_code": "error", "note": "Erreur."}
        move_request(one, "cancel", actor=staff.preparer, role=Role.OFFICER, **reason)
    for order in Recovery.objects.order_by("pk"):
        record_reimbursement(order, order.amount, actor=staff.accountant, note="Virement.")
    settle([replace(one, is_paid=False) for one in answers], actor=staff.accountant)
    assert FundingRequest.objects.owed_back().count() == COUNT
    at_once(*[lambda: prepare_run(actor=staff.preparer, schemes=[RIS])] * AT_ONCE)
    refunds = Payment.objects.filter(is_refund=True)
    assert refunds.values("request").distinct().count() == refunds.count() == COUNT
    assert set(FundingRequest.objects.values_list("state", flat=True)) == {"cancelled"}


def test_a_return_file_recorded_at_once_settles_once(
    requests: list[FundingRequest], staff: Staff
) -> None:
    """The second recording finds everything known."""
    run = transmitted(staff)
    answers = [Returned(one.end_to_end_id, True) for one in run.payments.order_by("pk")]
    at_once(*[lambda: settle(answers, actor=staff.accountant)] * AT_ONCE)
    paid = LedgerEntry.objects.filter(kind=LedgerKind.PAID)
    assert paid.count() == COUNT
    assert paid.aggregate(total=Sum("amount"))["total"] == run.total
    run.refresh_from_db()
    assert run.state == "settled"


def test_two_files_that_settle_a_run_together_close_it(
    requests: list[FundingRequest], staff: Staff
) -> None:
    """Each accountant records half of the transfers: whoever comes last closes the run."""
    run = transmitted(staff)
    answers = [Returned(one.end_to_end_id, True) for one in run.payments.order_by("pk")]
    at_once(
        *[
            lambda rank=rank: settle(answers[rank::AT_ONCE], actor=staff.accountant)
            for rank in range(AT_ONCE)
        ]
    )
    assert set(run.payments.values_list("state", flat=True)) == {"paid"}
    run.refresh_from_db()
    assert run.state == "settled"


def test_a_file_is_downloaded_or_its_run_abandoned(
    requests: list[FundingRequest], staff: Staff
) -> None:
    """Never both: what was downloaded may be at the bank."""
    run = prepare_run(actor=staff.preparer, schemes=[RIS]).run
    move_run(run, "propose", actor=staff.preparer, role=Role.OFFICER)
    move_run(run, "approve", actor=staff.approver, role=Role.OFFICER)

    def abandon() -> None:
        move_run(
            PaymentRun.objects.get(pk=run.pk),
            "cancel",
            actor=staff.approver,
            role=Role.OFFICER,
            reason_code="other",
            note="Erreur.",
        )

    file, refusal = at_once(
        lambda: take_run_file(run, "virements", actor=staff.accountant), abandon
    )
    run.refresh_from_db()
    is_served = file is not None
    assert isinstance(refusal, ForbiddenMoveError) == is_served
    assert (run.state, run.downloaded_at is not None) == (
        "approved" if is_served else "cancelled",
        is_served,
    )


def test_a_cancellation_and_a_run_at_once_agree(
    requests: list[FundingRequest], staff: Staff
) -> None:
    """A request is either cancelled or in the run, never both."""
    first = requests[0]
    first.refresh_from_db()

    def cancel() -> None:
        move_request(
            first,
            "cancel",
            actor=staff.approver,
            role=Role.OFFICER,
            reason_code="withdrawn",
            note="Le client renonce.",
        )

    at_once(cancel, lambda: prepare_run(actor=staff.preparer, schemes=[RIS]))
    first.refresh_from_db()
    is_paid = Payment.objects.filter(request=first, state="planned").exists()
    assert (first.state, is_paid) in {("cancelled", False), ("to_pay", True)}
    balance = LedgerEntry.objects.filter(order=first.order).balance()
    assert balance["to_pay"] == (first.amount_due if is_paid else 0)
