"""Two officers decide on one enrolment, or one document, at once: one wins, the other is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from enrolment.actions import submit_enrolment, sync_groups
from enrolment.actions.paperwork import current_documents
from enrolment.models import Enrolment, User
from segur_portal.common.models import JournalEntry, Reason
from tests.enrolment.kit import a_draft, a_signatory, complete
from tests.factories import an_officer

pytestmark = [
    pytest.mark.concurrency,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("on_a_day"),
]
NAMES = ("premiere@asp.fr", "second@asp.fr")


@pytest.fixture
def officers() -> list[Client]:
    """Two officers of the scheme, signed in."""
    a_signatory()
    people: list[User] = [an_officer(email=name) for name in NAMES]
    sync_groups()
    clients = [Client() for _ in people]
    for client, person in zip(clients, people, strict=True):
        client.force_login(person)
    return clients


@pytest.fixture
def sent(officers: list[Client]) -> Enrolment:
    signatory = User.objects.exclude(email__in=NAMES).get().memberships.get()
    enrolment = complete(a_draft(signatory), signatory)
    submit_enrolment(enrolment, membership=signatory)
    enrolment.refresh_from_db()
    return enrolment


def at_once(clients: list[Client], url: str, posts: list[dict[str, Any]]) -> list[str]:
    """Both post at the same moment, each on its own connection; the pages they are then shown."""
    barrier = Barrier(len(clients))

    def post(client: Client, data: dict[str, Any]) -> str:
        try:
            barrier.wait(timeout=30)
            return client.post(url, data, follow=True).content.decode()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(post, clients, posts))


def test_two_take_the_same_enrolment(officers: list[Client], sent: Enrolment) -> None:
    """It is attributed to one; the page of the other says that it is no longer to be taken."""
    url = reverse("admin:enrolment_enrolment_deed", args=[sent.pk, "take"])
    pages = at_once(officers, url, [{}, {}])
    sent.refresh_from_db()
    assert sent.state == "in_review"
    winner = NAMES.index(sent.assigned_to.email)  # type: ignore[union-attr]
    assert JournalEntry.objects.filter(subject="enrolment.Enrolment", verb="take").count() == 1
    assert "l’état" in pages[1 - winner]
    assert "impossible" in pages[1 - winner] or "n’est plus possible" in pages[1 - winner]


def test_two_decide_on_the_same_document(officers: list[Client], sent: Enrolment) -> None:
    """One accepts while the other sends it back: one word holds, the other officer reads whose."""
    Enrolment.objects.filter(pk=sent.pk).update(state="in_review")
    reason = Reason.objects.get(subject="document", code="unreadable").pk
    refusal = {"decision": "send_back", "reason": reason, "message": "Coupée."}
    posts: list[dict[str, Any]] = [{"decision": "accept"}, refusal]
    url = reverse("admin:enrolment_enrolment_review", args=[sent.pk]) + "?piece=piece-identity"
    seen = {"seen_state": "pending", "seen_version": 1}
    pages = at_once(officers, url, [{**data, **seen} for data in posts])
    row = current_documents(sent)["identity", None]
    winner = 0 if row.state == "accepted" else 1
    assert row.reviewed_by is not None
    assert row.reviewed_by.email == NAMES[winner]
    assert f"{row.reviewed_by} vient de décider" in pages[1 - winner]
    assert "vient de décider" not in pages[winner]
    moved = JournalEntry.objects.filter(subject="enrolment.SupportingDocument", target=row.state)
    assert moved.count() == 1
