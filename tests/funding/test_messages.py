"""Messages on a request: both sides, files, the answer expected, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enrolment.actions import NotAssignedError, sync_groups
from enrolment.models import User
from funding.actions.messages import MAX_FILES, MessageRefusedError, send_message
from funding.models import FundingRequest, Message
from segur_portal.common.identifiers import make_siret
from segur_portal.common.models import Notification
from tests.documents.hostile_pdfs import GOOD
from tests.factories import A_DAY, a_member, a_supplier, an_officer
from tests.funding.accepted import accepted_requests


@pytest.fixture
def request_(db: None) -> Iterator[FundingRequest]:
    with time_machine.travel(A_DAY, tick=True):
        yield accepted_requests(1)[0]


@pytest.fixture
def officer(request_: FundingRequest) -> User:
    return User.objects.get(email="instruit@asp.fr")


@pytest.fixture
def member(request_: FundingRequest) -> User:
    return request_.deposit.deposited_by


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def a_file(name: str = "preuve.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, GOOD)


def test_the_answer_expected_is_the_next_word_of_the_other(
    request_: FundingRequest, officer: User, member: User
) -> None:
    """One's own next message answers nothing; the other's does."""
    send_message(request=request_, author=officer, text="Quand ?", expects_answer=True)
    send_message(request=request_, author=officer, text="Je précise.")
    awaiting = Message.objects.of(request_.supplier).awaiting(from_officer=True)
    assert awaiting.count() == 1
    browser = browser_of(member)
    assert "attend votre réponse" in browser.get(reverse("dashboard")).content.decode()
    send_message(request=request_, author=member, text="Demain.")
    assert not awaiting.exists()
    assert "attend votre réponse" not in browser.get(reverse("dashboard")).content.decode()


def test_each_side_is_told(request_: FundingRequest, officer: User, member: User) -> None:
    """The supplier's members, then the officer who instructed, and not the other officers."""
    an_officer(email="autre@asp.fr")
    send_message(request=request_, author=officer, text="Quand ?")
    send_message(request=request_, author=member, text="Demain.")
    told = Notification.objects.filter(kind="message").order_by("pk")
    assert [one.user for one in told] == [member, officer]


def test_who_may_read_is_decided_by_the_query(
    request_: FundingRequest, officer: User, member: User
) -> None:
    """Another supplier and an officer of another scheme see nothing, write nothing."""
    message = send_message(request=request_, author=member, text="Secret", files=[a_file()])
    piece = message.attachments.get()
    stranger = a_member(a_supplier(make_siret(77), "Tiers"))
    elsewhere = an_officer("SONS-MDV-LGC-Va2", email="ailleurs@asp.fr")
    assert not Message.objects.of(stranger.memberships.get().supplier).exists()
    assert not Message.objects.visible_to(elsewhere).exists()
    assert not Message.objects.visible_to(member).exists()
    assert Message.objects.visible_to(officer).get() == message
    with pytest.raises(NotAssignedError):
        send_message(request=request_, author=elsewhere, text="Bonjour")
    sync_groups()
    url = reverse("message_file", args=[request_.number, piece.pk])
    assert browser_of(stranger).get(url).status_code == 404
    assert browser_of(member).get(url).content == GOOD
    agents = reverse("admin:funding_fundingrequest_attachment", args=[request_.pk, piece.pk])
    assert browser_of(officer).get(agents).content == GOOD
    assert browser_of(elsewhere).get(agents).status_code in (302, 404)


def test_the_pages_write(request_: FundingRequest, officer: User, member: User) -> None:
    """The supplier from its page, the officer by a deed, both with files."""
    sync_groups()
    browser, url = browser_of(member), reverse("request_messages", args=[request_.number])
    assert "Écrivez votre message" in browser.post(url, {"texte": " "}).content.decode()
    sent = {"texte": "Bonjour", "pieces": [a_file("a.pdf"), a_file("b.pdf")], "reponse": "on"}
    assert browser.post(url, sent).status_code == 302
    assert Message.objects.get().attachments.count() == 2
    deed = reverse("admin:funding_fundingrequest_deed", args=[request_.pk, "write"])
    answer = {"note": "Bien reçu", "pieces": [a_file("c.pdf")], "expects_answer": "on"}
    assert browser_of(officer).post(deed, answer).status_code == 302
    page = browser.get(url).content.decode()
    assert "Bien reçu" in page
    assert "Réponse attendue" in page
    assert "Réponse donnée" in page
    assert officer.email not in page


def test_refused_at_the_door(request_: FundingRequest, member: User) -> None:
    """Too many files, or an empty one."""
    for files in ([a_file()] * (MAX_FILES + 1), [SimpleUploadedFile("vide.pdf", b"")]):
        with pytest.raises(MessageRefusedError):
            send_message(request=request_, author=member, text="Voici", files=files)
    assert not Message.objects.exists()
