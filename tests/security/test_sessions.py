"""A session ends when left idle, sooner for agents, and twelve hours after it began."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from enrolment.models import User
from tests.builders import SIRET
from tests.factories import A_DAY, a_member, a_supplier, an_officer, the_programme

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def agent() -> User:
    the_programme()
    return an_officer()


@pytest.fixture
def member() -> User:
    the_programme()
    return a_member(a_supplier(SIRET))


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _is_in(client: Client, address: str = "/aide/") -> bool:
    response = client.get(address)
    is_login = response.headers.get("Location", "").startswith(reverse("account_login"))
    return not is_login and bool(response.wsgi_request.user.is_authenticated)


@pytest.mark.parametrize(("who", "minutes"), [("agent", 30), ("member", 60)])
def test_an_idle_session_ends(who: str, minutes: int, request: pytest.FixtureRequest) -> None:
    """Half an hour for an agent, an hour for a supplier; any page puts it off."""
    client = _signed_in(request.getfixturevalue(who))
    with time_machine.travel(A_DAY, tick=False) as clock:
        assert _is_in(client)
        clock.shift(minutes * MINUTE)
        assert _is_in(client)
        clock.shift(minutes * MINUTE)
        assert _is_in(client)
        clock.shift(minutes * MINUTE + timedelta(seconds=1))
        assert not _is_in(client)


def test_no_session_lasts_more_than_twelve_hours(member: User) -> None:
    """However busy."""
    client = _signed_in(member)
    with time_machine.travel(A_DAY, tick=False) as clock:
        for _ in range(24):
            assert _is_in(client)
            clock.shift(30 * MINUTE)
        assert _is_in(client)
        clock.shift(MINUTE)
        assert not _is_in(client)


def test_who_comes_back_too_late_is_told_and_finds_the_page_again(member: User) -> None:
    """The sign-in page says why, and leads back to the page that was asked."""
    client = _signed_in(member)
    with time_machine.travel(A_DAY, tick=False) as clock:
        assert _is_in(client, "/tableau-de-bord/")
        clock.shift(61 * MINUTE)
        response = client.get(reverse("request_list"), {"tri": "client"}, follow=True)
    assert response.redirect_chain[0][0].endswith("?next=/demandes/%3Ftri%3Dclient")
    assert "Votre session est terminée" in response.content.decode()


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(member: User) -> None:
    """The live page of a deposit left open is not activity."""
    client = _signed_in(member)
    live = reverse("deposit_progress", args=["00000000-0000-4000-8000-000000000000"])
    with time_machine.travel(A_DAY, tick=False) as clock:
        assert _is_in(client)
        for _ in range(3):
            clock.shift(25 * MINUTE)
            response = client.get(live, headers={"HX-Request": "true"})
        assert response.headers["HX-Redirect"].startswith(reverse("account_login"))
