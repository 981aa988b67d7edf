"""From the first account to the hand-over of an organisation, as people do it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from enrolment.models import Membership, Supplier, User
from segur_portal.common.models import NoticeKind, OutgoingMail
from segur_portal.common.notices import notify
from tests.builders import SIRET
from tests.enrolment.registers import KNOWN_SIRET, Registers, running
from tests.factories import PASSWORD, a_member, a_supplier, a_user, the_programme

from .conftest import OpenPage
from .looks import WIDTHS, assert_looks_right, faults_of

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


def test_from_the_first_account_to_the_hand_over(open_page: OpenPage, registers: Registers) -> None:
    """Sign up, confirm, invite; the colleague joins; switch organisation; hand over."""
    page = open_page("/")
    sign_up(page)
    confirm_address(page)
    supplier = Supplier.objects.get(siret=KNOWN_SIRET)
    assert supplier.name == "LOGICIELS DE SANTE REUNIS"
    invite(page)

    other = open_page(link_of(COLLEAGUE, "invitation"))
    expect(other.get_by_role("heading", name="Rejoindre LOGICIELS")).to_be_visible()
    assert_looks_right(other)
    other.get_by_label("Prénom").fill("Karim")
    other.get_by_label("Nom", exact=True).fill("Benali")
    other.get_by_label("Mot de passe", exact=False).first.fill(PASSWORD)
    other.get_by_role("button", name="Ouvrir mon compte et accepter").click()
    expect(other.get_by_text("Vous êtes membre de LOGICIELS")).to_be_visible()
    expect(other.get_by_role("region", name="Organisation")).to_contain_text("Préparateur")

    karim = User.objects.get(email=COLLEAGUE)
    Membership.objects.create(
        user=karim, supplier=a_supplier(SIRET, "Autre éditeur"), role="reader"
    )
    other.reload()
    other.get_by_text("Changer d’organisation").click()
    other.get_by_label("Agir pour").select_option(label="Autre éditeur (Lecteur)")
    other.get_by_role("button", name="Changer").click()
    expect(other.get_by_text("Vous agissez maintenant pour Autre éditeur.")).to_be_visible()

    page.goto(reverse("members"))
    page.get_by_role("link", name="Modifier Karim Benali").click()
    page.get_by_role("link", name="Lui transmettre l’administration").click()
    assert_looks_right(page)
    page.get_by_role("button", name="Transmettre l’administration").click()
    expect(page.get_by_text("L’administration est transmise.")).to_be_visible()
    expect(page.get_by_role("link", name="Inviter")).to_be_hidden()
    assert supplier.memberships.get(user=karim).is_administrator
    other.goto(reverse("notifications"))
    expect(other.get_by_role("button", name="Vous administrez maintenant")).to_be_visible()


@pytest.fixture
def boss(transactional_db: None) -> User:
    """An administrator with colleagues, invitations, a request to join, and news."""
    from enrolment.actions.invitations import invite_member
    from enrolment.actions.members import suspend_member
    from enrolment.actions.signup import ask_to_join

    the_programme()
    supplier = a_supplier(SIRET, "Société européenne des logiciels de l’imagerie médicale")
    boss = a_member(supplier)
    for role, name in (("preparer", "Préparatrice"), ("reader", "Lecteur-Très-Long")):
        user = a_member(supplier, role)
        User.objects.filter(pk=user.pk).update(first_name="Marie-Bénédicte", last_name=name)
    suspend_member(supplier.memberships.get(role="reader"), actor=boss)
    invite_member(
        supplier=supplier,
        actor=boss,
        email="une.adresse.vraiment.tres.longue@filiale-numerique-sante.exemple.fr",
        role="third_party_proxy",
    )
    asking = a_user("candidat@exemple.fr", first_name="Paul", last_name="Petit")
    ask_to_join(user=asking, siret=SIRET, role="preparer", is_confirmed=True)
    notify(users=[boss], kind=NoticeKind.DEPOSIT, title="Le dépôt DEP-1 est traité", url="/depots/")
    return boss


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_people_look_right(open_page: OpenPage, boss: User, width: int) -> None:
    """Accessible and within the screen, with long names, on a desk as in a hand."""
    member = Membership.objects.get(role="preparer")
    page = open_page("/", width=width, user=boss)
    faults = []
    for path in (
        reverse("members"),
        reverse("member_invite"),
        reverse("member_change", args=[member.pk]),
        reverse("member_deed", args=[member.pk, "retirer"]),
        reverse("notifications"),
        reverse("notification_preferences"),
        reverse("account_details"),
        reverse("organisations"),
    ):
        answer = page.goto(path)
        assert answer, path
        assert answer.status == 200, path
        faults += faults_of(page)
    assert faults == []


@pytest.mark.parametrize("width", WIDTHS)
def test_public_pages_of_people_look_right(
    open_page: OpenPage, transactional_db: None, width: int
) -> None:
    """The sign-up without the register, its errors, an invitation that is closed."""
    page = open_page(reverse("sign_up_siret"), width=width)
    page.get_by_label("Numéro SIRET").fill("123")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("Ce SIRET n’est pas valide")).to_be_visible()
    assert_looks_right(page)
    page.goto(reverse("sign_up", args=[KNOWN_SIRET]))
    page.get_by_role("button", name="Créer mon compte").click()
    expect(page.get_by_text("Identité non vérifiée")).to_be_visible()
    assert_looks_right(page)
