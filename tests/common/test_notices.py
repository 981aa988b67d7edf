"""Telling people: on screen always, by mail as they chose, never what is not for them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail as outbox
from django.db import IntegrityError, transaction

from enrolment.enums import UserKind
from enrolment.models import User
from segur_portal.common.mails import send_due
from segur_portal.common.models import (
    MANDATORY_KINDS,
    Channel,
    NoticeKind,
    Notification,
    NotificationPreference,
    OutgoingMail,
)
from segur_portal.common.notices import choose_channels, mark_read, notify, send_digests
from tests.factories import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return a_user("p@exemple.fr", first_name="Anne", last_name="Roy")


def tell(*users: User, kind: str = NoticeKind.MESSAGE, **fields: Any) -> list[Notification]:
    values = {"title": "Un agent vous écrit", "url": "/demandes/1/", **fields}
    return notify(users=users, kind=kind, **values)


def test_news_is_on_screen_and_mailed(person: User) -> None:
    """One of each, leading to the same page."""
    tell(person, body="Il manque la page 2.")
    send_due()
    assert Notification.objects.of(person).unread().count() == 1
    (message,) = outbox.outbox
    assert (message.to, message.subject) == (["p@exemple.fr"], "Un agent vous écrit")
    assert "Il manque la page 2." in message.body
    assert "http://localhost:8000/demandes/1/" in message.body


@pytest.mark.parametrize(
    ("channel", "mails", "digests"),
    [(Channel.EACH, 1, 0), (Channel.DAILY, 0, 1), (Channel.SCREEN, 0, 0)],
)
def test_each_is_told_as_they_chose(
    person: User, channel: Channel, mails: int, digests: int
) -> None:
    """By mail at once, in the morning's summary, or on screen alone."""
    choose_channels(person, {NoticeKind.MESSAGE: channel})
    tell(person)
    assert OutgoingMail.objects.count() == mails
    assert send_digests() == digests
    assert Notification.objects.of(person).count() == 1


@pytest.mark.parametrize("kind", sorted(MANDATORY_KINDS))
def test_a_mandatory_kind_cannot_be_silenced(person: User, kind: str) -> None:
    """Neither through the screen nor in the database."""
    choose_channels(person, {kind: Channel.SCREEN})
    tell(person, kind=kind)
    assert OutgoingMail.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        NotificationPreference.objects.create(user=person, kind=kind, channel=Channel.SCREEN)


def test_a_supplier_never_gets_an_internal_note(person: User) -> None:
    """Written for the agent only, on screen and by mail."""
    agent = a_user("agent@asp.fr", UserKind.OFFICER, is_staff=True)
    tell(person, agent, internal_note="Voir le dossier voisin")
    assert Notification.objects.of(person).get().internal_note == ""
    assert Notification.objects.of(agent).get().internal_note == "Voir le dossier voisin"
    theirs = OutgoingMail.objects.get(recipient=person)
    assert "voisin" not in theirs.text + theirs.html
    assert "voisin" in OutgoingMail.objects.get(recipient=agent).text


def test_one_fact_is_told_once(person: User) -> None:
    """Told again under the same key, only a newcomer is."""
    other = a_user("o@exemple.fr")
    assert len(tell(person, key="demande-1-decision")) == 1
    assert [one.user for one in tell(person, other, key="demande-1-decision")] == [other]
    assert OutgoingMail.objects.count() == 2


def test_a_closed_account_is_not_told(person: User) -> None:
    """Neither on screen nor by mail."""
    person.is_active = False
    person.save()
    assert tell(person) == []


def test_the_summary_gathers_the_day_and_is_not_sent_empty(person: User) -> None:
    """Several pieces of news, one mail; the next morning nothing new, no mail."""
    tell(person, kind=NoticeKind.DEADLINE, title="Clôture dans 7 jours")
    tell(person, kind=NoticeKind.REQUEST, title="Demande 12 en instruction")
    assert send_digests() == 1
    assert send_digests() == 0
    (mail,) = OutgoingMail.objects.all()
    for words in (mail.text, mail.html):
        assert "Clôture dans 7 jours" in words
        assert "Demande 12 en instruction" in words


def test_what_was_read_is_not_in_the_summary(person: User) -> None:
    """No mail about what is already known."""
    tell(person, kind=NoticeKind.DEADLINE)
    assert mark_read(person) == 1
    assert send_digests() == 0


def test_one_person_does_not_read_for_another(person: User) -> None:
    """Marking as read touches one's own news."""
    (theirs,) = tell(a_user("o@exemple.fr"))
    assert mark_read(person, notification_id=theirs.pk) == 0
    assert Notification.objects.unread().count() == 1


def test_a_notification_leads_nowhere_else(person: User) -> None:
    """Only a path of the portal: the database refuses another site."""
    for url in ("https://ailleurs.fr/", "//ailleurs.fr/"):
        with pytest.raises(IntegrityError), transaction.atomic():
            tell(person, url=url)
