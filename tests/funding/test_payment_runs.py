"""A payment run: gathered, approved by somebody else, transmitted, settled; nothing paid twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from lxml import etree

from enrolment.actions import save_bank_details
from funding.actions.payees import clear_account
from funding.actions.payments import move_run, prepare_run, withdraw_payment
from funding.actions.recovery import record_reimbursement
from funding.actions.requests import move_request
from funding.actions.settlement import record_return_file, settle
from funding.enums import LedgerKind
from funding.models import FundingRequest, LedgerEntry, Payment, PaymentRun, Recovery
from funding.remittance import Returned
from funding.report.payments import to_be_paid
from funding.workflow import ASP, YOU
from segur_portal.common.actions import read_file
from segur_portal.common.enums import Role
from segur_portal.common.models import Notification, OutgoingMail
from segur_portal.common.workflow import ForbiddenMoveError
from tests.factories import A_DAY, an_officer
from tests.funding.accepted import OTHER_IBAN, RIS, Staff, accepted_requests, an_account, the_staff
from tests.funding.test_remittance import REASON, pain_002, said_of

pytestmark = pytest.mark.django_db
NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
MDV = "SONS-MDV-LGC-Va2"


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def requests() -> list[FundingRequest]:
    return accepted_requests()


@pytest.fixture
def staff(requests: list[FundingRequest]) -> Staff:
    return the_staff()


@pytest.fixture
def run(requests: list[FundingRequest], staff: Staff) -> PaymentRun:
    """A run of the three requests, proposed."""
    an_account(requests[0].supplier)
    run = prepare_run(actor=staff.preparer, schemes=[RIS]).run
    move_run(run, "propose", actor=staff.preparer, role=Role.OFFICER)
    return run


def approve(run: PaymentRun, staff: Staff) -> None:
    move_run(run, "approve", actor=staff.approver, role=Role.OFFICER)


def transmit(run: PaymentRun, staff: Staff) -> None:
    approve(run, staff)
    move_run(run, "transmit", actor=staff.accountant, role=Role.ACCOUNTANT)


def answers(run: PaymentRun, *, paid: bool) -> list[Returned]:
    payments = Payment.objects.filter(run=run, state__in=["sent", "paid"]).order_by("pk")
    return [Returned(one.end_to_end_id, paid, "" if paid else "AC04") for one in payments]


def refusals(run: PaymentRun, code: str, *, by_hand: bool = False) -> list[Returned]:
    payments = run.payments.filter(state__in=["sent", "paid"]).order_by("pk")
    return [Returned(one.end_to_end_id, False, code, blames_account=by_hand) for one in payments]


def states(requests: list[FundingRequest]) -> set[str]:
    keys = [one.pk for one in requests]
    return set(FundingRequest.objects.filter(pk__in=keys).values_list("state", flat=True))


def test_a_run_gathers_what_is_accepted(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff
) -> None:
    """Every accepted request is in it, for its own amount; a second run finds nothing."""
    assert run.transfer_count == 3
    assert run.total == sum(one.amount_due for one in requests)
    assert states(requests) == {"to_pay"}
    with pytest.raises(ForbiddenMoveError, match="Aucune demande"):
        prepare_run(actor=staff.preparer, schemes=[RIS])


def test_a_supplier_without_account_is_left_out_in_words(
    requests: list[FundingRequest], staff: Staff
) -> None:
    """Nothing is sent nowhere, and the officer is told why."""
    with pytest.raises(ForbiddenMoveError, match="Atelier d’imagerie : ses coordonnées"):
        prepare_run(actor=staff.preparer, schemes=[RIS])
    assert states(requests) == {"accepted"}


def test_an_officer_of_another_scheme_prepares_nothing(
    requests: list[FundingRequest],
) -> None:
    """Section 7: never a scheme they are not assigned to."""
    with pytest.raises(ForbiddenMoveError, match="pas affecté"):
        prepare_run(actor=an_officer(MDV, email="mdv@asp.fr"), schemes=[RIS])


def test_who_prepares_does_not_approve(run: PaymentRun, staff: Staff) -> None:
    """Four eyes: in words, then by the database itself."""
    with pytest.raises(ForbiddenMoveError, match="pas celui qui l’approuve"):
        move_run(run, "approve", actor=staff.preparer, role=Role.OFFICER)
    with pytest.raises(IntegrityError, match="payment_run_four_eyes"), transaction.atomic():
        PaymentRun.objects.filter(pk=run.pk).update(approved_by=staff.preparer)


def test_the_files_say_what_the_run_says(run: PaymentRun, staff: Staff) -> None:
    """Number, total and account of the stored file are the run's, to the cent; written once."""
    approve(run, staff)
    run.refresh_from_db()
    assert run.transfer_file
    root = etree.fromstring(read_file(run.transfer_file))
    assert root.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=NS) == f"{run.total:.2f}"
    assert root.findtext(".//p:GrpHdr/p:MsgId", namespaces=NS) == run.number
    assert len(root.findall(".//p:CdtTrfTxInf", namespaces=NS)) == run.transfer_count
    with pytest.raises(ForbiddenMoveError):
        approve(run, staff)


def test_a_changed_account_blocks_the_approval(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff
) -> None:
    """An IBAN changed since the preparation is a fraud until somebody says otherwise."""
    replace_account(requests[0])
    with pytest.raises(ForbiddenMoveError, match="Atelier d’imagerie"):
        approve(run, staff)
    run.refresh_from_db()
    assert run.state == "proposed"


def replace_account(request: FundingRequest) -> None:
    an_account(request.supplier, OTHER_IBAN)


def test_a_withdrawn_transfer_waits_for_another_run(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff
) -> None:
    """Its request is accepted again, the totals follow; after approval it is too late."""
    first, second, _ = Payment.objects.filter(run=run).order_by("pk")
    why = {"reason_code": "request", "note": "À revoir."}
    withdraw_payment(first, actor=staff.preparer, **why)
    run.refresh_from_db()
    assert (run.transfer_count, run.total) == (2, requests[1].amount_due + requests[2].amount_due)
    assert states(requests[:1]) == {"accepted"}
    approve(run, staff)
    with pytest.raises(ForbiddenMoveError, match="approuvé"):
        withdraw_payment(second, actor=staff.preparer, **why)


def test_a_cancelled_run_gives_everything_back(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff
) -> None:
    """Even approved, as long as the bank has nothing; then the requests can be gathered again."""
    approve(run, staff)
    move_run(
        run, "cancel", actor=staff.approver, role=Role.OFFICER, reason_code="other", note="Erreur."
    )
    assert states(requests) == {"accepted"}
    assert prepare_run(actor=staff.preparer, schemes=[RIS]).run.transfer_count == 3


def test_transfers_executed_by_the_bank(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff
) -> None:
    """Requests are paid, the ledger adds up, the run is settled; the same file again does
    nothing."""
    transmit(run, staff)
    told = answers(run, paid=True)
    result = settle(told, actor=staff.accountant)
    assert (result.paid, result.problems) == (3, [])
    assert states(requests) == {"paid"}
    run.refresh_from_db()
    assert run.state == "settled"
    again = settle(told, actor=staff.accountant)
    assert (again.paid, again.known) == (0, 3)
    balance = LedgerEntry.objects.all().balance()
    assert balance["paid"] == balance["entitled"] == run.total
    assert balance["to_pay"] == 0


def test_a_rejected_transfer_is_paid_by_another_run(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff
) -> None:
    """The request waits again, and nothing was recorded as paid."""
    transmit(run, staff)
    settle(refusals(run, "MS03"), actor=staff.accountant)
    assert states(requests) == {"accepted"}
    assert not LedgerEntry.objects.filter(kind=LedgerKind.PAID).exists()
    assert prepare_run(actor=staff.preparer, schemes=[RIS]).run.transfer_count == 3


@pytest.mark.parametrize(("code", "by_hand"), [("AC04", False), ("BE01", False), ("", True)])
def test_a_refused_account_is_not_paid_again(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff, code: str, by_hand: bool
) -> None:
    """By the bank's code or said by hand: nothing leaves before other bank details are in force."""
    transmit(run, staff)
    settle(refusals(run, code, by_hand=by_hand), actor=staff.accountant)
    with pytest.raises(ForbiddenMoveError, match="la banque a refusé VIR-"):
        prepare_run(actor=staff.preparer, schemes=[RIS])
    assert states(requests) == {"accepted"}
    (row,) = to_be_paid([requests[0].scheme])
    assert "De nouvelles coordonnées bancaires sont attendues" in row.obstacle
    replace_account(requests[0])
    assert prepare_run(actor=staff.preparer, schemes=[RIS]).run.transfer_count == 3


def test_an_account_refused_meanwhile_blocks_the_approval(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff
) -> None:
    """A run proposed before the bank's answer does not pay the same account once more."""
    transmit(run, staff)
    first, *others = refusals(run, "MS03")
    settle(others, actor=staff.accountant)
    second = prepare_run(actor=staff.preparer, schemes=[RIS]).run
    move_run(second, "propose", actor=staff.preparer, role=Role.OFFICER)
    settle([replace(first, code="AC04")], actor=staff.accountant)
    with pytest.raises(ForbiddenMoveError, match="refusées par la banque"):
        approve(second, staff)


def test_an_officer_answers_for_a_refused_account(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff
) -> None:
    """In words, for every transfer of that account; then it is paid again."""
    transmit(run, staff)
    settle(refusals(run, "AC06"), actor=staff.accountant)
    payment = run.payments.latest("pk")
    with pytest.raises(ForbiddenMoveError, match="Dites comment"):
        clear_account(payment, actor=staff.preparer, note=" ")
    clear_account(payment, actor=staff.preparer, note="La banque l’a débloqué.")
    with pytest.raises(ForbiddenMoveError, match="pas en cause"):
        clear_account(payment, actor=staff.preparer, note="Encore.")
    assert prepare_run(actor=staff.preparer, schemes=[RIS]).run.transfer_count == 3


def notices(word: str) -> list[Notification]:
    rows = Notification.objects.filter(kind="payment", title__contains=word)
    return list(rows.order_by("pk"))


def test_what_the_bank_did_is_told_once(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff
) -> None:
    """What is paid when the last answer is there, one notice for the run; what is refused, with its
    reason, one notice for all."""
    transmit(run, staff)
    told = answers(run, paid=True)
    settle(told[:1], actor=staff.accountant)
    assert not notices("de l’ASP")
    settle(told[1:], actor=staff.accountant)
    settle(told, actor=staff.accountant)
    (notice,) = notices("de l’ASP")
    assert notice.title.startswith("3 virements")
    assert OutgoingMail.objects.filter(key=f"notification-{notice.pk}").exists()
    settle(refusals(run, "AC04"), actor=staff.accountant)
    (refused,) = notices("retournés par la banque")
    assert "compte clos (AC04)" in refused.body
    assert refused.url == reverse("bank_details")
    assert all(one.number in refused.body for one in requests)


def test_a_refused_account_is_a_duty_of_the_supplier(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff, client: Client
) -> None:
    """On its dashboard, until its new details are in ASP's hands; then it is ASP's turn."""
    transmit(run, staff)
    settle(refusals(run, "AC04"), actor=staff.accountant)
    member = requests[0].supplier.memberships.earliest("pk").user
    client.force_login(member)

    def duty() -> Any:
        found = client.get(reverse("dashboard")).context["duties"]
        return next(one for one in found if one.url == reverse("bank_details"))

    mine = duty()
    assert mine.title.endswith("rejeté par la banque : compte clos (AC04)")
    assert (mine.owner, mine.level) == (YOU, "error")
    save_bank_details(
        requests[0].supplier, holder="Atelier", iban=OTHER_IBAN, bic="TRPUFRP1", actor=member
    )
    assert (duty().owner, duty().level) == (ASP, "info")


def test_a_returned_transfer_is_written_back(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff
) -> None:
    """The bank sends the money back after paying: the ledger says both."""
    transmit(run, staff)
    settle(answers(run, paid=True), actor=staff.accountant)
    result = settle(answers(run, paid=False), actor=staff.accountant)
    assert result.returned == 3
    balance = LedgerEntry.objects.all().balance()
    assert balance["paid"] == 0
    assert balance["to_pay"] == balance["entitled"] == run.total
    assert states(requests) == {"accepted"}


def test_what_the_bank_cannot_mean_is_told(run: PaymentRun, staff: Staff) -> None:
    """An unknown transfer, one that was not sent: nothing is done, and it is said."""
    first = Payment.objects.filter(run=run).earliest("pk")
    told = [
        Returned("VIR-9999999", True),
        Returned("n’importe quoi", True),
        Returned(first.end_to_end_id, True),
    ]
    result = settle(told, actor=staff.accountant)
    assert len(result.problems) == 3
    first.refresh_from_db()
    assert first.state == "planned"


def test_a_paid_request_that_is_cancelled_is_recovered(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff
) -> None:
    """Section 7: a recovery order for the paid amount, on the ledger too."""
    transmit(run, staff)
    settle(answers(run, paid=True), actor=staff.accountant)
    request = requests[0]
    request.refresh_from_db()
    move_request(
        request,
        "cancel",
        actor=staff.preparer,
        role=Role.OFFICER,
        reason_code="withdrawn",
        note="Le client renonce.",
    )
    recovery = Recovery.objects.get()
    assert recovery.amount == request.amount_due
    balance = LedgerEntry.objects.filter(order=request.order).balance()
    assert balance["entitled"] == 0
    assert balance["to_pay"] == 0
    assert balance["to_recover"] == request.amount_due


def cancel_paid(run: PaymentRun, request: FundingRequest, staff: Staff) -> Recovery:
    """The whole run is paid, then this request cancelled."""
    transmit(run, staff)
    settle(answers(run, paid=True), actor=staff.accountant)
    request.refresh_from_db()
    move_request(
        request,
        "cancel",
        actor=staff.preparer,
        role=Role.OFFICER,
        reason_code="withdrawn",
        note="Le client renonce.",
    )
    return Recovery.objects.get()


@pytest.mark.parametrize("back", [0, 2, 1])
def test_a_transfer_returned_after_its_request_was_cancelled(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff, back: int
) -> None:
    """Nothing is asked back of money that the supplier does not hold; what it paid back already,
    in part or in whole, is owed to it; the other transfers of the file are settled."""
    request = requests[0]
    recovery = cancel_paid(run, request, staff)
    given_back = (request.amount_due / back).quantize(Decimal("0.01")) if back else Decimal(0)
    if given_back:
        record_reimbursement(recovery, given_back, actor=staff.accountant, note="Chèque.")
    result = settle(answers(run, paid=False), actor=staff.accountant)
    assert (result.returned, result.problems, len(result.remarks)) == (3, [], int(back > 0))
    recovery.refresh_from_db()
    request.refresh_from_db()
    assert recovery.state == ("recovered" if back == 1 else "cancelled")
    assert (request.state, recovery.recovered) == ("cancelled", given_back)
    balance = LedgerEntry.objects.filter(request=request).balance()
    assert not any(balance[name] for name in ("paid", "entitled", "to_recover"))
    assert balance["to_pay"] == given_back
    assert states(requests[1:]) == {"accepted"}
    notice = Notification.objects.get(key=f"recovery-{recovery.pk}-returned")
    assert ("déjà remboursés" in notice.body) == (back > 0)
    with pytest.raises(ForbiddenMoveError):
        record_reimbursement(recovery, Decimal("0.01"), actor=staff.accountant, note="")
    assert settle(answers(run, paid=False), actor=staff.accountant).returned == 0


def test_a_line_that_cannot_be_settled_stops_no_other(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff
) -> None:
    """It is told with its reason, and left as it was; the run waits for it."""
    transmit(run, staff)
    FundingRequest.objects.filter(pk=requests[1].pk).update(state="refused")
    result = settle(answers(run, paid=True), actor=staff.accountant)
    stuck = Payment.objects.get(request=requests[1])
    assert result.paid == 2
    assert result.problems == [
        f"{stuck} : « Constater le paiement » est impossible : l’état actuel est « Refusée »."
    ]
    assert stuck.state == "sent"
    assert LedgerEntry.objects.filter(kind=LedgerKind.PAID).count() == 2
    run.refresh_from_db()
    assert run.state == "transmitted"


def whole(run: PaymentRun, status: str, named: str = "") -> bytes:
    """A report on the whole payment block of the run, and on the transfers named."""
    return pain_002(
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{run.number}</OrgnlPmtInfId>"
        f"<PmtInfSts>{status}</PmtInfSts>{REASON}{named}</OrgnlPmtInfAndSts>"
    )


def test_a_run_rejected_whole_gives_every_request_back(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff
) -> None:
    """Not one transfer is named; recorded again, the file finds everything known."""
    approve(run, staff)
    early = record_return_file(whole(run, "RJCT"), actor=staff.accountant)
    assert early.problems == [f"{run.number} : n’est pas déclaré transmis, la réponse est ignorée."]
    move_run(run, "transmit", actor=staff.accountant, role=Role.ACCOUNTANT)
    result = record_return_file(whole(run, "RJCT"), actor=staff.accountant)
    assert (result.rejected, result.problems) == (3, [])
    assert states(requests) == {"accepted"}
    assert set(run.payments.values_list("state", "bank_code")) == {("rejected", "AC04")}
    run.refresh_from_db()
    assert run.state == "settled"
    again = record_return_file(whole(run, "RJCT"), actor=staff.accountant)
    assert (again.rejected, again.known) == (0, 3)


def test_a_transfer_named_in_a_rejected_block_has_its_own_answer(
    run: PaymentRun, requests: list[FundingRequest], staff: Staff
) -> None:
    """And what was paid since is not taken back by the rejection of the file."""
    transmit(run, staff)
    first, second, _ = run.payments.order_by("pk")
    settle([Returned(second.end_to_end_id, True)], actor=staff.accountant)
    named = said_of(first.end_to_end_id, "ACSC")
    result = record_return_file(whole(run, "RJCT", named), actor=staff.accountant)
    assert (result.paid, result.rejected, result.returned) == (1, 1, 0)
    assert result.problems == [
        f"{run.number} : la réponse sur le lot entier laisse de côté 1 virement, dans un autre "
        "état."
    ]
    assert states(requests[1:2]) == {"paid"}


def test_a_run_under_way_is_told_and_not_moved(run: PaymentRun, staff: Staff) -> None:
    """Accepted for execution is not paid."""
    transmit(run, staff)
    first = run.payments.earliest("pk")
    data = whole(run, "ACSP", said_of(first.end_to_end_id, "ACSP"))
    result = record_return_file(data, actor=staff.accountant)
    assert result.sentence().endswith("1 en cours à la banque.")
    assert result.remarks == [f"{run.number} : en cours à la banque."]
    assert set(run.payments.values_list("state", flat=True)) == {"sent"}


@pytest.mark.parametrize(
    ("after", "told", "settled"),
    [
        (1, 0, 0),  # On the day of execution.
        (1, 1, 1),  # The day after, which is the day of recording.
        (1, 2, 1),  # To come: the day of recording.
        (1, -1, 1),  # Before the execution: the day of recording.
    ],
)
def test_a_transfer_is_settled_on_the_day_of_the_bank(
    run: PaymentRun, staff: Staff, after: int, told: int, settled: int
) -> None:
    """Days counted from the execution: recorded `after`, the bank says `told`."""
    transmit(run, staff)
    first = run.payments.earliest("pk")
    days = [run.execution_on + timedelta(days=number) for number in (after, told, settled)]
    line = f"{first.end_to_end_id};payé;;;{days[1]:%d/%m/%Y}"
    data = f"identifiant;statut;code;texte;date\r\n{line}\r\n".encode()
    with time_machine.travel(datetime.combine(days[0], time(10), tzinfo=UTC), tick=True):
        record_return_file(data, actor=staff.accountant)
    first.refresh_from_db()
    assert first.settled_on == days[2]


def test_a_request_is_in_one_live_payment(run: PaymentRun) -> None:
    """The database has the last word."""
    first = Payment.objects.filter(run=run).earliest("pk")
    first.pk, first._state.adding = None, True
    with pytest.raises(IntegrityError, match="payment_request_once"), transaction.atomic():
        first.save()


def test_the_ledger_is_never_changed(requests: list[FundingRequest]) -> None:
    """Neither changed nor deleted, whoever asks."""
    entries = LedgerEntry.objects.all()
    assert entries.count() == 3
    with pytest.raises(DatabaseError), transaction.atomic():
        entries.update(amount=Decimal(1))
    with pytest.raises(DatabaseError), transaction.atomic():
        entries.delete()
