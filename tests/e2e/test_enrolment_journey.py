"""From the first visit to the right to deposit: a supplier and an officer, each in a browser."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from enrolment.actions import submit_enrolment, sync_groups
from enrolment.admin.referencing import SAMPLE
from enrolment.enums import UserKind
from enrolment.models import Distribution, Enrolment, Membership, Solution, Specimen, User
from enrolment.rules.referencing import COLUMNS
from funding.actions import process_deposit
from funding.actions.specimens import read_specimen
from funding.demo.papers import a_zip, documents_of
from funding.demo.small_pdf import small_pdf
from funding.models import Deposit
from segur_portal.common import clock
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.enrolment.kit import BIC, IBAN, RIS, a_draft, complete
from tests.enrolment.registers import KNOWN_SIRET, Registers
from tests.factories import (
    A_DAY,
    a_base,
    a_member,
    a_supplier,
    a_user,
    an_enrolment,
    an_officer,
    the_programme,
)

from .conftest import OpenPage
from .joining import confirm_address, invite, registers, sign_up
from .looks import WIDTHS, assert_looks_right, faults_of

__all__ = ["registers"]
EDITOR_SIRET = "73282932000074"
NAMED = a_request(RIS)["solutionLogicielle"]
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
def agent(officer: User) -> User:
    """An agent of ANS."""
    person = a_user("agent@ans.fr", UserKind.ANS, is_staff=True)
    sync_groups()
    return person


@pytest.fixture
def user(officer: User) -> User:
    """The legal representative of a supplier that just got its account."""
    return a_member(a_supplier(SIRET, "Atelier d’imagerie"))


def look(page: Page, name: str) -> None:
    """The screen is right; kept as a picture when a folder is given for them."""
    assert_looks_right(page)
    keep(page, name)


def keep(page: Page, name: str) -> None:
    """A picture, when a folder is given for them."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def start(page: Page) -> None:
    """The scheme of the officer, among those of the list."""
    page.locator(f"form[action*='{RIS}'] button").click()


def begin_answers(page: Page, proxy: str = "", *, osu: str = "") -> None:
    """The first step."""
    if osu:
        page.get_by_label("Habilitation OSU : obtenue le").fill(osu)
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
    page.get_by_label("Nom", exact=True).fill(NAMED["nom"])
    page.get_by_label("Version").fill(NAMED["version"])
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


def record_referencing(page: Page, solution: Solution) -> None:
    """What an agent of ANS types on the page of a solution; the distributors it declares."""
    page.goto(reverse("admin:enrolment_solution_change", args=[solution.pk]))
    page.locator("[name=file_submitted_on]").fill("01/06/2025")
    page.locator("[name=referenced_on]").fill("01/07/2025")
    page.locator("[name=reference_number]").fill(NAMED["numeroReferencement"])
    if solution.distributions.exists():
        page.locator("[name=distributions-0-declared_on]").fill("10/07/2025")
    keep(page, "ans")
    page.locator("[name=_save]").first.click()
    page.wait_for_url(f"**{reverse('admin:enrolment_solution_changelist')}")


def deposit_request(page: Page, siret: str) -> None:
    """A file with its order, by the form; treated, its request is integrated."""
    request = a_request(RIS)
    a_base(RIS, [request])
    page.goto(reverse("deposit_new"))
    content = a_file(RIS, requests=[request], siret=siret)
    papers = a_zip(documents_of(request, "AVANCE"))
    file: Any = {
        "name": a_filename(RIS, siret=siret),
        "mimeType": "application/json",
        "buffer": content,
    }
    archive: Any = {"name": "bons.zip", "mimeType": "application/zip", "buffer": papers}
    page.locator("#id_fichier").set_input_files(files=[file])
    page.locator("input[type=file]").nth(1).set_input_files(files=[archive])
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("^Dépôt DEP-"))).to_be_visible()
    received = Deposit.objects.get()
    process_deposit(received.pk)
    page.reload()
    expect(page.get_by_role("heading", name="Compte rendu")).to_be_visible()
    assert received.lines.get().outcome == "integrated", received.lines.get().findings


def test_an_editor_enrols_early_then_for_good(
    open_page: OpenPage, registers: Registers, officer: User, agent: User
) -> None:
    """From the first account: a colleague invited; sent, corrected, validated early, referenced
    by ANS, finalised, validated: then a deposit is taken."""
    page = open_page("/")
    sign_up(page)
    confirm_address(page)
    invite(page)
    page.goto(reverse("enrolment_list"))
    look(page, "list")
    start(page)
    begin_answers(page, osu="2025-01-10")
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
    keep(desk, "review")
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

    refused = "Il faut d’abord un enrôlement définitif"
    assert gates(page).count(refused) == 6, "advances and balances of the three schemes"

    record_referencing(open_page(reverse("admin:index"), user=agent), Solution.objects.get())
    page.goto(reverse("notifications"))
    expect(page.get_by_text("est référencée").first).to_be_visible()
    finalise(page, desk, enrolment)
    shown = gates(page)
    assert "Enrôlement définitif validé" in shown
    assert shown.count(refused) == 4, "those of the scheme opened"
    look(page, "dashboard")
    deposit_request(page, KNOWN_SIRET)


def finalise(page: Page, desk: Page, enrolment: Enrolment) -> None:
    """The certificate deposited, signed again; examined, validated for good."""
    page.goto(reverse("enrolment_step", args=[enrolment.pk, "documents"]))
    deposit(page, "Certificat de référencement")
    sign(page, with_bank=False)
    deed(desk, enrolment, "take")
    accept_all(desk, enrolment)
    deed(desk, enrolment, "validate_final")


def test_a_distributor_with_an_agent_of_a_third_party(
    open_page: OpenPage, user: User, officer: User, agent: User
) -> None:
    """Mandate and service contract are asked; accepted, the mandate becomes a right; declared
    and referenced by ANS, the distributor finalises and its deposit is taken."""
    editor = a_supplier(EDITOR_SIRET, "Éditeur tiers")
    solution = Solution.objects.create(
        scheme_id=RIS, editor=editor, name=NAMED["nom"], version=NAMED["version"]
    )
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
    record_referencing(open_page(reverse("admin:index"), user=agent), solution)
    finalise(page, desk, enrolment)
    deposit_request(page, SIRET)


def test_a_layout_is_reviewed_and_gets_its_passport(
    open_page: OpenPage, user: User, officer: User
) -> None:
    """Submitted, read by the portal, its checklist ticked by an officer, compliant; the passport
    that orders cite is shown."""
    an_enrolment(user.memberships.get().supplier, a_request(RIS), RIS, state="early")
    page = open_page(reverse("specimen_new"), user=user)
    page.get_by_label("Dispositif").select_option(RIS)
    page.get_by_label("Document", exact=True).select_option("purchase_order")
    page.get_by_label("Nom du modèle").fill("Bon de commande 2026")
    page.get_by_label("Modèle au format PDF").set_input_files(files=[PDF])
    look(page, "specimen-new")
    page.get_by_role("button", name=re.compile("^Transmettre")).click()
    specimen = Specimen.objects.get()
    expect(page.get_by_text(f"Modèle {specimen.passport} transmis")).to_be_visible()
    assert read_specimen(specimen.pk)

    desk = open_page(reverse("admin:enrolment_specimen_changelist"), user=officer)
    desk.goto(reverse("admin:enrolment_specimen_deed", args=[specimen.pk, "review"]))
    expect(desk.locator("iframe")).to_be_visible()
    for box in desk.locator("form[method=post] input[type=checkbox]").all():
        box.check()
    keep(desk, "specimen-review")
    desk.locator("[name=decision]").select_option("compliant")
    desk.get_by_role("button", name="Enregistrer la réponse").click()
    desk.wait_for_url("**/change/")

    page.reload()
    expect(page.get_by_text("Conforme", exact=True).first).to_be_visible()
    expect(page.get_by_text(specimen.passport).first).to_be_visible()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for name, path in (
            ("compliant", reverse("specimen_detail", args=[specimen.pk])),
            ("list", reverse("specimen_list")),
            ("version", reverse("specimen_version", args=[specimen.pk])),
            ("verification", reverse("verification")),
            ("organisation", reverse("organisations")),
        ):
            page.goto(path)
            look(page, f"specimen-{name}-{width}")


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


@pytest.mark.parametrize("width", WIDTHS)
def test_agents_pages_look_right(
    open_page: OpenPage, user: User, officer: User, agent: User, width: int
) -> None:
    """The queue, a document beside its checklist, ANS's list in quarantine, its form refused."""
    membership = user.memberships.get()
    enrolment = complete(a_draft(membership), membership)
    submit_enrolment(enrolment, membership=membership)
    page = open_page(reverse("admin:enrolment_enrolment_changelist"), width=width, user=officer)
    faults = faults_of(page)
    keep(page, f"queue-{width}")
    for name in ("review", "change"):
        page.goto(reverse(f"admin:enrolment_enrolment_{name}", args=[enrolment.pk]))
        faults += faults_of(page)
        keep(page, f"enrolment-{name}-{width}")
    desk = open_page(reverse("admin:enrolment_referencingimport_add"), width=width, user=agent)
    faults += faults_of(desk)
    keep(desk, f"list-add-{width}")
    lines = [
        ";".join(COLUMNS),
        *SAMPLE,
        f"{RIS};{SIRET};RIS d’essai;1.0;N1;2026-01-05;2026-02-05;;",
    ]
    content = "\r\n".join(lines).encode()
    file: Any = {"name": "liste.csv", "mimeType": "text/csv", "buffer": content}
    desk.locator("[name=content]").set_input_files(files=[file])
    desk.locator("[name=_save]").first.click()
    expect(desk.get_by_text("Confirmer la liste").first).to_be_visible()
    faults += faults_of(desk)
    keep(desk, f"list-quarantine-{width}")
    assert faults == []
