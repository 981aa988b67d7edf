"""What several journeys begin with: an account, its address confirmed, a colleague invited."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from segur_portal.common.models import OutgoingMail
from tests.enrolment.registers import Registers, running
from tests.factories import PASSWORD, the_programme

from .looks import assert_looks_right

BOSS, COLLEAGUE = "anne.roy@exemple.fr", "karim.benali@exemple.fr"


@pytest.fixture
def registers(transactional_db: None, settings: Settings) -> Iterator[Registers]:
    the_programme()
    with running() as server:
        settings.REGISTRY_COMPANIES_URL = f"{server.url}/companies"
        settings.REGISTRY_ANNOUNCEMENTS_URL = f"{server.url}/announcements"
        yield server


def link_of(email: str, template: str) -> str:
    """The path of the link in the last mail of that kind to this address."""
    mail = OutgoingMail.objects.filter(address=email, template=template).latest("pk")
    found = re.search(r"https?://[^/\s]+(/\S+)", mail.text)
    assert found, mail.text
    return found[1]


def sign_up(page: Page) -> None:
    """The two steps, with a SIRET pasted with its blanks."""
    page.goto("/")
    page.get_by_role("banner").get_by_role("link", name="Créer un compte").click()
    page.get_by_label("Numéro SIRET").fill("552 081 317 66522")
    assert_looks_right(page)
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", name="LOGICIELS DE SANTE REUNIS")).to_be_visible()
    assert_looks_right(page)
    page.get_by_label("Prénom").fill("Anne")
    page.get_by_label("Nom", exact=True).fill("Roy")
    page.get_by_label("Votre rôle").select_option("legal_representative")
    page.get_by_label("Adresse électronique").fill(BOSS)
    page.get_by_label("Téléphone").fill("01 23 45 67 89")
    page.get_by_label("Mot de passe", exact=False).first.fill(PASSWORD)
    page.get_by_label("Mot de passe, une seconde fois").fill(PASSWORD)
    page.get_by_role("button", name="Créer mon compte").click()
    expect(page.get_by_role("heading", name="Vérifiez votre adresse")).to_be_visible()


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()


def confirm_identity(page: Page) -> None:
    """The rights of others are at stake: the password is asked again, then the deed goes on."""
    expect(page.get_by_role("heading", name="Confirmez que c’est bien vous")).to_be_visible()
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirmer").click()


def confirm_address(page: Page) -> None:
    page.goto(link_of(BOSS, "email_confirmation_signup"))
    page.get_by_role("button", name="Confirmer mon adresse").click()
    if page.get_by_role("heading", name="Se connecter").is_visible():
        sign_in(page, BOSS)
    expect(page.get_by_role("heading", name="Tableau de bord")).to_be_visible()


def invite(page: Page) -> None:
    """A colleague, as preparer; the form is kept while the password is asked again."""
    page.get_by_role("link", name="Membres").click()
    page.get_by_role("link", name="Inviter").click()
    page.get_by_label("Adresse électronique").fill(COLLEAGUE)
    page.get_by_label("Rôle", exact=False).first.select_option("preparer")
    page.get_by_role("button", name="Envoyer l’invitation").click()
    confirm_identity(page)
    expect(page.get_by_text(f"L’invitation part à {COLLEAGUE}")).to_be_visible()
