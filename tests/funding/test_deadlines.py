"""Reminders 30, 7 and 1 days before, once each; a calendar address, secret and closed at will."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from enrolment.models import CalendarFeed, User
from funding.actions import abandon_deposit, receive_deposit
from funding.actions.deadlines import deadlines_of
from funding.actions.reminders import remind_deadlines
from funding.models import Deposit, FundingRequest, Recovery
from funding.report.ics import calendar_of
from segur_portal.common import clock
from segur_portal.common.enums import WindowKind
from segur_portal.common.french import count, typographic
from segur_portal.common.models import (
    Notification,
    NotificationPreference,
    OutgoingMail,
    Scheme,
    Window,
)
from tests.builders import a_file, a_filename, a_request
from tests.factories import A_DAY, a_member
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


@pytest.fixture
def incomplete(advance: FundingRequest) -> Deposit:
    """A deposit of two more requests, without their documents."""
    Scheme.objects.update(requires_documents=True)
    asked = [a_request(RIS, number=number) for number in (8, 9)]
    deposit = receive_deposit(
        supplier=advance.supplier,
        user=advance.deposit.deposited_by,
        content=BytesIO(a_file(RIS, requests=asked)),
        name=a_filename(RIS, number=2),
    )
    assert deposit.state == "incomplete"
    return deposit


def test_what_is_not_deposited_has_its_deadline(
    incomplete: Deposit, member: User, client: Client
) -> None:
    """Its page, its calendar, and the closing of the window it would miss say it."""
    found = {one.title: one for one in deadlines_of(incomplete.supplier)}
    due = found[f"Dépôt {incomplete.number} à compléter"]
    assert due.at == incomplete.received_at + timedelta(days=30)
    assert due.todo == typographic(f"Non déposé : il manque {count(2, 'pièce')}.")
    assert found["Fin des demandes d’avance (RIS)"].todo == "Il reste 1 dépôt à compléter."
    client.force_login(member)
    page = client.get(reverse("calendar_page")).content.decode()
    assert due.title in page
    assert reverse("deposit_detail", args=[incomplete.key]) in page
    events = Calendar.from_ical(calendar_of([("Atelier", due)])).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events] == [f"{due.title} – Atelier"]


def test_what_would_be_lost_is_recalled_first(incomplete: Deposit, member: User) -> None:
    """Before a sum to pay back, though that ends sooner; in the mail too. Given up, never."""
    today = clock.today()
    request = FundingRequest.objects.latest("pk")
    Recovery.objects.create(
        request=request,
        supplier=request.supplier,
        amount=request.amount_due,
        issued_on=today,
        due_on=today + timedelta(days=2),
    )
    NotificationPreference.objects.create(user=member, kind="deadline", channel="each")
    assert remind_deadlines()
    told = Notification.objects.filter(kind="deadline", user=member).order_by("pk")
    first, second, *_ = told.values_list("title", flat=True)
    assert first.startswith(f"Dépôt {incomplete.number} à compléter")
    assert second.startswith("Remboursement")
    subjects = OutgoingMail.objects.filter(recipient=member, template="notification")
    assert first in list(subjects.values_list("subject", flat=True))
    abandon_deposit(deposit=incomplete, user=member)
    assert not [one for one in deadlines_of(incomplete.supplier) if one.is_draft]


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
    a_member(member.memberships.get().supplier, email="relais@exemple.fr")
    User.objects.filter(pk=member.pk).update(is_active=False)
    assert Client().get(url).status_code == 404
