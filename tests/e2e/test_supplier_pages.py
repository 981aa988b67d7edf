"""The supplier's ground, as people see it: dashboard, organisation, demonstration date."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django import Settings

from enrolment.enums import MemberRole
from enrolment.models import Membership, User
from funding.actions import process_deposit, receive_deposit
from funding.models import FundingRequest
from segur_portal.common import clock
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import A_DAY, a_base, a_member, a_supplier, an_enrolment, the_programme

from .conftest import OpenPage
from .looks import WIDTHS, assert_looks_right

RIS = "SONS-IMG-RIS-Va2"
OTHER_SIRET = "73282932000074"
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def user(transactional_db: None, settings: Settings) -> User:
    """The legal representative of a supplier, on a day when the windows are open."""
    settings.DEMONSTRATION = True
    the_programme()
    clock.move_to(A_DAY)
    return a_member(a_supplier(SIRET, "Atelier d’imagerie"))


def busy(user: User) -> None:
    """A deposit with a KO request, one correction asked, a refused file."""
    supplier = user.memberships.get().supplier
    requests = [a_request(RIS, number=number) for number in range(1, 5)]
    an_enrolment(supplier, requests[0], RIS)
    a_base(RIS, requests)
    requests[3]["clients"][0]["siren"] = "123456789"
    files = {a_filename(RIS): a_file(RIS, requests=requests), a_filename(RIS, number=2): b"{"}
    for name, content in files.items():
        deposit = receive_deposit(supplier=supplier, user=user, content=BytesIO(content), name=name)
        process_deposit(deposit.pk)
    first = FundingRequest.objects.earliest("pk")
    FundingRequest.objects.filter(pk=first.pk).update(state="correction_requested")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_dashboard_looks_right(open_page: OpenPage, user: User, width: int) -> None:
    """For a new supplier as for a busy one."""
    page = open_page(reverse("dashboard"), width=width, user=user)
    expect(page.get_by_role("heading", name="Avant votre premier dépôt")).to_be_visible()
    main = page.get_by_role("main")
    expect(main.get_by_role("link", name="Commencer un enrôlement").first).to_be_visible()
    expect(main.get_by_role("link", name="Déposer un fichier")).to_be_hidden()
    expect(main.get_by_role("link", name="Ouvrir le simulateur")).to_be_hidden()
    expect(main.get_by_text("Commencez un enrôlement : tout le reste en dépend.")).to_have_count(3)
    assert_looks_right(page)
    for name in ("simulator", "deposit_new"):
        page.goto(reverse(name))
        expect(page.get_by_role("link", name="Voir mes enrôlements").first).to_be_visible()
        assert_looks_right(page)
    page.goto(reverse("dashboard"))
    busy(user)
    page.reload()
    expect(page.get_by_role("heading", name="1 correction demandée par l’ASP")).to_be_visible()
    assert_looks_right(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_another_organisation_is_chosen(open_page: OpenPage, user: User, width: int) -> None:
    """Who is a member of two organisations sees for which one they act, and changes."""
    other = a_supplier(OTHER_SIRET, "Zéphyr Santé")
    Membership.objects.create(user=user, supplier=other, role=MemberRole.READER)
    page = open_page(reverse("dashboard"), width=width, user=user)
    strip = page.get_by_role("region", name="Organisation")
    expect(strip).to_contain_text("Vous agissez pour Atelier d’imagerie")
    strip.get_by_text("Changer d’organisation").click()
    assert_looks_right(page)
    strip.get_by_label("Agir pour").select_option("Zéphyr Santé (Lecteur)")
    strip.get_by_role("button", name="Changer", exact=True).click()
    expect(strip).to_contain_text("Vous agissez pour Zéphyr Santé")


def test_the_date_of_the_demonstration_is_moved(open_page: OpenPage, user: User) -> None:
    """The banner says the portal's date, and moves it; one stays on the same page."""
    page = open_page(reverse("help"), user=user)
    strip = page.get_by_role("region", name="Démonstration")
    expect(strip).to_contain_text("15/09/2026")
    strip.get_by_text("Déplacer la date").click()
    strip.get_by_label("Date et heure de Paris").fill("2026-11-10T11:59")
    assert_looks_right(page)
    strip.get_by_role("button", name="Aller à cette date").click()
    expect(strip).to_contain_text("10/11/2026 à 11")
    expect(page.get_by_role("heading", name="Aide", exact=True)).to_be_visible()


def test_the_display_settings_open(open_page: OpenPage, user: User) -> None:
    """The dark theme is chosen in the footer, and remains readable."""
    page = open_page(reverse("dashboard"), user=user)
    page.get_by_role("button", name="Paramètres d’affichage").click()
    page.get_by_text("Thème sombre").click()
    page.get_by_role("button", name="Fermer").last.click()
    expect(page.locator("html")).to_have_attribute("data-fr-theme", "dark")
    assert_looks_right(page)
