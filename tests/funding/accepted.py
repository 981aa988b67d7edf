"""Accepted requests ready to be paid, and the people who pay them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from enrolment.actions import decide_bank_details, save_bank_details
from enrolment.enums import UserKind
from enrolment.models import BankDetails, Supplier, User
from funding.actions import process_deposit, receive_deposit
from funding.actions.payments import move_run, prepare_run
from funding.actions.requests import move_request
from funding.actions.settlement import settle
from funding.demo.asking import amounts, balance
from funding.models import Deposit, FundingRequest, LedgerEntry, Payment, PaymentRun, Recovery
from funding.remittance import Returned
from segur_portal.common import clock
from segur_portal.common.enums import Kind, Role
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import (
    a_base,
    a_member,
    a_supplier,
    a_user,
    an_enrolment,
    an_officer,
    the_programme,
)

RIS = "SONS-IMG-RIS-Va2"
IBAN, OTHER_IBAN = "FR7630001007941234567890185", "FR7610071750000000100012302"
BICS = {IBAN: "BDFEFRPP", OTHER_IBAN: "TRPUFRP1"}


@dataclass(frozen=True, slots=True)
class Staff:
    """Two officers and an accountant: four eyes, and a third pair."""

    preparer: User
    approver: User
    accountant: User


def the_staff() -> Staff:
    """Everybody a payment needs."""
    return Staff(
        an_officer(RIS, email="prepare@asp.fr"),
        an_officer(RIS, email="approuve@asp.fr"),
        a_user("comptable@asp.fr", UserKind.ACCOUNTANT, is_staff=True),
    )


def an_account(supplier: Supplier, iban: str = IBAN) -> BankDetails:
    """Bank details in force today, in place of those there were."""
    officer, second = (
        a_user(f"{name}.{iban[-4:]}@asp.fr", UserKind.OFFICER, is_staff=True)
        for name in ("rib", "rib2")
    )
    member = supplier.memberships.earliest("pk").user
    details = save_bank_details(
        supplier, holder=supplier.name, iban=iban, bic=BICS[iban], actor=member
    )
    if details.replaces_id is None:
        decide_bank_details(details, "accept", actor=officer)
    else:
        decide_bank_details(details, "approve", actor=officer)
        decide_bank_details(details, "confirm", actor=second)
    BankDetails.objects.filter(pk=details.pk).update(effective_on=clock.today())
    return details


def accepted_requests(count: int = 3) -> list[FundingRequest]:
    """Advances of one supplier, deposited, instructed and accepted."""
    requests = taken_requests(count)
    officer = User.objects.get(email="instruit@asp.fr")
    for request in requests:
        move_request(request, "accept", actor=officer, role=Role.OFFICER)
    return requests


def taken_requests(count: int = 3) -> list[FundingRequest]:
    """Advances of one supplier, deposited and in instruction."""
    the_programme()
    officer = an_officer(RIS, email="instruit@asp.fr")
    member = a_member(a_supplier(SIRET, "Atelier d’imagerie"))
    supplier = member.memberships.get().supplier
    asked = [a_request(RIS, number=number) for number in range(1, count + 1)]
    an_enrolment(supplier, asked[0], RIS)
    a_base(RIS, asked)
    content = BytesIO(a_file(RIS, requests=asked))
    deposit = receive_deposit(supplier=supplier, user=member, content=content, name=a_filename(RIS))
    assert process_deposit(deposit.pk)
    requests = list(FundingRequest.objects.order_by("pk"))
    assert len(requests) == count
    for request in requests:
        move_request(request, "take", actor=officer, role=Role.OFFICER)
    return requests


def one_of_each_payment_row(request: FundingRequest, preparer: User) -> None:
    """A run, a transfer, a recovery order and an entry of the ledger, as rows to look at."""
    supplier = request.supplier
    run = PaymentRun.objects.create(
        execution_on=clock.today(), prepared_by=preparer, prepared_at=clock.now()
    )
    amount = request.amount_due
    Payment.objects.create(
        run=run, request=request, supplier=supplier, account=an_account(supplier), amount=amount
    )
    Recovery.objects.create(
        request=request,
        supplier=supplier,
        amount=amount,
        issued_on=clock.today(),
        due_on=clock.today(),
    )
    LedgerEntry.objects.create(
        order=request.order,
        request=request,
        supplier=supplier,
        scheme_id=request.scheme_id,
        kind="due",
        amount=amount,
        at=clock.now(),
    )


def a_balance_of(advance: FundingRequest, *, gross: str, state: str = "in_instruction") -> Any:
    """The balance of an advance whose validated amount is `gross`, deposited and in instruction.

    Deposited for the whole invoice; fewer euros are an invoice of fewer.
    """
    asked = balance(advance.payload, advance.number, performed_on=clock.today() - timedelta(days=5))
    net = (Decimal(gross) / Decimal("1.2")).quantize(Decimal("0.01"))
    asked["facture"] |= amounts(net, Decimal(gross) - net)
    content = BytesIO(a_file(RIS, Kind.BALANCE, requests=[asked]))
    number = Deposit.objects.count() + 1
    deposit = receive_deposit(
        supplier=advance.supplier,
        user=advance.deposit.deposited_by,
        content=content,
        name=a_filename(RIS, Kind.BALANCE, number=number),
    )
    assert process_deposit(deposit.pk)
    FundingRequest.objects.filter(deposit=deposit).update(state=state)
    return FundingRequest.objects.get(deposit=deposit)


def pay(request: FundingRequest) -> None:
    """Pay one accepted request by a run of its own, by three people."""
    staff = the_staff()
    run = prepare_run(actor=staff.preparer, schemes=[RIS]).run
    for name, actor, role in (
        ("propose", staff.preparer, Role.OFFICER),
        ("approve", staff.approver, Role.OFFICER),
        ("transmit", staff.accountant, Role.ACCOUNTANT),
    ):
        move_run(run, name, actor=actor, role=role)
    sent = Payment.objects.filter(run=run, state="sent")
    settle([Returned(one.end_to_end_id, True) for one in sent], actor=staff.accountant)
    request.refresh_from_db()
    assert request.state == "paid"
