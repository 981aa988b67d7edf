"""A balance below its advance: its excess is claimed once, when the advance is paid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrolment.models import User
from funding.actions.bulk import ask_bulk, digest_of, run_bulk
from funding.actions.cascades import cascade_of
from funding.actions.consequences import consequences_of
from funding.actions.disputes import decide_dispute
from funding.actions.requests import move_request
from funding.actions.settlement import settle
from funding.models import (
    BulkDecisionLine,
    Dispute,
    FundingRequest,
    LedgerEntry,
    Payment,
    Recovery,
)
from funding.remittance import Returned
from orders.models import Claim
from segur_portal.common import clock
from segur_portal.common.enums import ParameterCode, Role
from segur_portal.common.identifiers import make_siret
from segur_portal.common.models import Notification, Parameter
from segur_portal.common.money import ZERO, in_french
from segur_portal.common.workflow import ForbiddenMoveError
from tests.factories import A_DAY, a_supplier
from tests.funding.accepted import a_balance_of, accepted_requests, an_account, pay
from tests.rule_cases import plain

CANCEL: dict[str, Any] = {"reason_code": "error", "note": "Erreur de saisie."}
VALIDATED, EXCESS = Decimal("240.00"), Decimal("120.00")


@pytest.fixture
def advance(db: None) -> Iterator[FundingRequest]:
    """An advance of 360 € accepted; no pilot is asked."""
    with time_machine.travel(A_DAY, tick=True):
        (one,) = accepted_requests(1)
        Parameter.objects.filter(code=ParameterCode.PILOT_REPORTS).update(value=0)
        assert one.amount_due == VALIDATED + EXCESS
        an_account(one.supplier)
        yield one


@pytest.fixture
def officer(advance: FundingRequest) -> User:
    return User.objects.get(email="instruit@asp.fr")


def reduced(advance: FundingRequest) -> FundingRequest:
    """A balance of fewer euros than the advance, in instruction."""
    balance: FundingRequest = a_balance_of(advance, gross=str(VALIDATED))
    return balance


@pytest.fixture
def balance(advance: FundingRequest, officer: User) -> FundingRequest:
    """The reduced balance of a paid advance, accepted: its excess is claimed."""
    pay(advance)
    one = reduced(advance)
    move_request(one, "accept", actor=officer, role=Role.OFFICER)
    assert (one.state, one.amount_due) == ("paid", ZERO)
    assert Recovery.objects.get().amount == EXCESS
    return one


def cancel(request: FundingRequest, officer: User) -> None:
    move_request(request, "cancel", actor=officer, role=Role.OFFICER, **CANCEL)


def claims() -> list[Decimal]:
    return list(Recovery.objects.order_by("pk").values_list("amount", flat=True))


def is_settled() -> None:
    """All that was paid is claimed, nothing is due, no entry is of nothing but a due."""
    sums = LedgerEntry.objects.all().balance()
    assert (sums["entitled"], sums["to_pay"]) == (ZERO, ZERO)
    assert sums["claimed"] == sums["paid"]
    assert not LedgerEntry.objects.filter(amount=0).exclude(kind="due").exists()


def test_a_balance_waits_for_the_payment_of_an_advance_it_takes_back(
    advance: FundingRequest, officer: User
) -> None:
    """Accepted but not paid: nobody pays back what was not received, and the page says it."""
    one = reduced(advance)
    told = " ".join(one.explained["sentences"])
    assert "Avance accordée (pas encore versée)" in told
    with pytest.raises(ForbiddenMoveError, match="n’est pas encore versée"):
        move_request(one, "accept", actor=officer, role=Role.OFFICER)
    decision = ask_bulk(
        FundingRequest.objects.filter(pk=one.pk),
        "accept",
        actor=officer,
        expected=digest_of([one.pk]),
    )
    run_bulk(decision.pk)
    assert "pas encore versée" in BulkDecisionLine.objects.get().message
    assert not Recovery.objects.exists()
    pay(advance)
    one = FundingRequest.objects.get(pk=one.pk)
    assert "Avance versée" in " ".join(one.explained["sentences"])
    move_request(one, "accept", actor=officer, role=Role.OFFICER)
    assert claims() == [EXCESS]


def test_a_balance_above_its_advance_needs_no_payment_first(
    advance: FundingRequest, officer: User
) -> None:
    """What is due of both is paid in any order."""
    one = a_balance_of(advance, gross="1200.00")
    move_request(one, "accept", actor=officer, role=Role.OFFICER)
    assert one.amount_due == 1200 - advance.amount_due


@pytest.mark.parametrize("state", ["cancelled", "refused"])
def test_a_balance_is_not_accepted_without_its_advance(
    state: str, advance: FundingRequest, officer: User
) -> None:
    """However the advance fell (SOL-001)."""
    one = a_balance_of(advance, gross="1200.00")
    FundingRequest.objects.filter(pk=advance.pk).update(state=state)
    with pytest.raises(ForbiddenMoveError, match="n’est plus accordée"):
        move_request(one, "accept", actor=officer, role=Role.OFFICER)
    assert FundingRequest.objects.get(pk=one.pk).state == "in_instruction"


def test_the_advance_falls_after_its_reduced_balance(
    advance: FundingRequest, balance: FundingRequest, officer: User
) -> None:
    """300 paid and 100 claimed leave 200 to claim, as the officer read before confirming."""
    told = " ".join(consequences_of(advance))
    assert in_french(VALIDATED) in told
    assert in_french(advance.amount_due) not in told
    cancel(advance, officer)
    assert FundingRequest.objects.get(pk=balance.pk).state == "cancelled"
    assert claims() == [EXCESS, VALIDATED]
    is_settled()


def test_the_balance_falls_then_its_advance(
    advance: FundingRequest, balance: FundingRequest, officer: User
) -> None:
    """The recovery order stands, and is deducted from the next."""
    cancel(balance, officer)
    assert claims() == [EXCESS]
    cancel(advance, officer)
    assert claims() == [EXCESS, VALIDATED]
    is_settled()


def test_another_balance_deducts_what_was_claimed(
    advance: FundingRequest, balance: FundingRequest, officer: User
) -> None:
    """The same amount takes nothing more back; the whole amount gives back what was claimed."""
    cancel(balance, officer)
    again = reduced(advance)
    assert (again.amount_due, again.pricing["excess"]) == (ZERO, "0.00")
    assert in_french(EXCESS) in " ".join(again.explained["sentences"])
    move_request(again, "accept", actor=officer, role=Role.OFFICER)
    assert claims() == [EXCESS]
    cancel(again, officer)
    whole = a_balance_of(advance, gross="1200.00")
    assert whole.amount_due == 1200 - VALIDATED
    move_request(whole, "accept", actor=officer, role=Role.OFFICER)
    sums = LedgerEntry.objects.all().balance()
    assert sums["entitled"] == sums["paid"] - sums["claimed"] + whole.amount_due == 1200


def test_a_dispute_overturns_the_advance(
    advance: FundingRequest, balance: FundingRequest, officer: User
) -> None:
    """The same cascade, by the other door."""
    dispute = Dispute.objects.create(
        line=advance.lines.get(),
        request=advance,
        scheme_id=advance.scheme_id,
        challenger=a_supplier(make_siret(41), "Éditeur concurrent"),
        holder=advance.supplier,
        client_name=advance.client_name,
        contested_at=clock.now(),
        opened_at=clock.now(),
        due_on=clock.today() - timedelta(days=1),
        question="Qui a signé ?",
        state="answered",
    )
    decide_dispute(
        dispute, "overturn", actor=officer, role=Role.OFFICER, **CANCEL | {"reason_code": "other"}
    )
    assert claims() == [EXCESS, VALIDATED]
    is_settled()


def test_an_advance_returned_by_the_bank_is_paid_again_before_it_is_cancelled(
    advance: FundingRequest, balance: FundingRequest, officer: User
) -> None:
    """Otherwise its excess would stay claimed from who received nothing."""
    FundingRequest.objects.filter(pk=advance.pk).update(state="accepted")
    advance.refresh_from_db()
    assert "Impossible pour l’instant" in " ".join(consequences_of(advance))
    with pytest.raises(ForbiddenMoveError, match="versez-la de nouveau"):
        cancel(advance, officer)


def test_a_returned_transfer_lets_both_orders_fall(
    advance: FundingRequest, balance: FundingRequest, officer: User
) -> None:
    """The advance is cancelled, then the bank gives its transfer back: the supplier holds nothing,
    so that neither the excess nor the rest is claimed."""
    cancel(advance, officer)
    accountant = User.objects.get(email="comptable@asp.fr")
    settle([Returned(Payment.objects.get().end_to_end_id, False, "AC04")], actor=accountant)
    assert set(Recovery.objects.values_list("state", flat=True)) == {"cancelled"}
    is_settled()


def test_a_bulk_decision_ends_though_one_file_fails(
    advance: FundingRequest,
    officer: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The entry exists already: that file is left with the words of the error, the other is done
    and told."""
    broken = a_balance_of(advance, gross="1200.00")
    LedgerEntry.objects.create(
        order=broken.order,
        request=broken,
        supplier=broken.supplier,
        scheme_id=broken.scheme_id,
        kind="due",
        amount=0,
        at=clock.now(),
    )
    sound = FundingRequest.objects.get(pk=broken.pk)
    sound.pk, sound.number, sound.reference, sound.position = None, "RIS-S-9999999", "AUTRE", 2
    FundingRequest.objects.filter(pk=broken.pk).update(advance=advance)
    sound.advance = another_advance(advance)
    sound.save()
    chosen = FundingRequest.objects.filter(pk__in=[broken.pk, sound.pk])
    decision = ask_bulk(chosen, "accept", actor=officer, expected=digest_of([broken.pk, sound.pk]))
    run_bulk(decision.pk)
    lines = {line.request_id: line for line in BulkDecisionLine.objects.all()}
    assert lines[broken.pk].outcome == "left"
    assert "ledger_once_per_request" in lines[broken.pk].message
    assert lines[sound.pk].outcome == "done"
    decision.refresh_from_db()
    assert decision.finished_at
    assert FundingRequest.objects.get(pk=broken.pk).state == "in_instruction"
    told = Notification.objects.filter(title__contains="acceptée")
    assert told.filter(title__contains=sound.number).count() == 1
    assert not told.filter(title__contains=broken.number).exists()
    assert "IntegrityError" in caplog.text


def test_a_bulk_cancellation_is_previewed_in_totals(
    advance: FundingRequest, balance: FundingRequest, officer: User
) -> None:
    """What is said before is what happens: orders, euros, balances, keys."""
    keys = Claim.objects.live().count()
    told = " ".join(cascade_of([advance.pk]))
    assert "1 dossier annulé." in plain(told)
    assert "1 demande de solde annulée avec leur avance" in plain(told)
    assert f"1 ordre de recouvrement, pour {plain(in_french(VALIDATED))} au total" in plain(told)
    assert f"{keys} clés d’unicité libérées" in plain(told)
    rows = FundingRequest.objects.filter(pk=advance.pk)
    expected = digest_of([advance.pk])
    run_bulk(ask_bulk(rows, "cancel", actor=officer, expected=expected, **CANCEL).pk)
    assert claims() == [EXCESS, VALIDATED]
    assert not Claim.objects.live().exists()
    assert cascade_of([advance.pk]) == []


def test_its_totals_count_each_thing_once(
    advance: FundingRequest, balance: FundingRequest, django_assert_num_queries: Any
) -> None:
    """A balance chosen with its advance; money on its way stops its file; a fixed cost."""
    both = " ".join(cascade_of([advance.pk, balance.pk]))
    assert "2 dossiers annulés." in plain(both)
    assert "demande de solde" not in both
    assert plain(in_french(VALIDATED)) in plain(both)
    with CaptureQueriesContext(connection) as one:
        cascade_of([advance.pk])
    other = another_advance(advance)
    with django_assert_num_queries(len(one)):
        cascade_of([advance.pk, balance.pk, other.pk])
    FundingRequest.objects.filter(pk=balance.pk).update(state="to_pay")
    left = " ".join(cascade_of([advance.pk, other.pk]))
    assert "1 dossier annulé. 1 dossier laissé" in plain(left)


def another_advance(advance: FundingRequest) -> FundingRequest:
    """A paid advance of another order, for a second balance."""
    copy = FundingRequest.objects.get(pk=advance.pk)
    order = copy.order
    order.pk = None
    order.save()
    copy.pk, copy.number, copy.reference, copy.order = None, "RIS-A-9999999", "AUTRE", order
    copy.state = "paid"
    copy.save()
    return copy
