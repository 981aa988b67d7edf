"""The page of the keys: shown once, revoked at once, an organisation's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from enrolment.enums import TokenRole
from enrolment.models import ApiToken, User
from segur_portal.common import clock
from segur_portal.common.identifiers import make_siret
from tests.builders import SIRET
from tests.factories import A_DAY, PASSWORD, a_member, a_supplier, the_programme

PAGE = "api_tokens"


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


def signed_in(user: User) -> Client:
    """A browser whose person has just typed the password."""
    client = Client()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.fixture
def browser(db: None) -> Client:
    the_programme()
    return signed_in(a_member(a_supplier(SIRET)))


def create(client: Client, **changes: str) -> str:
    """The page that answers a creation."""
    end = clock.today() + timedelta(days=30)
    data = {"name": "Robot-7", "role": TokenRole.READER, "expires_on": end.isoformat(), **changes}
    response = client.post(reverse(PAGE), data)
    assert response.status_code == 200
    return response.content.decode()


def test_the_secret_is_shown_once(browser: Client) -> None:
    """In the answer to its creation, never again, and kept by no cache."""
    secret = re.search(r"segur_[0-9a-f]{6}_[\w-]{43}", create(browser))
    assert secret
    response = browser.get(reverse(PAGE))
    assert secret[0] not in response.content.decode()
    assert "Robot-7" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    called = Client(headers={"authorization": f"Bearer {secret[0]}"}).get(reverse("api_deposits"))
    assert called.status_code == 200


def test_a_revoked_key_stays_in_the_list(browser: Client) -> None:
    """One sees that it was, and since when it opens nothing."""
    create(browser)
    page = browser.post(
        reverse("api_token_revoke", args=[ApiToken.objects.get().pk]), follow=True
    ).content.decode()
    assert "est révoquée" in page
    assert "Révoquée" in page
    assert ApiToken.objects.get().revoked_at is not None


def test_another_organisations_key_does_not_exist(browser: Client) -> None:
    """404, and it still opens."""
    create(browser)
    stranger = signed_in(a_member(a_supplier(make_siret(41), "Concurrent")))
    token = ApiToken.objects.get()
    assert stranger.post(reverse("api_token_revoke", args=[token.pk])).status_code == 404
    assert "Robot-7" not in stranger.get(reverse(PAGE)).content.decode()
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Dites à quoi servira cette clé."),
        ({"role": "roi"}, "role"),
        ({"expires_on": "2030-01-01"}, "un an au plus"),
        ({"expires_on": "2026-09-01"}, "un an au plus"),
    ],
)
def test_a_wrong_form_keeps_what_was_typed(
    browser: Client, changes: dict[str, str], said: str
) -> None:
    """The field says why; no key is made."""
    page = create(browser, **changes)
    assert said in page
    assert not ApiToken.objects.exists()
