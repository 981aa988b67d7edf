"""Guessing a password is stopped early, without locking its owner out."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.models import User
from tests.builders import SIRET
from tests.factories import PASSWORD, a_member, a_supplier, the_programme

pytestmark = pytest.mark.django_db
TOO_MANY = "Trop de tentatives"


@pytest.fixture
def user() -> User:
    the_programme()
    return a_member(a_supplier(SIRET))


def _try(user: User, password: str, *, place: str) -> tuple[int, str]:
    response = Client(REMOTE_ADDR=place).post(
        reverse("account_login"), {"login": user.email, "password": password}
    )
    return response.status_code, response.content.decode()


def test_five_failures_are_enough(user: User) -> None:
    """From then on even the right password is refused from there, in French."""
    for _ in range(5):
        status, page = _try(user, "pas le bon", place="192.0.2.7")
        assert (status, TOO_MANY in page) == (200, False)
    status, page = _try(user, PASSWORD, place="192.0.2.7")
    assert status == 200
    assert TOO_MANY in page


def test_nobody_locks_the_account_of_another(user: User) -> None:
    """The owner, elsewhere, still signs in."""
    for _ in range(6):
        _try(user, "pas le bon", place="192.0.2.7")
    assert _try(user, PASSWORD, place="198.51.100.9")[0] == 302


def test_one_place_does_not_try_many_accounts(user: User) -> None:
    """Ten failures a minute from one place, whatever the accounts."""
    for rank in range(10):
        Client(REMOTE_ADDR="192.0.2.7").post(
            reverse("account_login"), {"login": f"a{rank}@exemple.fr", "password": "x"}
        )
    assert TOO_MANY in _try(user, PASSWORD, place="192.0.2.7")[1]
