"""The cascade of a cancellation: previewed, then done in that order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from enrolment.models import User
from funding.actions.consequences import consequences_of
from funding.actions.requests import move_request
from funding.models import FundingRequest, Recovery
from segur_portal.common.enums import Role
from segur_portal.common.workflow import ForbiddenMoveError
from tests.factories import A_DAY
from tests.funding.accepted import accepted_requests

CANCEL: dict[str, Any] = {"reason_code": "error", "note": "Erreur de saisie."}


@pytest.fixture
def advance(db: None) -> Iterator[FundingRequest]:
    """A paid advance with its balance, to instruct."""
    with time_machine.travel(A_DAY, tick=True):
        (one,) = accepted_requests(1)
        FundingRequest.objects.update(state="paid")
        one.refresh_from_db()
        yield one


@pytest.fixture
def balance(advance: FundingRequest) -> FundingRequest:
    """The balance of the advance."""
    copy = FundingRequest.objects.get(pk=advance.pk)
    copy.pk, copy.number, copy.kind, copy.advance = None, "RIS-S-0000001", "SOLDE", advance
    copy.state = "to_instruct"
    copy.save()
    return copy


@pytest.fixture
def officer(advance: FundingRequest) -> User:
    return User.objects.get(email="instruit@asp.fr")


def test_what_is_said_is_what_happens(
    advance: FundingRequest, balance: FundingRequest, officer: User
) -> None:
    """The balance falls first, the paid advance is recovered, its keys are free."""
    told = " ".join(consequences_of(advance))
    assert balance.number in told
    assert "ordre de recouvrement" in told
    assert "libération immédiate" in told
    assert FundingRequest.objects.get(pk=balance.pk).state == "to_instruct", "a preview writes"
    move_request(advance, "cancel", actor=officer, role=Role.OFFICER, **CANCEL)
    assert set(FundingRequest.objects.values_list("state", flat=True)) == {"cancelled"}
    assert Recovery.objects.get().amount == advance.amount_due


def test_money_on_its_way_stops_the_whole(
    advance: FundingRequest, balance: FundingRequest, officer: User
) -> None:
    """A balance in a payment run: nothing is cancelled, and the officer is told before."""
    FundingRequest.objects.filter(pk=balance.pk).update(state="to_pay")
    assert "Impossible pour l’instant" in " ".join(consequences_of(advance))
    with pytest.raises(ForbiddenMoveError, match="lot de paiement"):
        move_request(advance, "cancel", actor=officer, role=Role.OFFICER, **CANCEL)
    assert FundingRequest.objects.get(pk=advance.pk).state == "paid"
