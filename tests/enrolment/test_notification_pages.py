"""The pages of notifications: count, reading, preferences."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from enrolment.models import User
from segur_portal.common.mails import queue_mail
from segur_portal.common.models import MANDATORY_KINDS, Channel, NoticeKind, Notification
from segur_portal.common.notices import notify
from tests.builders import SIRET
from tests.factories import a_member, a_supplier

pytestmark = pytest.mark.django_db
PAGE = "notifications"


@pytest.fixture
def person() -> User:
    return a_member(a_supplier(SIRET))


@pytest.fixture
def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def tell(person: User, title: str = "Une nouvelle", url: str = "") -> Notification:
    (one,) = notify(users=[person], kind=NoticeKind.DEPOSIT, title=title, url=url)
    return one


def text_of(client: Client, query: str = "") -> str:
    return client.get(reverse(PAGE) + query).content.decode()


def test_the_header_counts_what_is_not_read(browser: Client, person: User) -> None:
    """Two pieces of news, then none once everything is marked as read."""
    for title in ("Une", "Deux"):
        tell(person, title)
    assert '2<span class="fr-sr-only"> non lues' in text_of(browser)
    browser.post(reverse("notifications_read"))
    assert "non lues</span>" not in text_of(browser)
    assert "Vous avez tout lu" in text_of(browser, "?etat=non-lues")


def test_opening_marks_as_read_and_leads_to_the_page(browser: Client, person: User) -> None:
    """One click."""
    one = tell(person, url=reverse("dashboard"))
    response = browser.post(reverse("notification_open", args=[one.pk]))
    assert response.headers["Location"] == reverse("dashboard")
    one.refresh_from_db()
    assert one.read_at


def test_preferences_are_kept(browser: Client, person: User) -> None:
    """Every kind that is not mandatory is asked; the choice is shown again."""
    kinds = [kind for kind in NoticeKind if kind not in MANDATORY_KINDS]
    page = reverse("notification_preferences")
    response = browser.post(page, dict.fromkeys(kinds, Channel.SCREEN))
    assert response.status_code == 302
    assert set(person.notification_preferences.values_list("kind", "channel")) == {
        (kind.value, Channel.SCREEN.value) for kind in kinds
    }
    assert browser.get(page).content.decode().count('value="screen" selected') == len(kinds)


def test_a_forged_preference_is_refused(browser: Client, person: User) -> None:
    """An unknown channel changes nothing."""
    browser.post(reverse("notification_preferences"), {NoticeKind.MESSAGE: "pigeon"})
    assert not person.notification_preferences.exists()


def test_the_demonstration_shows_its_mails(client: Client, settings: Settings) -> None:
    """In demonstration only: whoever tries the portal reads what it sends."""
    settings.DEMONSTRATION = True
    queue_mail(
        to="a@exemple.fr",
        template="notification",
        subject="Un lien",
        context={"title": "Un lien"},
        is_secret=True,
    )
    page = client.get(reverse("demonstration_mails"))
    assert "Un lien" in page.content.decode()
    settings.DEMONSTRATION = False
    assert client.get(reverse("demonstration_mails")).status_code == 404
