"""Agents signing in at an OpenID Connect provider, run for real."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from enrolment.models import User
from tests.builders import SIRET
from tests.enrolment.agents_provider import CLIENT_ID, Provider, running
from tests.factories import a_member, a_supplier, an_officer, the_programme

pytestmark = pytest.mark.django_db
EMAIL = "agent@asp.fr"
ASP = "13000706400013"


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(server: Provider, settings: Settings) -> Provider:
    server.controls()
    settings.OIDC_ISSUER, settings.OIDC_NAME = server.url, "ProConnect"
    app_settings = {
        "server_url": server.url,
        "oauth_pkce_enabled": True,
        "scope": ["openid", "profile", "email"],
    }
    app = {
        "provider_id": "proconnect",
        "name": "ProConnect",
        "client_id": CLIENT_ID,
        "secret": "secret",
        "settings": app_settings,
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"proconnect": {"APPS": [app]}}
    return server


@pytest.fixture
def agent() -> User:
    the_programme()
    return an_officer(email=EMAIL)


def claims(**changes: Any) -> dict[str, Any]:
    return {"email": EMAIL, "email_verified": True, "siret": ASP, "amr": ["pwd"], **changes}


def sign_in(client: Client, provider: Provider, sub: str) -> Any:
    """From our button to the page where the portal leads the person back."""
    there = client.post(reverse("proconnect_login")).headers["Location"]
    back = provider.signs_in(there, sub)
    return client.get(f"{urlsplit(back).path}?{urlsplit(back).query}")


def is_in(client: Client) -> bool:
    return client.get(reverse("admin:index")).status_code == 200


def test_the_button_is_there_only_when_configured(client: Client, settings: Settings) -> None:
    """Without a provider in the environment: no button, no address."""
    assert "ProConnect" not in client.get(reverse("account_login")).content.decode()
    assert client.post(reverse("proconnect_login")).status_code == 404
    assert client.get(reverse("proconnect_callback")).status_code == 404
    settings.OIDC_ISSUER, settings.OIDC_NAME = "https://fca.example.fr", "ProConnect"
    page = client.get(reverse("account_login")).content.decode()
    assert "S’identifier avec ProConnect" in page


@pytest.mark.parametrize("is_signed", [False, True], ids=["json", "jwt"])
def test_an_agent_comes_in(
    client: Client, provider: Provider, agent: User, is_signed: bool
) -> None:
    """With the user's information as JSON, or as a signed JWT."""
    provider.controls(signs_userinfo=is_signed)
    provider.knows("sub-1", **claims())
    response = sign_in(client, provider, "sub-1")
    assert response.status_code == 302
    assert is_in(client)
    account = SocialAccount.objects.get()
    assert (account.user, account.uid) == (agent, "sub-1")


def test_what_is_asked_of_the_provider(client: Client, provider: Provider, agent: User) -> None:
    """State, nonce, PKCE, and the means of the sign-in."""
    provider.knows("sub-1", **claims())
    sign_in(client, provider, "sub-1")
    asked = provider.asked()[-1]
    assert {"state", "nonce", "code_challenge", "claims"} <= asked.keys()
    assert asked["code_challenge_method"] == "S256"


def test_the_sub_is_the_key_afterwards(client: Client, provider: Provider, agent: User) -> None:
    """The agent's address changes at the provider: still the same person."""
    provider.knows("sub-1", **claims())
    sign_in(client, provider, "sub-1")
    provider.knows("sub-1", **claims(email="nouvelle@asp.fr"))
    again = Client()
    sign_in(again, provider, "sub-1")
    assert is_in(again)
    assert SocialAccount.objects.get().user == agent


def test_another_sub_with_the_same_address_stays_out(
    client: Client, provider: Provider, agent: User
) -> None:
    """The address is not the key: the account is bound to somebody already."""
    provider.knows("sub-1", **claims())
    sign_in(client, provider, "sub-1")
    provider.knows("sub-2", **claims())
    thief = Client()
    assert sign_in(thief, provider, "sub-2").status_code == 403
    assert not is_in(thief)


@pytest.mark.parametrize(
    "changes",
    [{"email": "inconnu@asp.fr"}, {"email_verified": False}, {"email": None}],
    ids=["unknown", "unproven", "none"],
)
def test_who_was_not_invited_stays_out(
    client: Client, provider: Provider, agent: User, changes: dict[str, Any]
) -> None:
    """The provider knows them, the portal does not; no account is opened."""
    provider.knows("sub-1", **claims(**changes))
    response = sign_in(client, provider, "sub-1")
    assert response.status_code == 403
    assert "aucun compte d’agent" in response.content.decode()
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()


def test_an_address_unproven_on_our_side_is_not_bound(
    client: Client, provider: Provider, agent: User
) -> None:
    """The account was invited with another address, never confirmed since."""
    agent.emailaddress_set.update(verified=False)  # type: ignore[attr-defined]
    provider.knows("sub-1", **claims())
    assert sign_in(client, provider, "sub-1").status_code == 403


def test_a_supplier_does_not_come_in_by_the_agents_door(client: Client, provider: Provider) -> None:
    """Even with a proven address."""
    member = a_member(a_supplier(SIRET))
    provider.knows("sub-1", **claims(email=member.email))
    assert sign_in(client, provider, "sub-1").status_code == 403


def test_a_closed_account_stays_out(client: Client, provider: Provider, agent: User) -> None:
    """Bound or not."""
    provider.knows("sub-1", **claims())
    sign_in(client, provider, "sub-1")
    User.objects.update(is_active=False)
    assert sign_in(Client(), provider, "sub-1").status_code == 403


def test_another_administration_stays_out(
    client: Client, provider: Provider, agent: User, settings: Settings
) -> None:
    """When the environment says whose agents are let in."""
    settings.OIDC_SIRETS = [ASP]
    provider.knows("sub-1", **claims(siret="11000201100044"))
    assert sign_in(client, provider, "sub-1").status_code == 403
    provider.knows("sub-2", **claims())
    assert sign_in(Client(), provider, "sub-2").status_code == 302


LIES: dict[str, dict[str, Any]] = {
    "another key": {"signs_with_another_key": True},
    "another portal": {"lies": {"aud": "autre-portail"}},
    "somebody else": {"lies": {"sub": "sub-2"}},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_forged_answer_is_refused(
    client: Client, provider: Provider, agent: User, lie: str
) -> None:
    """Signature, audience, subject: each is checked."""
    provider.controls(signs_userinfo=True, **LIES[lie])
    provider.knows("sub-1", **claims())
    response = sign_in(client, provider, "sub-1")
    assert "n’a pas abouti" in response.content.decode()
    assert not is_in(client)


def test_an_answer_asked_by_somebody_else_is_refused(
    client: Client, provider: Provider, agent: User
) -> None:
    """A link back that another browser obtained: neither its state nor its nonce is ours."""
    provider.knows("sub-1", **claims())
    there = Client().post(reverse("proconnect_login")).headers["Location"]
    back = urlsplit(provider.signs_in(there, "sub-1"))
    client.get(f"{back.path}?{back.query}")
    assert not is_in(client)


def test_a_nonce_serves_once(client: Client, provider: Provider, agent: User) -> None:
    """The nonce of the session is not the token's: refused."""
    provider.knows("sub-1", **claims())
    there = client.post(reverse("proconnect_login")).headers["Location"]
    session = client.session
    session["proconnect_nonce"] = "another"
    session.save()
    back = urlsplit(provider.signs_in(there, "sub-1"))
    client.get(f"{back.path}?{back.query}")
    assert not is_in(client)


def test_without_a_second_factor_there_ours_is_asked(
    client: Client, provider: Provider, agent: User, settings: Settings
) -> None:
    """No « mfa » in amr: the page that adds a factor, and nothing else."""
    settings.MFA_MANDATORY_FOR_STAFF = True
    provider.knows("sub-1", **claims(amr=["pwd"]))
    sign_in(client, provider, "sub-1")
    response = client.get(reverse("admin:index"))
    assert response.headers["Location"] == reverse("mfa_index")


def test_with_a_second_factor_there_ours_is_not(
    client: Client, provider: Provider, agent: User, settings: Settings
) -> None:
    """« mfa » in amr counts, for an agent who has a factor here too."""
    settings.MFA_MANDATORY_FOR_STAFF = True
    Authenticator.objects.create(user=agent, type="totp", data={"secret": "x"})
    provider.knows("sub-1", **claims(amr=["pwd", "mfa"]))
    sign_in(client, provider, "sub-1")
    assert is_in(client)


def test_our_own_factor_is_asked_of_who_has_one(
    client: Client, provider: Provider, agent: User
) -> None:
    """A weak sign-in at the provider, a factor here: the code is asked."""
    Authenticator.objects.create(user=agent, type="totp", data={"secret": "x"})
    provider.knows("sub-1", **claims(amr=["pwd"]))
    assert sign_in(client, provider, "sub-1").headers["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)


def test_signing_out_signs_out_there_too(client: Client, provider: Provider, agent: User) -> None:
    """With the identity's token, and back to our sign-in page."""
    provider.knows("sub-1", **claims())
    sign_in(client, provider, "sub-1")
    there = urlsplit(client.post(reverse("account_logout")).headers["Location"])
    assert f"{there.scheme}://{there.netloc}" == provider.url
    query = parse_qs(there.query)
    assert query["id_token_hint"]
    assert query["post_logout_redirect_uri"][0].endswith(reverse("account_login"))
    assert not is_in(client)
