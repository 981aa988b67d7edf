"""An agent employed by a third party, who acts for two organisations: invited by the legal
representative, it fills in, signs and sends an enrolment that is definitive at once."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from enrolment.models import Enrolment, Solution, Supplier, User
from tests.builders import SIRET
from tests.enrolment.kit import RIS
from tests.enrolment.registers import KNOWN_SIRET, Registers
from tests.factories import a_member, a_supplier

from .conftest import OpenPage
from .enrolling import (
    ALWAYS,
    CERTIFICATE,
    DEFINITIVE,
    NAMED,
    NO_FINAL,
    accept_all,
    answer,
    choose,
    decide,
    deposit,
    deposit_request,
    gates,
    give_bank_details,
    go_on,
    officer,
    sign,
    start,
    take,
)
from .joining import (
    BOSS,
    act_for,
    confirm_address,
    invite,
    link_of,
    registers,
    sign_in,
    sign_up,
    told,
)
from .looks import look_at_both

__all__ = ["officer", "registers"]
ROLE = "Mandataire employé par un tiers"
OWN = "Cabinet Lefort"
PROXY_PAPERS = ("Pièce d’identité du mandataire", "Contrat de prestation")
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def proxy(officer: User) -> User:
    """Somebody of another organisation, with an account there."""
    person = a_member(a_supplier(SIRET, OWN), "proxy", "lou.petit@lefort.example")
    person.first_name, person.last_name = "Lou", "Petit"
    person.save()
    return person


def test_a_third_partys_agent_signs_for_a_supplier(
    open_page: OpenPage, registers: Registers, proxy: User, officer: User
) -> None:
    """From the first account of the supplier to the deposit that its agent makes for it."""
    page = open_page("/")
    sign_up(page)
    confirm_address(page)
    invite(page, proxy.email, ROLE)
    told(proxy.email, "Invitation à rejoindre", "Anne Roy vous invite", ROLE)
    theirs = accept(open_page, proxy)
    told(BOSS, "Lou Petit a rejoint", ROLE)
    a_referenced_solution(Supplier.objects.get(siret=KNOWN_SIRET))
    fill_in(theirs)

    enrolment = Enrolment.objects.get()
    signed = enrolment.submissions.get()
    assert (signed.signed_by, signed.stage) == (proxy, "final")
    page.goto(reverse("enrolment_detail", args=[enrolment.pk]))
    expect(page.get_by_text("Lou Petit").first).to_be_visible()
    desk = open_page(reverse("admin:index"), user=officer)
    take(desk, enrolment)
    accept_all(desk, enrolment)
    decide(desk, enrolment, "validate_final")
    for email in (BOSS, proxy.email):
        told(email, "Votre enrôlement définitif est validé", "LOGICIELS DE SANTE REUNIS")

    act_for(theirs, OWN)
    assert gates(theirs).count(NO_FINAL) == 6, "the right is not that of their own organisation"
    act_for(theirs, "LOGICIELS DE SANTE REUNIS")
    assert "Enrôlement définitif validé" in gates(theirs)
    look_at_both(theirs, "proxy-07-open")
    deposit_request(theirs, KNOWN_SIRET, "proxy-08-report")


def accept(open_page: OpenPage, proxy: User) -> Page:
    """The link asks to sign in to the account they have; then they act for the supplier."""
    page = open_page(link_of(proxy.email, "invitation"))
    expect(page.get_by_text("Cette adresse a déjà un compte")).to_be_visible()
    look_at_both(page, "proxy-01-must-sign-in")
    page.locator("#contenu").get_by_role("link", name="Se connecter").click()
    sign_in(page, proxy.email)
    look_at_both(page, "proxy-02-invited")
    page.get_by_role("button", name="Accepter l’invitation").click()
    expect(page.get_by_text("Vous êtes membre de LOGICIELS")).to_be_visible()
    expect(page.get_by_role("region", name="Organisation")).to_contain_text(ROLE)
    act_for(page, OWN)
    act_for(page, "LOGICIELS DE SANTE REUNIS")
    look_at_both(page, "proxy-03-acting")
    return page


def a_referenced_solution(editor: Supplier) -> Solution:
    """What the list of ANS holds of this editor before it enrols."""
    return Solution.objects.create(
        scheme_id=RIS,
        editor=editor,
        name=NAMED["nom"],
        version=NAMED["version"],
        file_submitted_on=date(2025, 6, 1),
        referenced_on=date(2025, 7, 1),
        reference_number=NAMED["numeroReferencement"],
    )


def fill_in(page: Page) -> None:
    """The agent's own papers are asked; the solution being referenced, all is sent at once."""
    start(page)
    answer(page, osu="2025-01-10", proxy=("Un salarié d’une autre organisation", "Lou Petit"))
    look_at_both(page, "proxy-04-organisation")
    go_on(page)
    page.get_by_text("Logiciel Essai 2.4.1, de LOGICIELS").click()
    choose(page, "Quel enrôlement demandez-vous ?", DEFINITIVE)
    look_at_both(page, "proxy-05-solutions")
    go_on(page)
    deposit(page, *ALWAYS, CERTIFICATE, *PROXY_PAPERS)
    look_at_both(page, "proxy-05-documents")
    page.get_by_role("button", name="Continuer").click()
    give_bank_details(page)
    look_at_both(page, "proxy-06-recap")
    sign(page)
