"""The screens that need no account, as people see them."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import the_programme

from .conftest import OpenPage
from .looks import WIDTHS, faults_of

PAGES = (
    reverse("home"),
    reverse("rules"),
    reverse("documentation"),
    reverse("documentation_detail", args=["drimbox", "avance"]),
    reverse("documentation_detail", args=["lgc", "solde"]),
    reverse("help"),
    reverse("guide"),
    reverse("contact"),
    reverse("legal"),
    reverse("accessibility"),
    reverse("account_login"),
    reverse("account_signup"),
    reverse("account_reset_password"),
    reverse("account_reset_password_done"),
)


@pytest.mark.parametrize("width", WIDTHS)
def test_public_pages_look_right(open_page: OpenPage, width: int) -> None:
    """Accessible and within the screen, on a desk as in a hand."""
    the_programme()
    page = open_page("/", width=width)
    faults = []
    for address in PAGES:
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, address
        faults += faults_of(page)
    assert faults == []


def test_rules_are_filtered_while_typing(open_page: OpenPage) -> None:
    """What is typed keeps the rules that hold it, accents or not; the form works without script."""
    page = open_page(reverse("rules"))
    page.get_by_label("Chercher une règle").type("drimbox attente")
    expect(page.locator("#ATT-001")).to_be_visible()
    expect(page.locator("#CAL-001")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=drimbox\+attente$"))
    expect(page.locator("#ATT-001")).to_be_visible()
    expect(page.locator("#CAL-001")).to_have_count(0)


def test_the_menu_of_a_telephone_opens(open_page: OpenPage) -> None:
    """On a narrow screen the navigation is behind its button."""
    page = open_page(reverse("help"), width=390)
    link = page.get_by_role("link", name="Documentation JSON").first
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(link).to_be_visible()
    assert faults_of(page) == []
