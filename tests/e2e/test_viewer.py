"""A signed document beside its data, by mouse and by keyboard, on both sides of the portal."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from enrolment.actions import sync_groups
from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.demo.papers import a_pdf, a_scan, a_zip, order_lines
from funding.models import DepositDocument, FundingRequest
from segur_portal.common import clock
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import (
    A_DAY,
    a_base,
    a_member,
    a_supplier,
    an_enrolment,
    an_officer,
    the_programme,
)

from .conftest import OpenPage
from .looks import WIDTHS, assert_looks_right, faults_of

RIS = "SONS-IMG-RIS-Va2"


@pytest.fixture
def user(transactional_db: None, settings: Settings) -> User:
    """A member whose deposit has an order that can be read, and a scan."""
    settings.DEMONSTRATION = True
    the_programme()
    clock.move_to(A_DAY)
    user = a_member(a_supplier(SIRET, "Atelier d’imagerie"))
    supplier = user.memberships.get().supplier
    requests = [a_request(RIS, number=number) for number in (1, 2)]
    an_enrolment(supplier, requests[0], RIS)
    a_base(RIS, requests)
    names = [request["bonDeCommande"]["nomFichier"] for request in requests]
    texts = [order_lines(request) for request in requests]
    whole = [*texts[0][:4], *[""] * 50, *texts[0][4:]]
    files = {names[0]: a_pdf(whole), names[1]: a_scan(texts[1])}
    deposit = receive_deposit(
        supplier=supplier,
        user=user,
        content=BytesIO(a_file(RIS, requests=requests)),
        name=a_filename(RIS),
        archives=[ContentFile(a_zip(files), name="bons.zip")],
    )
    assert process_deposit(deposit.pk)
    return user


def reading_of(position: int) -> str:
    document = DepositDocument.objects.order_by("name")[position - 1]
    assert document.file
    return reverse("deposit_reading", args=[document.deposit.key, document.file.key])


def is_loaded(page: Page) -> None:
    """The picture of the first page came."""
    picture = page.locator(".viewer-sheet img").first
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 1000


def follow_a_value(page: Page) -> None:
    """From the row to its mark on the second page, by the mouse; back by the keyboard."""
    row = page.locator(".viewer-row", has_text="SIREN").first
    row.get_by_role("link").click()
    mark = page.locator(".viewer-mark:target")
    expect(mark).to_be_in_viewport()
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    expect(page.locator(f"{focused}:target")).to_be_in_viewport()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_supplier_follows_a_value(open_page: OpenPage, user: User, width: int) -> None:
    """Row to mark, mark to row; larger pages; the text; a scan."""
    page = open_page(reading_of(1), user=user, width=width)
    is_loaded(page)
    assert_looks_right(page)
    follow_a_value(page)
    sheet = page.locator(".viewer-page").first
    before = sheet.bounding_box()
    page.get_by_label("200 %").check()
    after = sheet.bounding_box()
    assert before
    assert after
    assert after["width"] == pytest.approx(2 * before["width"], rel=0.05)
    assert_looks_right(page)
    page.get_by_role("link", name="Lire le texte du document").click()
    expect(page.locator(".viewer-text mark").first).to_be_visible()
    follow_a_value(page)
    assert_looks_right(page)
    page.goto(reading_of(2))
    is_loaded(page)
    expect(page.get_by_text("Ce document est numérisé")).to_be_visible()
    assert_looks_right(page)


def test_the_supplier_downloads_the_original(open_page: OpenPage, user: User) -> None:
    """The bytes received, from the page of the request."""
    one = FundingRequest.objects.get(position=1)
    page = open_page(reverse("request_detail", args=[one.number]), user=user)
    page.get_by_role("link", name="Voir le document à côté des données").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger l’original").click()
    document = DepositDocument.objects.order_by("name")[0]
    assert document.file
    with document.file.content.open("rb") as received:
        assert download.value.path().read_bytes() == received.read()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_officer_follows_a_value(open_page: OpenPage, user: User, width: int) -> None:
    """On the page of the request, beside everything else."""
    officer = an_officer()
    sync_groups()
    one = FundingRequest.objects.get(position=1)
    address = reverse("admin:funding_fundingrequest_change", args=[one.pk])
    page = open_page(address, user=officer, width=width)
    is_loaded(page)
    follow_a_value(page)
    within = [fault for fault in faults_of(page) if "viewer" in fault or "px too wide" in fault]
    assert not within
