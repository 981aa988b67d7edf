"""What several journeys begin with: an account, its address confirmed, a colleague invited."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.utils.html import strip_tags
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


def told(email: str, subject: str, *said: str) -> None:
    """The last mail with that subject to this address says it all, as text and as a page."""
    mails = OutgoingMail.objects.filter(address=email, subject__contains=subject)
    mail = mails.order_by("-pk").first()
    assert mail is not None, list(OutgoingMail.objects.values_list("address", "subject"))
    for words in (mail.text, unescape(strip_tags(mail.html))):
        plain = " ".join(words.split())
        missing = [one for one in said if one not in plain]
        assert not missing, (missing, plain)


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


def invite(page: Page, email: str = COLLEAGUE, role: str = "Préparateur") -> None:
    """Somebody, with a role; the form is kept while the password is asked again."""
    page.get_by_role("link", name="Membres").click()
    page.get_by_role("link", name="Inviter").click()
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Rôle", exact=False).first.select_option(label=role)
    page.get_by_role("button", name="Envoyer l’invitation").click()
    confirm_identity(page)
    expect(page.get_by_text(f"L’invitation part à {email}")).to_be_visible()


def join(page: Page, first_name: str, last_name: str) -> None:
    """The page of an invitation's link, for somebody without an account."""
    expect(page.get_by_role("heading", name="Rejoindre LOGICIELS")).to_be_visible()
    assert_looks_right(page)
    page.get_by_label("Prénom").fill(first_name)
    page.get_by_label("Nom", exact=True).fill(last_name)
    page.get_by_label("Mot de passe", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="Ouvrir mon compte et accepter").click()
    expect(page.get_by_text("Vous êtes membre de LOGICIELS")).to_be_visible()


def act_for(page: Page, organisation: str) -> None:
    """By the switcher of the people who act for several organisations."""
    page.get_by_text("Changer d’organisation").click()
    choice = page.get_by_label("Agir pour").locator("option", has_text=organisation)
    page.get_by_label("Agir pour").select_option(choice.get_attribute("value"))
    page.get_by_role("button", name="Changer").click()
    expect(page.get_by_text(f"Vous agissez maintenant pour {organisation}.")).to_be_visible()
