"""Outside demonstration mode, an agent without a second factor opens nothing but the way to it."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from enrolment.enums import UserKind
from enrolment.models import User
from tests.factories import a_user, an_officer, the_programme
from tests.test_doors import Address, addresses

pytestmark = pytest.mark.django_db
OPEN = ("comptes/",)
SAMPLES = {
    "key": "00000000-0000-4000-8000-000000000000",
    "app_label": "enrolment",
    "scheme": "ris",
    "kind": "avance",
}


@pytest.fixture(autouse=True)
def _mandatory(settings: Settings) -> None:
    settings.MFA_MANDATORY_FOR_STAFF = True
    the_programme()


def _path(address: Address) -> str:
    """The address with a sample of each part; the last resort of the administration has no name."""
    parts = {name: SAMPLES.get(name, "1") for name in address.parts}
    prefix = "admin:" if address.route.startswith("gestion/") else ""
    for values in (parts, {**parts, "key": "1"}, dict.fromkeys(parts, SAMPLES["key"])):
        try:
            return reverse(f"{prefix}{address.name}", kwargs=values)
        except NoReverseMatch:
            continue
    return f"/{address.route.split('(')[0].split('<')[0]}x"


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("kind", [UserKind.OFFICER, UserKind.ACCOUNTANT, UserKind.ANS])
def test_without_a_factor_every_address_leads_to_adding_one(kind: str) -> None:
    """By GET and by POST, whatever the address: none is forgotten, all come from the resolver."""
    client = _client(a_user("agent@exemple.fr", kind, is_staff=True))
    others = [one for one in addresses() if not one.route.startswith(OPEN)]
    assert len(others) > 100
    opened = {
        f"{method.__name__} {path}"
        for path in map(_path, others)
        for method in (client.get, client.post)
        if method(path).headers.get("Location") != reverse("mfa_index")
    }
    assert not opened


def test_the_way_to_a_factor_is_open() -> None:
    """The pages where an agent adds a factor, and signs out."""
    client = _client(an_officer())
    for name in ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_logout"):
        response = client.get(reverse(name))
        target = response.headers.get("Location", "")
        assert response.status_code == 200 or reverse("account_reauthenticate") in target, name


def test_with_a_factor_the_administration_opens() -> None:
    """One factor is enough."""
    user = an_officer()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert _client(user).get(reverse("admin:index")).status_code == 200
