"""Lists of hundreds of rows, the simulator and the models, as people use them."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from tests.builders import a_file, a_filename

from .conftest import OpenPage
from .looks import WIDTHS, assert_looks_right
from .test_deposit_journey import LONG_NAME, RIS, choose, requests, spoiled, user

__all__ = ["requests", "user"]
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def deposited(user: User, requests: list[Any]) -> None:
    """A treated deposit: sixty requests, three of them KO."""
    supplier = user.memberships.get().supplier
    content = BytesIO(a_file(RIS, requests=spoiled(requests)))
    deposit = receive_deposit(supplier=supplier, user=user, content=content, name=a_filename(RIS))
    assert process_deposit(deposit.pk)


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"#demandes tbody tr td:nth-child({number})").all_inner_texts()


@pytest.mark.usefixtures("deposited")
@pytest.mark.parametrize("width", WIDTHS)
def test_requests_are_found_sorted_and_shared(open_page: OpenPage, user: User, width: int) -> None:
    """The address holds the filters, the order and the page; a long name breaks."""
    page = open_page(reverse("request_list"), user=user, width=width)
    expect(page.locator("#titre-demandes")).to_contain_text("57 demandes, page 1 sur 2")
    expect(page.get_by_text("À vous d’agir : des demandes KO")).to_be_visible()
    assert_looks_right(page)
    page.locator("#filtres [name=q]").fill("Groupement d’intérêt")
    page.keyboard.press("Enter")
    expect(page.locator("#titre-demandes")).to_contain_text("1 demande")
    expect(page).to_have_url(re.compile(r"\?q=Groupement"))
    expect(page.locator("#demandes")).to_contain_text(LONG_NAME)
    assert_looks_right(page)
    shared = open_page(page.url, user=user, width=width)
    expect(shared.locator("#titre-demandes")).to_contain_text("1 demande")


@pytest.mark.usefixtures("deposited")
def test_requests_are_sorted_by_a_click(open_page: OpenPage, user: User) -> None:
    """By client, up then down, over all the pages."""
    page = open_page(reverse("request_list"), user=user)
    page.get_by_role("link", name="Client").click()
    expect(page.get_by_role("columnheader", name="Client")).to_have_attribute(
        "aria-sort", "ascending"
    )
    up = column(page, 2)
    page.get_by_role("link", name="Client").click()
    expect(page.get_by_role("columnheader", name="Client")).to_have_attribute(
        "aria-sort", "descending"
    )
    assert column(page, 2)[0] >= up[-1] >= up[0]
    assert_looks_right(page)


@pytest.mark.usefixtures("deposited")
@pytest.mark.parametrize("width", WIDTHS)
def test_the_search_always_answers(open_page: OpenPage, user: User, width: int) -> None:
    """What is KO is found where it is KO; what is nowhere is explained."""
    page = open_page(f"{reverse('search')}?q=123456782", user=user, width=width)
    expect(page.locator("#contenu")).to_contain_text("ELI-001")
    assert_looks_right(page)
    page.goto(f"{reverse('search')}?q=443061841")
    expect(
        page.get_by_role("heading", name="Aucune de vos demandes, voici pourquoi")
    ).to_be_visible()
    assert_looks_right(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_simulator_says_the_verdicts(
    open_page: OpenPage, user: User, requests: list[Any], width: int
) -> None:
    """Everything, then the structure only, then as of a day when deposits are closed."""
    page = open_page(reverse("simulator"), user=user, width=width)
    assert_looks_right(page)
    choose(page, a_file(RIS, requests=spoiled(requests)[:30]), a_filename(RIS))
    page.get_by_role("button", name="Simuler", exact=True).click()
    result = page.locator("#resultat")
    expect(result).to_contain_text("rien n’est enregistré ni réservé")
    expect(result.locator(".portal-legend")).to_contain_text("KO : 2")
    assert_looks_right(page)
    page.get_by_text("La structure du fichier seulement").click()
    page.get_by_role("button", name="Simuler", exact=True).click()
    expect(result).to_contain_text("structure seulement")
    expect(result.locator(".portal-legend")).to_contain_text("KO : 1")
    page.get_by_text("Tout : structure, dates").click()
    page.get_by_label("Simuler un dépôt fait le").fill("2026-11-10T12:01")
    page.get_by_role("button", name="Simuler", exact=True).click()
    expect(result).to_contain_text("CAL-001")
    assert_looks_right(page)


def test_a_prefilled_model_passes_the_simulator(open_page: OpenPage, user: User) -> None:
    """From the documentation to the simulator, with the supplier's own solution and clients."""
    page = open_page(reverse("documentation_detail", args=["ris", "avance"]), user=user)
    with page.expect_download() as download:
        page.get_by_role("link", name="Modèle pré-rempli").click()
    page.goto(reverse("simulator"))
    choose(page, download.value.path().read_bytes(), download.value.suggested_filename)
    page.get_by_role("button", name="Simuler", exact=True).click()
    legend = page.locator("#resultat .portal-legend")
    expect(legend).to_be_visible()
    expect(legend).not_to_contain_text("KO")
