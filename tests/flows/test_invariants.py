"""Whatever officers, accountants and suppliers do, in any order: what must hold always holds.

Random sequences of actions by random roles on the real database. What the portal refuses is
refused; after each step the claims are unique, the ledger adds up, an advance and its balance stay
within the validated amount, no transfer leaves without two officers, nothing is decided unsaid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Count, F, Q, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.actions.corrections import (
    Answer,
    CorrectionRefusedError,
    answer_corrections,
    ask_corrections,
)
from funding.actions.disputes import contest, contestable, decide_dispute, open_dispute
from funding.actions.payments import move_run, prepare_run, withdraw_payment
from funding.actions.recovery import record_reimbursement
from funding.actions.requests import move_request
from funding.actions.settlement import settle
from funding.demo.asking import amounts, balance
from funding.models import DepositLine, FundingRequest, LedgerEntry, Payment, PaymentRun, Recovery
from funding.remittance import Returned
from funding.workflow import GRANTED, PAYMENT_RUN, REQUEST
from orders.models import Claim
from segur_portal.common.enums import Kind, ParameterCode, Role
from segur_portal.common.identifiers import make_siret
from segur_portal.common.models import JournalEntry, Parameter
from segur_portal.common.workflow import ForbiddenMoveError
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import A_DAY, a_base, a_member, a_supplier, an_enrolment, the_programme
from tests.funding.accepted import RIS, Staff, an_account, the_staff

CLIENTS = 2
REASONED = ("refuse", "cancel", "request_correction", "expire")


@dataclass(frozen=True, slots=True)
class Scene:
    """Two suppliers who want the same clients, and the agents."""

    asked: list[Any]
    rival: list[Any]
    members: tuple[User, User]
    staff: Staff


@pytest.fixture
def on_a_day() -> Iterator[None]:
    """The accounts are in force on the day when they are paid."""
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def scene(on_a_day: None, db: None) -> Scene:
    """The first supplier has deposited; no pilot is asked, so that balances may follow."""
    the_programme()
    Parameter.objects.filter(code=ParameterCode.PILOT_REPORTS).update(value=0)
    asked = [a_request(RIS, number=number) for number in range(1, CLIENTS + 1)]
    rival = [a_request(RIS, number=number) for number in range(1, CLIENTS + 1)]
    for one in rival:
        one["solutionLogicielle"]["numeroReferencement"] = "REF-RIVAL"
    a_base(RIS, asked)
    members: list[User] = []
    for siret, requests in ((SIRET, asked), (make_siret(99), rival)):
        member = a_member(a_supplier(siret, f"Fournisseur {siret}"))
        supplier = member.memberships.get().supplier
        an_enrolment(supplier, requests[0], RIS)
        an_account(supplier, IBANS[len(members)])
        members.append(member)
    return Scene(asked, rival, (members[0], members[1]), the_staff())


IBANS = ("FR7630001007941234567890185", "FR7610071750000000100012302")


def deposit(member: User, kind: str, requests: list[Any], number: int) -> None:
    supplier = member.memberships.get().supplier
    content = BytesIO(a_file(RIS, kind, requests=requests, siret=supplier.siret))
    name = a_filename(RIS, kind, siret=supplier.siret, number=number)
    received = receive_deposit(supplier=supplier, user=member, content=content, name=name)
    assert process_deposit(received.pk)


class Portal(RuleBasedStateMachine):
    """One life of the portal; everything is undone at its end."""

    scene: Scene

    def __init__(self) -> None:
        super().__init__()
        self.life = transaction.atomic()
        self.life.__enter__()
        self.deposits = 1
        deposit(self.scene.members[0], Kind.ADVANCE, self.scene.asked, self.deposits)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.life.__exit__(None, None, None)

    def attempt(self, deed: Callable[[], Any]) -> None:
        """Do it, or be refused without a trace."""
        try:
            with transaction.atomic():
                deed()
        except (ForbiddenMoveError, CorrectionRefusedError):
            pass

    def _agents(self) -> list[tuple[User, str]]:
        staff = self.scene.staff
        return [
            (staff.preparer, Role.OFFICER),
            (staff.approver, Role.OFFICER),
            (staff.accountant, Role.ACCOUNTANT),
            (self.scene.members[0], Role.SUPPLIER),
        ]

    @rule(
        rank=st.integers(0, 5),
        name=st.sampled_from(["take", "accept", "accept", *REQUEST.moves]),
        agent=st.sampled_from([0, 0, 0, 1, 2, 3]),
        note=st.sampled_from(["Motif", "Motif", ""]),
    )
    def instruct(self, rank: int, name: str, agent: int, note: str) -> None:
        actor, role = self._agents()[agent]
        requests = list(FundingRequest.objects.order_by("pk"))
        request = requests[rank % len(requests)]
        self.attempt(
            lambda: move_request(
                request, name, actor=actor, role=role, reason_code="other" * bool(note), note=note
            )
        )

    @rule(agent=st.sampled_from([0, 1]))
    def accept_all(self, agent: int) -> None:
        """Officers do accept: otherwise money never moves."""
        actor, role = self._agents()[agent]
        for request in FundingRequest.objects.order_by("pk"):
            for name in ("take", "accept"):
                self.attempt(
                    lambda request=request, name=name: move_request(  # type: ignore[misc]
                        request, name, actor=actor, role=role
                    )
                )

    @initialize(has_begun=st.booleans(), fallen=st.sets(st.integers(0, 3)))
    def begin(self, has_begun: bool, fallen: set[int]) -> None:
        """In half of the lives the first advances are paid, and answered by small balances."""
        if has_begun:
            self.accept_all(0)
            self.prepare(0)
            self.push_last_run()
            self.bank_answers(True)
            self.deposit_balances(4)
            self.accept_all(0)
            for rank in sorted(fallen, reverse=True):
                self.cancel(rank)

    @rule(rank=st.integers(0, 5))
    def cancel(self, rank: int) -> None:
        """Officers do cancel, with a reason."""
        requests = list(FundingRequest.objects.order_by("pk"))
        request = requests[rank % len(requests)]
        officer = self.scene.staff.preparer
        why: dict[str, Any] = {"reason_code": "error", "note": "Motif"}
        self.attempt(
            lambda: move_request(request, "cancel", actor=officer, role=Role.OFFICER, **why)
        )

    @rule(agent=st.sampled_from([0, 1]))
    def prepare(self, agent: int) -> None:
        actor, _ = self._agents()[agent]
        self.attempt(lambda: prepare_run(actor=actor, schemes=[RIS]))

    @rule(
        name=st.sampled_from(["propose", "approve", "transmit", *PAYMENT_RUN.moves]),
        agent=st.sampled_from([0, 1, 1, 2]),
    )
    def move_last_run(self, name: str, agent: int) -> None:
        actor, role = self._agents()[agent]
        run = PaymentRun.objects.order_by("-pk").first()
        if run is not None:
            self.attempt(lambda: move_run(run, name, actor=actor, role=role, note="Motif"))

    @rule()
    def push_last_run(self) -> None:
        """What the agents do on a good day."""
        for name, agent in (("propose", 0), ("approve", 1), ("transmit", 2)):
            self.move_last_run(name, agent)

    @rule(is_paid=st.booleans())
    def bank_answers(self, is_paid: bool) -> None:
        live = Payment.objects.filter(state__in=["sent", "paid"]).order_by("pk")
        answers = [Returned(one.end_to_end_id, is_paid, "" if is_paid else "MS03") for one in live]
        self.attempt(lambda: settle(answers, actor=self.scene.staff.accountant))

    @rule()
    def withdraw(self) -> None:
        payment = Payment.objects.filter(state="planned").order_by("pk").first()
        if payment is not None:
            actor = self.scene.staff.preparer
            self.attempt(
                lambda: withdraw_payment(payment, actor=actor, reason_code="other", note="Motif")
            )

    @rule(part=st.sampled_from([1, 2]))
    def reimburse(self, part: int) -> None:
        recovery = Recovery.objects.filter(state="issued").order_by("pk").first()
        if recovery is not None:
            amount = (recovery.amount / part).quantize(recovery.amount)
            actor = self.scene.staff.accountant
            self.attempt(lambda: record_reimbursement(recovery, amount, actor=actor, note=""))

    @rule(who=st.sampled_from([0, 1]))
    def deposit_advances(self, who: int) -> None:
        """The rival wants the same clients; the first deposits again what was cancelled."""
        if self.deposits < 4:
            self.deposits += 1
            asked = self.scene.rival if who else self.scene.asked
            deposit(self.scene.members[who], Kind.ADVANCE, asked, self.deposits)

    @rule(part=st.sampled_from([1, 4]))
    def deposit_balances(self, part: int) -> None:
        """A quarter of what was ordered is less than its advance."""
        advances = FundingRequest.objects.provable().without_balance()
        own = advances.filter(supplier__memberships__user=self.scene.members[0])
        if self.deposits < 7 and (found := list(own.order_by("pk"))):
            self.deposits += 1
            on = A_DAY.date() - timedelta(days=5)
            asked = [_balance(one, on, part) for one in found]
            deposit(self.scene.members[0], Kind.BALANCE, asked, self.deposits)

    @rule()
    def correct(self) -> None:
        """An officer reopens the number of a document, the supplier answers."""
        staff, member = self.scene.staff, self.scene.members[0]
        own = FundingRequest.objects.filter(supplier__memberships__user=member)
        one = own.filter(state="in_instruction").order_by("-pk").first()
        if one is None:
            return
        at = "/facture/numero" if one.kind == Kind.BALANCE else "/bonDeCommande/numero"
        why = {"reason_code": "document", "note": "Motif"}
        self.attempt(lambda: ask_corrections(one, {at: ""}, actor=staff.preparer, **why))
        self.attempt(lambda: answer_corrections(one, Answer({at: "N-1"}, {}), actor=member))

    @rule(name=st.sampled_from(["overturn", "overturn", "uphold"]))
    def dispute(self, name: str) -> None:
        """The rival contests an order in place, an officer decides."""
        officer, rival = self.scene.staff.preparer, self.scene.members[1]
        lines = DepositLine.objects.filter(deposit__deposited_by=rival).order_by("-pk")
        line = next(filter(contestable, lines), None)
        if line is None:
            return
        why = {"reason_code": "client_choice", "note": "Motif"}

        def decide() -> None:
            paper = ContentFile(b"%PDF-1.7", name="bon.pdf")
            opened = contest(line=line, user=rival, text="Notre client.", content=paper)
            open_dispute(opened, actor=officer, question="Qui a signé ?")
            decide_dispute(opened, name, actor=officer, role=Role.OFFICER, **why)

        self.attempt(decide)

    @invariant()
    def claims_are_unique_and_of_live_orders(self) -> None:
        live = Claim.objects.live()
        keys = live.values("scheme", "kind", "value", "slot").annotate(n=Count("pk"))
        assert not keys.filter(n__gt=1).exists()
        advances = FundingRequest.objects.live().filter(kind=Kind.ADVANCE)
        assert not live.exclude(order__in=advances.values("order")).exists()

    @invariant()
    def the_ledger_adds_up(self) -> None:
        for order in LedgerEntry.objects.values_list("order", flat=True).distinct():
            sums = LedgerEntry.objects.filter(order=order).balance()
            assert sums["to_pay"] >= 0, sums
            assert sums["to_recover"] >= 0, sums
            assert sums["recovered"] <= sums["claimed"], sums
            assert sums["claimed"] <= sums["paid"] + _owed_back(order) + _to_pay_again(order), sums
        paid = FundingRequest.objects.filter(state="paid").aggregate(n=Sum("amount_due"))["n"] or 0
        live = FundingRequest.objects.live().filter(kind=Kind.ADVANCE).with_claimed()
        taken_back = sum(live.order_by().values_list("claimed", flat=True))
        total = LedgerEntry.objects.all().balance()
        assert total["paid"] - total["claimed"] + _owed_back() == paid - taken_back

    @invariant()
    def never_above_the_validated_amount(self) -> None:
        for advance in FundingRequest.objects.live().filter(kind=Kind.ADVANCE):
            both = Q(pk=advance.pk) | Q(advance=advance)
            due = FundingRequest.objects.live().filter(both).aggregate(n=Sum("amount_due"))["n"]
            claimed = FundingRequest.objects.with_claimed().get(pk=advance.pk).claimed
            assert due - claimed <= advance.gross
            for one in FundingRequest.objects.filter(advance=advance, state__in=GRANTED):
                validated = Decimal(one.pricing["validated"]["gross"])
                assert advance.state in GRANTED
                assert advance.amount_due - claimed + one.amount_due <= validated

    @invariant()
    def four_eyes_on_every_transfer(self) -> None:
        gone = Payment.objects.filter(state__in=["sent", "paid", "returned", "rejected"])
        assert not gone.filter(run__approved_by=None).exists()
        assert not gone.filter(run__approved_by=F("run__prepared_by")).exists()

    @invariant()
    def nothing_is_decided_without_a_reason(self) -> None:
        assert not JournalEntry.objects.filter(verb__in=REASONED, note="").exists()
        decided = FundingRequest.objects.filter(state__in=["refused", "cancelled"])
        told = JournalEntry.objects.filter(
            subject=FundingRequest._meta.label, verb__in=REASONED
        ).values_list("subject_id", flat=True)
        assert {str(pk) for pk in decided.values_list("pk", flat=True)} <= set(told)


def _owed_back(order: int | None = None) -> Decimal:
    """What was paid back of transfers that the bank returned afterwards."""
    gone = FundingRequest.objects.filter(state="cancelled", payments__state="returned")
    gone = gone.exclude(payments__state="paid").order_by()
    asked = Q(request__in=gone) | Q(request__advance__in=gone, request__amount_due=0)
    rows = Recovery.objects.filter(asked)
    if order is not None:
        rows = rows.filter(request__order=order)
    return sum(rows.order_by("pk").values_list("recovered", flat=True), Decimal(0))


def _to_pay_again(order: int) -> Decimal:
    """What the bank returned of an order that still stands, and is paid again: an excess claimed
    of it meanwhile stays claimed."""
    rows = FundingRequest.objects.filter(order=order, state__in=GRANTED, payments__state="returned")
    rows = rows.exclude(state="paid").distinct().order_by("pk")
    return sum(rows.values_list("amount_due", flat=True), Decimal(0))


def _balance(advance: FundingRequest, on: date, part: int) -> Any:
    asked = balance(advance.payload, advance.number, performed_on=on)
    asked["facture"] |= amounts(advance.net / part, advance.vat / part)
    return asked


def test_no_sequence_of_actions_breaks_an_invariant(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same sequences each time: a failure is found again, and shortened."""
    monkeypatch.setattr(Portal, "scene", scene, raising=False)
    run_state_machine_as_test(
        Portal,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
