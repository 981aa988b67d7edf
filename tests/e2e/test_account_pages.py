"""Signing in and keeping one's account safe, as people do it."""

from __future__ import annotations

import base64
import hmac
import time

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from enrolment.demo_accounts import DEMO_ACCOUNTS
from enrolment.models import User
from tests.builders import SIRET
from tests.factories import PASSWORD, a_member, a_supplier, a_user, the_programme

from .conftest import OpenPage
from .looks import WIDTHS, assert_looks_right, faults_of

PAGES = (
    "account_change_password",
    "account_email",
    "account_logout",
    "account_reauthenticate",
    "mfa_index",
    "mfa_list_webauthn",
    "usersessions_list",
)


@pytest.fixture
def user(transactional_db: None) -> User:
    the_programme()
    return a_member(a_supplier(SIRET))


def totp(secret: str) -> str:
    """The six digits that an authenticator application shows now (RFC 6238)."""
    key = base64.b32decode(secret)
    digest = hmac.digest(key, int(time.time() // 30).to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def sign_in(page: Page, user: User) -> None:
    page.goto(reverse("account_login"))
    page.get_by_label("Adresse électronique").fill(user.email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()


def confirm_identity(page: Page) -> None:
    """What touches the safety of the account asks for the password once more."""
    expect(page.get_by_role("heading", name="Confirmez que c’est bien vous")).to_be_visible()
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirmer").click()


@pytest.mark.parametrize("width", WIDTHS)
def test_account_pages_look_right(open_page: OpenPage, user: User, width: int) -> None:
    """Accessible and within the screen, on a desk as in a hand."""
    page = open_page("/", width=width, user=user)
    faults = []
    for name in PAGES:
        response = page.goto(reverse(name))
        assert response is not None
        assert response.status == 200, name
        faults += faults_of(page)
    assert faults == []


def test_a_wrong_password_is_said_beside_the_form(open_page: OpenPage, user: User) -> None:
    """In words, without saying whether the account exists, and accessibly."""
    page = open_page(reverse("account_login"))
    page.get_by_label("Adresse électronique").fill(user.email)
    page.get_by_label("Mot de passe", exact=True).fill("pas celui-ci")
    page.get_by_role("button", name="Se connecter", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("mot de passe sont incorrects")
    assert_looks_right(page)


def test_a_second_factor_is_added_then_asked(open_page: OpenPage, user: User) -> None:
    """Activate an application, see the recovery codes, sign out, sign in with a code."""
    page = open_page(reverse("account_login"))
    sign_in(page, user)
    expect(page.get_by_role("heading", name="Tableau de bord")).to_be_visible()
    page.goto(reverse("mfa_index"))
    page.get_by_role("link", name="Activer une application").click()
    confirm_identity(page)
    assert_looks_right(page)
    secret = page.locator(".portal-secret").inner_text()
    page.locator("input[name=code]").fill(totp(secret))
    page.get_by_role("button", name="Activer", exact=True).click()
    expect(page.get_by_role("heading", name="Codes de secours")).to_be_visible()
    assert_looks_right(page)
    codes = page.locator(".portal-codes code").all_inner_texts()
    assert len(codes) == 10

    page.get_by_role("button", name="Se déconnecter").click()
    sign_in(page, user)
    expect(page.get_by_role("heading", name="Double authentification")).to_be_visible()
    assert_looks_right(page)
    page.locator("input[name=code]").fill(codes[0])
    page.get_by_role("button", name="Se connecter", exact=True).click()
    expect(page.get_by_role("heading", name="Tableau de bord")).to_be_visible()


def test_a_security_key_is_added_then_signs_in_without_password(
    open_page: OpenPage, user: User
) -> None:
    """A passkey, on a page that forbids inline scripts."""
    page = open_page(reverse("account_login"))
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page, user)
    expect(page.get_by_role("heading", name="Tableau de bord")).to_be_visible()
    page.goto(reverse("mfa_add_webauthn"))
    confirm_identity(page)
    assert_looks_right(page)
    page.locator("input[name=name]").fill("Téléphone")
    page.locator("input[name=passwordless]").check(force=True)
    page.get_by_role("button", name="Ajouter cette clé").click()
    expect(page.get_by_role("heading", name="Codes de secours")).to_be_visible()
    page.goto(reverse("mfa_list_webauthn"))
    expect(page.get_by_role("cell", name="Téléphone Sans mot de passe")).to_be_visible()
    assert_looks_right(page)

    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    expect(page.get_by_role("heading", name="Tableau de bord")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_one_click_signs_in_with_a_demonstration_account(
    open_page: OpenPage, transactional_db: None, settings: Settings, width: int
) -> None:
    """In demonstration, the sign-in page lists the accounts and fills the form."""
    settings.DEMONSTRATION = True
    the_programme()
    account = DEMO_ACCOUNTS[0]
    user = a_user(account.email)
    user.set_password(account.password)
    user.save()
    user.memberships.create(supplier=a_supplier(SIRET), role="legal_representative")
    page = open_page(reverse("account_login"), width=width)
    assert_looks_right(page)
    page.get_by_role("button", name=account.email).first.click()
    expect(page.get_by_role("heading", name="Tableau de bord")).to_be_visible()
    assert_looks_right(page)
