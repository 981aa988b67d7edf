"""What became of a request is told to its supplier: on screen, by mail as each chose, and in one
piece of news for what was decided in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrolment.enums import MemberRole
from enrolment.models import User
from funding.actions.bulk import ask_bulk, digest_of, run_bulk
from funding.actions.requests import move_request
from funding.actions.telling import tell_bulk
from funding.models import BulkDecision, FundingRequest, Recovery
from segur_portal.common.enums import Role
from segur_portal.common.models import Channel, NoticeKind, Notification, OutgoingMail
from segur_portal.common.notices import choose_channels
from tests.factories import A_DAY, a_member
from tests.funding.accepted import taken_requests
from tests.rule_cases import plain

REASON: dict[str, Any] = {"reason_code": "error", "note": "Erreur de saisie."}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def requests() -> list[FundingRequest]:
    """Three advances in instruction; nothing was told yet."""
    return taken_requests(3)


@pytest.fixture
def officer(requests: list[FundingRequest]) -> User:
    return User.objects.get(email="instruit@asp.fr")


def told() -> list[tuple[str, str, str]]:
    rows = Notification.objects.order_by("pk").values_list("title", "body", "url")
    return [(plain(title), plain(body), url) for title, body, url in rows]


@pytest.mark.parametrize(
    ("name", "word", "why"),
    [
        ("accept", "est acceptée", "Montant à verser :"),
        ("refuse", "est refusée", "Motif : Erreur de dépôt.\nErreur de saisie."),
        ("cancel", "est annulée", "Motif : Erreur de dépôt.\nErreur de saisie."),
    ],
)
def test_a_decision_is_told(
    requests: list[FundingRequest], officer: User, name: str, word: str, why: str
) -> None:
    """To each member of the supplier, with its reason, leading to the request."""
    one, reason = requests[0], REASON if name != "accept" else {}
    a_member(one.supplier, MemberRole.READER)
    move_request(one, name, actor=officer, role=Role.OFFICER, **reason)
    assert len(told()) == 2
    for title, body, url in told():
        assert one.number in title
        assert word in title
        assert why in body
        assert url == reverse("request_detail", args=[one.number])
    assert OutgoingMail.objects.count() == 2


def test_what_decides_nothing_is_not_told(requests: list[FundingRequest], officer: User) -> None:
    """An officer who gives a file back tells nobody."""
    move_request(requests[0], "give_back", actor=officer, role=Role.OFFICER)
    assert told() == []


def test_a_recovery_is_told_as_each_chose(requests: list[FundingRequest], officer: User) -> None:
    """The amount, the day, the page of what is to be paid back; by mail unless refused."""
    one = requests[0]
    choose_channels(one.deposit.deposited_by, {NoticeKind.PAYMENT: Channel.SCREEN})
    move_request(one, "accept", actor=officer, role=Role.OFFICER, is_told=False)
    FundingRequest.objects.filter(pk=one.pk).update(state="paid")
    one.refresh_from_db()
    move_request(one, "cancel", actor=officer, role=Role.OFFICER, **REASON)
    (_, cancelled, _), (title, body, url) = told()
    assert "Erreur de saisie" in cancelled
    assert one.number in title
    assert "à rembourser" in title
    assert Recovery.objects.get().number in body
    assert url == reverse("payment_list")
    assert [mail.subject for mail in OutgoingMail.objects.all()] == [
        Notification.objects.get(kind="decision").title
    ]


def test_a_bulk_decision_is_told_once(requests: list[FundingRequest], officer: User) -> None:
    """One piece of news for all: how many, which, why; twice carried out, told once."""
    two = [requests[0].pk, requests[1].pk]
    rows = FundingRequest.objects.filter(pk__in=two)
    decision = ask_bulk(rows, "refuse", actor=officer, expected=digest_of(two), **REASON)
    run_bulk(decision.pk)
    run_bulk(decision.pk)
    ((title, body, url),) = told()
    assert title == "2 demandes refusées"
    assert "Erreur de saisie." in body
    assert requests[0].number in body
    assert requests[1].number in body
    assert url == f"{reverse('request_list')}?etat=refused"
    assert OutgoingMail.objects.count() == 1


def test_a_bulk_of_one_leads_to_its_request(requests: list[FundingRequest], officer: User) -> None:
    """As if it had been decided on its own."""
    one = FundingRequest.objects.filter(pk=requests[0].pk)
    run_bulk(ask_bulk(one, "accept", actor=officer, expected=digest_of([requests[0].pk])).pk)
    ((title, _, url),) = told()
    assert "est acceptée" in title
    assert url == reverse("request_detail", args=[requests[0].number])


def test_as_many_queries_for_many_as_for_one(requests: list[FundingRequest], officer: User) -> None:
    """Telling of three cancellations, of paid advances, costs what telling of one does."""
    for one in requests:
        move_request(one, "accept", actor=officer, role=Role.OFFICER, is_told=False)
    FundingRequest.objects.update(state="paid")

    def cost(*chosen: FundingRequest) -> int:
        keys = [one.pk for one in chosen]
        rows = FundingRequest.objects.filter(pk__in=keys)
        decision = ask_bulk(rows, "cancel", actor=officer, expected=digest_of(keys), **REASON)
        run_bulk(decision.pk)
        Notification.objects.all().delete()
        OutgoingMail.objects.all().delete()
        decision = BulkDecision.objects.get(pk=decision.pk)
        with CaptureQueriesContext(connection) as captured:
            tell_bulk(decision, "Erreur de dépôt")
        assert Notification.objects.filter(kind="payment").count() == len(chosen)
        return len(captured)

    assert cost(requests[0]) == cost(*requests[1:])
