"""Who holds an account is told by mail of what changes its sign-in."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from enrolment.models import User
from segur_portal.common.models import OutgoingMail
from tests.builders import SIRET
from tests.factories import PASSWORD, a_member, a_supplier, the_programme

pytestmark = pytest.mark.django_db
NEW = "un-autre-mot-de-passe"


@pytest.fixture
def member() -> User:
    the_programme()
    return a_member(a_supplier(SIRET))


@pytest.fixture
def browser(client: Client, member: User) -> Client:
    """Signed in with the password, a moment ago."""
    client.post(reverse("account_login"), {"login": member.email, "password": PASSWORD})
    return client


def test_a_new_password_is_told(browser: Client, member: User) -> None:
    """As text and as a page, in French, with when and from where."""
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert browser.post(reverse("account_change_password"), data).status_code == 302
    mail = OutgoingMail.objects.get(address=member.email)
    assert mail.subject == "Mot de passe modifié"
    for words in (mail.text, mail.html):
        assert "Votre mot de passe a été modifié." in words
        assert "prévenez l’assistance" in words
        assert "127.0.0.1" in words


def test_a_new_address_is_told_to_the_former_one(browser: Client, member: User) -> None:
    """A stolen session does not move the account in silence."""
    former, fresh = member.email, "nouvelle@exemple.fr"
    EmailAddress.objects.create(user=member, email=fresh, verified=True)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    data = {"email": fresh, "action_primary": ""}
    assert browser.post(reverse("account_email"), data).status_code == 302
    member.refresh_from_db()
    assert member.email == fresh
    mail = OutgoingMail.objects.get(address=former)
    assert fresh in mail.text
