"""A DRIMbox without its RIS: suspended again, not granted, or listed when it was (ATT)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from enrolment.actions import sync_groups
from enrolment.models import User
from funding.actions import hold_again
from funding.actions.corrections import Answer, answer_corrections
from funding.actions.requests import move_request
from funding.models import FundingRequest
from funding.report.desk import WITHOUT_RIS, Desk
from funding.tasks import sweep_holds
from orders.models import Claim
from segur_portal.common import clock
from segur_portal.common.models import JournalEntry, Notification
from segur_portal.common.workflow import ForbiddenMoveError
from tests.builders import SIRET
from tests.factories import (
    A_DAY,
    a_member,
    a_supplier,
    an_officer,
    the_programme,
)

from .correcting import ask
from .holding import DB, RIS, RIVAL, deposited, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def officer() -> User:
    the_programme()
    user = an_officer()
    sync_groups()
    return user


@pytest.fixture
def ris(officer: User) -> FundingRequest:
    """The RIS request of another supplier, in instruction."""
    return in_instruction(a_member(a_supplier(RIVAL, "Éditeur concurrent")), RIS)


@pytest.fixture
def drimbox(ris: FundingRequest) -> FundingRequest:
    """A DRIMbox request of the same client, in instruction."""
    return in_instruction(a_member(a_supplier(SIRET)), DB)


def in_instruction(user: User, scheme: str) -> FundingRequest:
    """A request of client n° 1, taken by an officer."""
    (request,) = deposited(user, scheme, 1, known=2)
    FundingRequest.objects.filter(pk=request.pk).update(state="in_instruction")
    request.refresh_from_db()
    return request


def decide(request: FundingRequest, name: str, officer: User) -> None:
    code, note = ("", "") if name == "accept" else ("error", "Doublon du concurrent.")
    move_request(request, name, actor=officer, role="officer", reason_code=code, note=note)


@pytest.mark.parametrize("name", ["refuse", "cancel"])
def test_it_waits_again_when_the_ris_falls(
    ris: FundingRequest, drimbox: FundingRequest, officer: User, name: str
) -> None:
    """At once, nobody's, with the alert of ATT-001; nothing is said of the other supplier."""
    FundingRequest.objects.filter(pk=drimbox.pk).update(assigned_to=officer)
    decide(ris, name, officer)
    assert state_of(drimbox) == "on_hold"
    assert drimbox.assigned_to is None
    assert [alert["code"] for alert in drimbox.alerts] == ["ATT-001"]
    entry = JournalEntry.objects.get(subject_id=str(drimbox.pk), verb="hold_again")
    told = Notification.objects.get(user__memberships__supplier=drimbox.supplier, kind="request")
    for text in (entry.note, told.title, told.body, str(drimbox.alerts)):
        for secret in (ris.number, RIVAL, "concurrent", "Doublon"):
            assert secret not in text


def test_it_does_not_wait_while_another_ris_lives(
    ris: FundingRequest, drimbox: FundingRequest, officer: User
) -> None:
    """Its supplier deposited another one for the client."""
    FundingRequest.objects.filter(pk=ris.pk).update(state="cancelled")
    Claim.objects.filter(order=ris.order_id).update(released_at=clock.now())
    in_instruction(ris.supplier.memberships.get().user, RIS)
    assert hold_again() == 0
    assert state_of(drimbox) == "in_instruction"


def test_the_sweep_suspends_what_the_event_missed(
    ris: FundingRequest, drimbox: FundingRequest
) -> None:
    """Once, whatever the number of nights; a new RIS request releases it."""
    FundingRequest.objects.filter(pk=ris.pk).update(state="refused")
    sweep_holds()
    sweep_holds()
    assert state_of(drimbox) == "on_hold"
    assert JournalEntry.objects.filter(verb="hold_again").count() == 1
    FundingRequest.objects.filter(pk=ris.pk).update(state="to_instruct")
    sweep_holds()
    assert (state_of(drimbox), drimbox.alerts) == ("to_instruct", [])


def test_it_is_granted_after_its_ris(
    ris: FundingRequest, drimbox: FundingRequest, officer: User, client: Client
) -> None:
    """The officer reads why before, and the acceptance is refused in words."""
    client.force_login(officer)
    page = reverse("admin:funding_fundingrequest_change", args=[drimbox.pk])
    assert "Aucune demande RIS acceptée" in client.get(page).content.decode()
    with pytest.raises(ForbiddenMoveError, match="ATT-002"):
        decide(drimbox, "accept", officer)
    assert state_of(drimbox) == "in_instruction"
    decide(ris, "accept", officer)
    assert "Aucune demande RIS acceptée" not in client.get(page).content.decode()
    decide(drimbox, "accept", officer)
    assert state_of(drimbox) == "accepted"


def test_what_was_granted_and_lost_its_ris_is_listed(
    ris: FundingRequest, drimbox: FundingRequest, officer: User, client: Client
) -> None:
    """A queue that shows only when it holds something, and a filter of the list."""
    decide(ris, "accept", officer)
    decide(drimbox, "accept", officer)
    assert WITHOUT_RIS not in queues(officer)
    decide(ris, "cancel", officer)
    assert state_of(drimbox) == "accepted"
    assert queues(officer)[WITHOUT_RIS] == 1
    client.force_login(officer)
    listed = client.get(reverse("admin:funding_fundingrequest_changelist"), {"ris": "sans"})
    text = listed.content.decode()
    assert drimbox.number in text
    assert ris.number not in text


def queues(officer: User) -> dict[str, int]:
    return {queue.key: queue.count for queue in Desk.of(officer, [RIS, DB], clock.now()).queues()}


def test_a_correction_without_ris_leads_on_hold(
    ris: FundingRequest, drimbox: FundingRequest, officer: User
) -> None:
    """The RIS fell while the supplier had the hand: its answer waits for another (ATT-001)."""
    ask(drimbox, officer, "/clients/0/nomStructure")
    FundingRequest.objects.filter(pk=ris.pk).update(state="refused")
    member = drimbox.supplier.memberships.get().user
    answer_corrections(drimbox, Answer({"/clients/0/nomStructure": "Nom"}, {}), actor=member)
    assert state_of(drimbox) == "on_hold"
    assert [alert["code"] for alert in drimbox.alerts] == ["ATT-001"]
    sync_groups()
    browser = Client()
    browser.force_login(officer)
    shown = browser.get(reverse("admin:funding_fundingrequest_change", args=[drimbox.pk]))
    assert "Avant la correction transmise le" in shown.content.decode()
    FundingRequest.objects.filter(pk=ris.pk).update(state="to_instruct")
    sweep_holds()
    assert state_of(drimbox) == "to_instruct"
