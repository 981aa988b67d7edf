"""Mails: written with the deed, sent once it is committed, tried again, never twice."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from django.core import mail as outbox
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from segur_portal.common.mails import BACK_OFF, queue_mail, retry_mail, send_due, send_queued
from segur_portal.common.models import OutgoingMail
from tests.factories import a_user

pytestmark = pytest.mark.django_db


class Provider:
    """A mail server that answers as told and keeps what it accepted."""

    def __init__(self) -> None:
        self.answers = {"RCPT": "250 OK", "DATA": "250 2.0.0 Ok: queued as 4F2A1"}
        self.accepted: list[Any] = []

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.answers["RCPT"].startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.answers["RCPT"]

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answers["DATA"].startswith("2"):
            self.accepted.append(envelope)
        return self.answers["DATA"]


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    handler = Provider()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "segur_portal.common.smtp.AnsweringBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield handler
    controller.stop()


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Make every delivery fail."""

    def failing(failure: Exception) -> None:
        def deliver(mail: OutgoingMail) -> str:
            raise failure

        monkeypatch.setattr("segur_portal.common.mails._deliver", deliver)

    return failing


def a_mail(**fields: Any) -> OutgoingMail:
    values = {"to": "a@exemple.fr", "template": "notification", "subject": "Une décision"}
    return queue_mail(**{**values, "context": {"body": "Voici l’accord."}, **fields})


def test_a_mail_is_sent_after_the_commit(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker is told of it once the deed stands; nothing leaves before."""
    told: list[Any] = []
    monkeypatch.setattr(
        "segur_portal.common.mails.current_app.send_task", lambda name, args: told.append(args)
    )
    with django_capture_on_commit_callbacks(execute=True):
        mail = a_mail()
        assert not told
    assert told == [[mail.pk]]
    assert send_queued(mail.pk)
    assert [message.to for message in outbox.outbox] == [["a@exemple.fr"]]


@pytest.mark.django_db(transaction=True)
def test_a_deed_undone_sends_nothing() -> None:
    """The mail goes back with the rest of the transaction."""
    with transaction.atomic():
        a_mail()
        transaction.set_rollback(True)
    assert not OutgoingMail.objects.exists()


def test_a_broker_that_is_down_loses_nothing(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deed stands, nobody sees an error, the sweeper sends the mail."""

    def broken(*args: Any, **kwargs: Any) -> None:
        raise OSError("no broker")

    monkeypatch.setattr("segur_portal.common.mails.current_app.send_task", broken)
    with django_capture_on_commit_callbacks(execute=True):
        a_mail()
    assert send_due() == 1
    assert len(outbox.outbox) == 1


def test_nothing_is_sent_twice() -> None:
    """One fact, one mail; and a mail that left does not leave again."""
    first, second = a_mail(key="decision-1"), a_mail(key="decision-1", to="b@exemple.fr")
    assert first == second
    assert send_queued(first.pk)
    assert not send_queued(first.pk)
    assert send_due() == 0
    assert len(outbox.outbox) == 1


def test_the_provider_answer_is_kept(provider: Provider) -> None:
    """What the server said, with its number of acceptance; both readings of the message."""
    mail = a_mail()
    assert send_queued(mail.pk)
    mail.refresh_from_db()
    assert mail.answer == "250 2.0.0 Ok: queued as 4F2A1"
    assert mail.sent_at
    content = provider.accepted[0].content.decode()
    assert "Content-Type: text/plain" in content
    assert "Content-Type: text/html" in content
    assert f"Message-ID: <mail-{mail.pk}@localhost>" in content


def test_a_busy_provider_is_asked_again_later(provider: Provider) -> None:
    """4xx: not before the back-off, then accepted."""
    provider.answers["DATA"] = "451 4.3.0 try again later"
    mail = a_mail()
    assert not send_queued(mail.pk)
    mail.refresh_from_db()
    assert (mail.attempts, mail.sent_at, mail.given_up_at) == (1, None, None)
    assert "try again later" in mail.answer
    assert send_due() == 0
    provider.answers["DATA"] = "250 OK"
    with time_machine.travel(timezone.now() + BACK_OFF[0] + timedelta(seconds=1)):
        assert send_due() == 1
    assert len(provider.accepted) == 1


def test_an_address_refused_for_good_is_given_up(provider: Provider) -> None:
    """5xx: asking again would not help; an administrator may, once the address works."""
    provider.answers["RCPT"] = "550 5.1.1 user unknown"
    mail = a_mail()
    assert not send_queued(mail.pk)
    mail.refresh_from_db()
    assert mail.given_up_at
    assert "user unknown" in mail.answer
    provider.answers["RCPT"] = "250 OK"
    retry_mail(mail)
    assert send_due() == 1


def test_a_provider_that_never_answers_is_given_up_at_last(
    refuse: Callable[[Exception], None],
) -> None:
    """The waits grow, then it stops: nobody is mailed weeks later."""
    refuse(ConnectionRefusedError("no server"))
    mail = a_mail()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for wait in BACK_OFF:
            assert not send_queued(mail.pk)
            clock.shift(wait)
        assert not send_queued(mail.pk)
    mail.refresh_from_db()
    assert (mail.attempts, mail.next_attempt_at) == (len(BACK_OFF) + 1, None)
    assert mail.given_up_at


def test_a_wrong_password_of_ours_is_no_reason_to_give_up(
    refuse: Callable[[Exception], None],
) -> None:
    """Our configuration is repaired, and the mail then leaves."""
    refuse(smtplib.SMTPAuthenticationError(535, b"bad credentials"))
    mail = a_mail()
    assert not send_queued(mail.pk)
    mail.refresh_from_db()
    assert mail.given_up_at is None


def test_a_secret_link_is_erased_once_sent() -> None:
    """Reading the table later opens nothing; the database holds it."""
    mail = a_mail(is_secret=True, context={"body": "https://lien-secret"})
    assert send_queued(mail.pk)
    mail.refresh_from_db()
    assert (mail.text, mail.html) == ("", "")
    assert "https://lien-secret" in outbox.outbox[0].body
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.update(text="https://lien-secret")


def test_a_mail_reads_as_text_and_as_a_page() -> None:
    """Nothing is escaped in the text, everything is in the page; a subject is one line."""
    mail = a_mail(
        to=a_user("p@exemple.fr", first_name="Anne", last_name="L’Hôte"),
        subject="Décision\nBcc: x@y.z",
        context={"body": "<b>Accord</b> & suite", "url": "http://p/demandes/1/"},
    )
    assert mail.subject == "Décision Bcc: x@y.z"
    assert "Bonjour Anne L’Hôte," in mail.text
    assert "<b>Accord</b> & suite" in mail.text
    assert "Voir la page\u00a0: http://p/demandes/1/" in mail.text
    assert "&lt;b&gt;Accord&lt;/b&gt; &amp; suite" in mail.html
    assert 'href="http://p/demandes/1/"' in mail.html
