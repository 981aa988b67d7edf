"""Reminders 30, 7 and 1 days before, once each; a calendar address, secret and closed at will."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from enrolment.models import CalendarFeed, User
from funding.actions.deadlines import deadlines_of
from funding.actions.reminders import remind_deadlines
from funding.models import FundingRequest
from segur_portal.common.enums import WindowKind
from segur_portal.common.models import Notification, Window
from tests.factories import A_DAY
from tests.funding.accepted import RIS, accepted_requests


@pytest.fixture
def advance(db: None) -> Iterator[FundingRequest]:
    with time_machine.travel(A_DAY, tick=True):
        yield accepted_requests(1)[0]


@pytest.fixture
def member(advance: FundingRequest) -> User:
    return advance.deposit.deposited_by


def told(kind: str) -> list[str]:
    rows = Notification.objects.filter(kind="deadline", key__contains=f"window-{_window(kind).pk}-")
    return [f"{one.key.rsplit('-', 1)[1]} {one.body}".strip() for one in rows.order_by("pk")]


def _window(kind: str) -> Window:
    return Window.objects.get(scheme=RIS, kind=kind)


def test_each_threshold_is_told_once(advance: FundingRequest) -> None:
    """40 days before: nothing. Then once at 30, 7 and 1, however often it runs, days missed or
    not; what is left to do is in the message."""
    FundingRequest.objects.update(state="correction_requested")
    closes = _window(WindowKind.ADVANCE).closes_at
    for days_left, expected in (
        (40, []),
        (30, ["30"]),
        (28, ["30"]),
        (6, ["30", "7"]),
        (1, ["30", "7", "1"]),
    ):
        with time_machine.travel(closes - timedelta(days=days_left, hours=1), tick=True):
            remind_deadlines()
            remind_deadlines()
            words = told(WindowKind.ADVANCE)
        assert [one.split()[0] for one in words] == expected
        assert all("1 correction à transmettre" in one for one in words)


def test_what_is_left_to_do(advance: FundingRequest) -> None:
    """An accepted advance without a balance is recalled for the balances only."""
    todo = {one.title: one.todo for one in deadlines_of(advance.supplier)}
    assert todo["Fin des demandes de solde (RIS)"] == "Il reste 1 avance sans demande de solde."
    assert todo["Fin des demandes d’avance (RIS)"] == ""


def test_the_calendar_is_read_by_its_secret_alone(member: User, client: Client) -> None:
    """No session; a new address closes the former one, and closing closes it."""
    client.force_login(member)
    page = client.get(reverse("calendar_page"))
    assert "Créer mon adresse" in page.content.decode()
    addresses = []
    for _ in range(2):
        shown = client.post(reverse("calendar_page"), {"action": "creer"})
        addresses.append(shown.context["address"].partition("/echeances/")[2])
    first, second = (f"/echeances/{one}" for one in addresses)
    agenda = Client()
    assert agenda.get(first).status_code == 404
    response = agenda.get(second)
    events = Calendar.from_ical(response.content).walk("VEVENT")
    assert response["Content-Type"].startswith("text/calendar")
    assert any("Fin des demandes de solde" in str(event["SUMMARY"]) for event in events)
    uids = [str(event["UID"]) for event in events]
    assert len(set(uids)) == len(uids)
    assert second not in client.get(reverse("calendar_page")).content.decode()
    client.post(reverse("calendar_page"), {"action": "fermer"})
    assert agenda.get(second).status_code == 404
    assert not CalendarFeed.objects.exists()


def test_a_closed_account_gives_no_calendar(member: User, client: Client) -> None:
    """The address of somebody who left opens nothing."""
    client.force_login(member)
    shown = client.post(reverse("calendar_page"), {"action": "creer"})
    url = "/echeances/" + shown.context["address"].partition("/echeances/")[2]
    User.objects.filter(pk=member.pk).update(is_active=False)
    assert Client().get(url).status_code == 404
