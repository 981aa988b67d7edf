"""What every answer tells the browser: what it may load, do, keep, and who may frame it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.models import User
from tests.builders import SIRET
from tests.factories import a_member, a_supplier, an_officer, the_programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def users() -> dict[str, User | None]:
    the_programme()
    return {"anonymous": None, "member": a_member(a_supplier(SIRET)), "agent": an_officer()}


PAGES = [
    ("anonymous", "home"),
    ("anonymous", "account_login"),
    ("member", "dashboard"),
    ("member", "mfa_index"),
    ("agent", "admin:index"),
    ("agent", "admin:funding_fundingrequest_changelist"),
]


@pytest.mark.parametrize(("who", "name"), PAGES)
def test_every_page_is_closed_to_other_sites(
    who: str, name: str, users: dict[str, User | None]
) -> None:
    """No frame, no foreign script, no inline one, no device, no other window."""
    client = Client()
    if user := users[who]:
        client.force_login(user)
    headers = client.get(reverse(name)).headers
    policy = dict(
        directive.strip().split(" ", 1)
        for directive in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "'unsafe-inline'" not in policy["script-src"]
    assert "unsafe-eval" not in policy["script-src"] or who == "agent"
    assert not any("http" in sources or "*" in sources for sources in policy.values())
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize(("who", "name"), [page for page in PAGES if page[0] != "anonymous"])
def test_no_private_page_is_kept(who: str, name: str, users: dict[str, User | None]) -> None:
    """Not by the browser of a shared computer, not by a proxy."""
    client = Client()
    user = users[who]
    assert user is not None
    client.force_login(user)
    kept = client.get(reverse(name)).headers["Cache-Control"]
    assert "no-store" in kept
    assert "private" in kept
