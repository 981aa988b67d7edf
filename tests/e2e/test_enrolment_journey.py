"""From the first visit to the right to deposit: a supplier and an officer, each in a browser."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from enrolment.actions import sync_groups
from enrolment.models import Distribution, Enrolment, Membership, Solution, User
from funding.demo.small_pdf import small_pdf
from segur_portal.common import clock
from tests.builders import SIRET
from tests.enrolment.kit import BIC, IBAN, RIS
from tests.factories import A_DAY, a_member, a_supplier, an_officer, the_programme

from .conftest import OpenPage
from .looks import WIDTHS, assert_looks_right

EDITOR_SIRET = "73282932000074"
PDF: Any = {"name": "piece.pdf", "mimeType": "application/pdf", "buffer": small_pdf("Pièce", IBAN)}
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def officer(transactional_db: None, settings: Settings) -> User:
    """An officer of the scheme, on a day when its enrolments are open."""
    settings.DEMONSTRATION = True
    the_programme()
    clock.move_to(A_DAY)
    person = an_officer(RIS)
    sync_groups()
    return person


@pytest.fixture
def user(officer: User) -> User:
    """The legal representative of a supplier that just got its account."""
    return a_member(a_supplier(SIRET, "Atelier d’imagerie"))


def look(page: Page, name: str) -> None:
    """The screen is right; kept as a picture when a folder is given for them."""
    assert_looks_right(page)
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def start(page: Page) -> None:
    """The scheme of the officer, among those of the list."""
    page.locator(f"form[action*='{RIS}'] button").click()


def begin_answers(page: Page, proxy: str = "") -> None:
    """The first step."""
    page.get_by_label("Représentant légal (nom et prénom)").fill("Camille Martin")
    page.locator("label[for=id_hosts_data_1]").click()
    if proxy:
        page.get_by_text(proxy, exact=True).click()
        page.get_by_label("Mandataire (nom et prénom)").fill("Lou Petit")
    expect(page.get_by_text("Enregistré le").first).to_be_visible()
    look(page, "organisation")
    page.get_by_role("button", name="Enregistrer et continuer").click()


def declare(page: Page) -> None:
    """A solution of one's own."""
    page.get_by_label("Nom", exact=True).fill("Atelier RIS")
    page.get_by_label("Version").fill("3.1")
    page.get_by_role("button", name="Ajouter cette solution").click()


def deposit(page: Page, title: str) -> None:
    """A document with dates that hold, whatever its kind; its card alone is replaced."""
    card = page.get_by_role("region", name=title)
    card.get_by_label("Fichier").set_input_files(files=[PDF])
    for label, value in (
        ("Établi le", "2026-09-01"),
        ("Valable à partir du", "2026-09-01"),
        ("Valable jusqu’au", "2031-01-01"),
    ):
        field = card.get_by_label(label)
        if field.count():
            field.fill(value)
    card.get_by_role("button").last.click()
    expect(page.get_by_role("region", name=title).get_by_text("Document déposé.")).to_be_visible()


def sign(page: Page, *, with_bank: bool = True) -> None:
    """Bank details, then the recap, the box and the button."""
    page.get_by_role("button", name="Continuer").click()
    if with_bank:
        page.get_by_label("Titulaire du compte").fill("Atelier d’imagerie")
        page.get_by_label("IBAN").fill(IBAN)
        page.get_by_label("BIC").fill(BIC)
        page.get_by_role("button", name="Enregistrer et continuer").click()
    else:
        page.get_by_role("link", name="5. Récapitulatif et signature").click()
    page.get_by_text("Je certifie l’exactitude").click()
    page.get_by_role("button", name="Signer et transmettre").click()
    expect(page.get_by_text("Votre enrôlement est transmis à l’ASP")).to_be_visible()


def deed(page: Page, enrolment: Enrolment, name: str, **fields: str) -> None:
    """One of the officer's buttons, confirmed."""
    page.goto(reverse("admin:enrolment_enrolment_deed", args=[enrolment.pk, name]))
    for label, value in fields.items():
        field = page.locator(f"[name={label}]")
        if field.evaluate("node => node.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.locator("form[method=post] button[type=submit]").last.click()
    page.wait_for_url("**/change/")


def accept_all(page: Page, enrolment: Enrolment) -> None:
    """Every document still to look at, then the bank details."""
    page.goto(reverse("admin:enrolment_enrolment_review", args=[enrolment.pk]))
    while page.get_by_text("À vérifier", exact=True).count():
        page.get_by_role("button", name="Accepter cette pièce").click()
        page.wait_for_load_state()
        if not page.get_by_role("button", name="Accepter cette pièce").count():
            break
    details = enrolment.supplier.bank_details.get()
    if details.state == "proposed":
        page.goto(reverse("admin:enrolment_bankdetails_deed", args=[details.pk, "accept"]))
        page.locator("form[method=post] button[type=submit]").last.click()
        page.wait_for_url("**/change/")


def gates(page: Page) -> str:
    """What the dashboard says is open."""
    page.goto(reverse("dashboard"))
    return page.inner_text("main")


def test_an_editor_enrols_early_then_for_good(
    open_page: OpenPage, user: User, officer: User
) -> None:
    """Sent, corrected, validated early, referenced, finalised, validated: then deposits open."""
    page = open_page(reverse("enrolment_list"), user=user)
    look(page, "list")
    start(page)
    begin_answers(page)
    declare(page)
    look(page, "solutions")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    look(page, "documents")
    for title in ("Pièce d’identité du représentant légal", "Relevé d’identité", "Attestation"):
        deposit(page, title)
    look(page, "documents-done")
    sign(page)
    look(page, "detail")
    enrolment = Enrolment.objects.get()

    desk = open_page(reverse("admin:index"), user=officer)
    deed(desk, enrolment, "take")
    desk.goto(reverse("admin:enrolment_enrolment_review", args=[enrolment.pk]))
    if folder := os.environ.get("SCREENSHOTS"):
        desk.screenshot(path=Path(folder) / "review.png", full_page=True)
    desk.locator("[name=reason]").select_option(label="Document illisible ou incomplet")
    desk.locator("[name=message]").fill("La photographie est coupée.")
    desk.get_by_role("button", name="À corriger").click()
    deed(desk, enrolment, "request_correction", reason_code="unreadable", note="Un point.")

    page.goto(reverse("enrolment_step", args=[enrolment.pk, "documents"]))
    expect(page.get_by_text("La photographie est coupée.")).to_be_visible()
    look(page, "correction")
    deposit(page, "Pièce d’identité du représentant légal")
    sign(page, with_bank=False)

    deed(desk, enrolment, "take")
    accept_all(desk, enrolment)
    deed(desk, enrolment, "validate_early")
    assert "Enrôlement anticipé validé" in gates(page)
    assert page.goto(reverse("simulator")).status == 200  # type: ignore[union-attr]

    Solution.objects.update(
        file_submitted_on=date(2026, 6, 1), referenced_on=date(2026, 7, 1), reference_number="R1"
    )
    page.goto(reverse("enrolment_step", args=[enrolment.pk, "documents"]))
    deposit(page, "Certificat de référencement")
    sign(page, with_bank=False)
    deed(desk, enrolment, "take")
    accept_all(desk, enrolment)
    deed(desk, enrolment, "validate_final")
    shown = gates(page)
    assert "Enrôlement définitif validé" in shown
    look(page, "dashboard")


def test_a_distributor_with_an_agent_of_a_third_party(
    open_page: OpenPage, user: User, officer: User
) -> None:
    """Mandate and service contract are asked; accepted, the mandate becomes a right."""
    editor = a_supplier(EDITOR_SIRET, "Éditeur tiers")
    Solution.objects.create(scheme_id=RIS, editor=editor, name="Tiers RIS", version="2")
    page = open_page(reverse("enrolment_list"), user=user)
    start(page)
    begin_answers(page, "Un salarié d’une autre organisation")
    page.get_by_label("Solution", exact=True).select_option(index=1)
    page.get_by_role("button", name="Ajouter cette distribution").click()
    page.get_by_role("button", name="Enregistrer et continuer").click()
    for title in (
        "Pièce d’identité du représentant légal",
        "Relevé d’identité",
        "Attestation",
        "Mandat de distribution",
        "Pièce d’identité du mandataire",
        "Contrat de prestation",
    ):
        deposit(page, title)
    sign(page)
    enrolment = Enrolment.objects.get()
    desk = open_page(reverse("admin:index"), user=officer)
    deed(desk, enrolment, "take")
    accept_all(desk, enrolment)
    deed(desk, enrolment, "validate_early")
    found = Distribution.objects.get()
    assert found.mandate_accepted_on == date(2026, 9, 15)
    assert found.distributor == Membership.objects.get(user=user).supplier


@pytest.mark.parametrize("width", WIDTHS)
def test_the_steps_look_right(open_page: OpenPage, user: User, width: int) -> None:
    """Every step of a draft, at both widths."""
    page = open_page(reverse("enrolment_list"), width=width, user=user)
    assert_looks_right(page)
    start(page)
    enrolment = Enrolment.objects.get()
    for step in ("organisation", "solutions", "documents", "banque", "recapitulatif"):
        page.goto(reverse("enrolment_step", args=[enrolment.pk, step]))
        look(page, f"{step}-{width}")
    page.goto(reverse("enrolment_detail", args=[enrolment.pk]))
    look(page, f"detail-{width}")
    page.goto(reverse("bank_details"))
    look(page, f"bank-{width}")
