"""The steps of an enrolment in a browser: the supplier's, the officer's, those of ANS; and the
deposit that they open. Forms are filled in by their labels, as people do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from enrolment.actions import sync_groups
from enrolment.enums import UserKind
from enrolment.models import Enrolment, Solution, User
from funding.actions import process_deposit
from funding.demo.papers import a_zip, documents_of
from funding.demo.small_pdf import small_pdf
from funding.models import Deposit
from segur_portal.common import clock
from tests.builders import a_file, a_filename, a_request
from tests.enrolment.kit import BIC, IBAN, RIS
from tests.factories import A_DAY, a_base, a_user, an_officer, the_programme

from .looks import keep, look_at_both

NAMED = a_request(RIS)["solutionLogicielle"]
PDF: Any = {"name": "piece.pdf", "mimeType": "application/pdf", "buffer": small_pdf("Pièce", IBAN)}
IDENTITY, BANK, STATEMENT, CERTIFICATE, MANDATE = (
    "Pièce d’identité du représentant légal",
    "Relevé d’identité",
    "Attestation",
    "Certificat de référencement",
    "Mandat de distribution",
)
ALWAYS = (IDENTITY, BANK, STATEMENT)
DEFINITIVE = "Définitif : chaque solution a son certificat de référencement (ouvre les dépôts)"
EDITORS_OSU = (
    "Non : distributeur, nous nous appuyons sur celle de l’éditeur, et son mandat le prévoit"
)
NO_FINAL = "Il faut d’abord un enrôlement définitif"
DATES = {
    "Établi le": "2026-09-01",
    "Valable à partir du": "2026-09-01",
    "Valable jusqu’au": "2031-01-01",
}


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


def start(page: Page) -> None:
    """The scheme of the officer, among those of the list."""
    page.goto(reverse("enrolment_list"))
    page.get_by_role("button", name="Commencer – Système d’information de radiologie").click()
    expect(page.get_by_role("heading", name="Organisation et options")).to_be_visible()


def answer(page: Page, *, osu: str, proxy: tuple[str, str] | None = None) -> None:
    """The first step; `osu`: the day when it was granted, or whose it is; `proxy`: the kind of
    agent, and its name."""
    page.get_by_label("Représentant légal (nom et prénom)").fill("Anne Roy")
    choose(page, "Hébergez-vous des données de santé ?", "Non")
    if proxy:
        choose(page, "Le représentant légal désigne-t-il un mandataire ?", proxy[0])
        page.get_by_label("Mandataire (nom et prénom)").fill(proxy[1])
    question = "Avez-vous l’habilitation OSU (Opérateur de service utilisateur) ?"
    choose(page, question, osu if osu == EDITORS_OSU else "Oui, nous l’avons")
    if osu != EDITORS_OSU:
        page.get_by_label("Habilitation OSU : obtenue le").fill(osu)
    page.get_by_label("Représentant légal (nom et prénom)").focus()
    expect(page.get_by_text("Enregistré le").first).to_be_visible()


def choose(page: Page, question: str, option: str) -> None:
    """One of the answers to a question."""
    page.get_by_role("group", name=question).get_by_text(option, exact=True).click()


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.wait_for_load_state("load")


def deposit(page: Page, *titles: str) -> None:
    """Documents with dates that hold, whatever their kind; each card alone is replaced."""
    for title in titles:
        card = page.get_by_role("region", name=title)
        card.get_by_label("Fichier").set_input_files(files=[PDF])
        for label, value in DATES.items():
            field = card.get_by_label(label)
            if field.count():
                field.fill(value)
        card.get_by_role("button").last.click()
        done = page.get_by_role("region", name=title).get_by_text("Document déposé.")
        expect(done).to_be_visible()


def give_bank_details(page: Page) -> None:
    page.get_by_label("Titulaire du compte").fill("Logiciels de santé réunis")
    page.get_by_label("IBAN").fill(IBAN)
    page.get_by_label("BIC").fill(BIC)
    go_on(page)


def sign(page: Page) -> str:
    """The recap, the box and the button; the reference of what was sent."""
    page.get_by_role("link", name=re.compile("Récapitulatif", re.IGNORECASE)).first.click()
    page.get_by_text("Je certifie l’exactitude").click()
    page.get_by_role("button", name="Signer et transmettre").click()
    sent = page.get_by_text("Votre enrôlement est transmis à l’ASP")
    expect(sent).to_be_visible()
    return sent.inner_text()


def open_documents(page: Page, enrolment: Enrolment) -> None:
    """By the button that the page of the enrolment shows to whom it is the turn."""
    page.goto(reverse("enrolment_detail", args=[enrolment.pk]))
    page.locator(".portal-title").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Pièces justificatives")).to_be_visible()


def gates(page: Page) -> str:
    """What the dashboard says is open, is closed, why and whose turn it is."""
    page.goto(reverse("dashboard"))
    return page.inner_text("main")


def news(page: Page, said: str) -> None:
    """The piece of news is among the notifications."""
    page.goto(reverse("notifications"))
    expect(page.get_by_text(said).first).to_be_visible()


def take(desk: Page, enrolment: Enrolment) -> None:
    """From the queue, the officer takes the enrolment and opens its documents."""
    desk.goto(reverse("admin:enrolment_enrolment_changelist") + "?file=a-traiter")
    desk.get_by_role("link", name=enrolment.supplier.name).first.click()
    decide(desk, enrolment, "take")
    review(desk, enrolment)


def review(desk: Page, enrolment: Enrolment) -> None:
    desk.goto(reverse("admin:enrolment_enrolment_review", args=[enrolment.pk]))


def send_back(desk: Page, title: str, message: str) -> None:
    """One document, from the page of review, with a reason and a text."""
    desk.get_by_role("link", name=title).click()
    desk.get_by_label("Motif").select_option(label="Document illisible ou incomplet")
    desk.get_by_label("Message au fournisseur").fill(message)
    desk.get_by_role("button", name="À corriger").click()
    expect(desk.get_by_text("à corriger").first).to_be_visible()


def accept_all(desk: Page, enrolment: Enrolment) -> None:
    """Every document still to look at, then the bank details."""
    review(desk, enrolment)
    accept = desk.get_by_role("button", name="Accepter cette pièce")
    for _ in range(enrolment.documents.current().filter(state="pending").count()):
        accept.click()
        desk.wait_for_load_state()
    expect(desk.get_by_label("Pièces").get_by_text("À vérifier")).to_have_count(
        enrolment.supplier.bank_details.filter(state="proposed").count()
    )
    for details in enrolment.supplier.bank_details.filter(state="proposed"):
        confirm(desk, reverse("admin:enrolment_bankdetails_deed", args=[details.pk, "accept"]))


def decide(desk: Page, enrolment: Enrolment, name: str, **fields: str) -> None:
    """One of the officer's decisions on the whole, confirmed."""
    confirm(desk, reverse("admin:enrolment_enrolment_deed", args=[enrolment.pk, name]), **fields)


def confirm(desk: Page, address: str, **fields: str) -> None:
    """The page that asks to confirm a decision, its fields filled in."""
    desk.goto(address)
    for name, value in fields.items():
        field = desk.locator(f"[name={name}]")
        if field.evaluate("node => node.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    desk.locator("form[method=post] button[type=submit]").last.click()
    desk.wait_for_url("**/change/")


def record(page: Page, solution: Solution, *, picture: str = "", **typed: str) -> None:
    """What an agent of ANS types on the page of a solution: « Référencée le » and its like, or the
    declaration of the first distributor."""
    page.goto(reverse("admin:enrolment_solution_change", args=[solution.pk]))
    for name, value in typed.items():
        page.locator(f"[name={name}]").fill(value)
    if picture:
        keep(page, picture)
    page.locator("[name=_save]").first.click()
    page.wait_for_url(f"**{reverse('admin:enrolment_solution_changelist')}")


def reference(page: Page, solution: Solution) -> None:
    """ANS records the referencing of a solution."""
    record(
        page,
        solution,
        picture="ans-referencing",
        file_submitted_on="01/06/2025",
        referenced_on="01/07/2025",
        reference_number=NAMED["numeroReferencement"],
    )


def simulate(page: Page, siret: str, *, said: str) -> str:
    """A file passed through the simulator; what its page then says."""
    page.goto(reverse("simulator"))
    page.locator("#id_fichier").set_input_files(files=[_request_file(siret)])
    page.get_by_role("button", name="Simuler", exact=True).click()
    expect(page.get_by_text(said).first).to_be_visible()
    return page.inner_text("main")


def deposit_request(page: Page, siret: str, name: str) -> None:
    """From the dashboard, a file with its order; treated, its verdict is read: integrated."""
    request = a_request(RIS)
    a_base(RIS, [request])
    page.goto(reverse("dashboard"))
    page.get_by_role("link", name="Déposer un fichier").click()
    papers = a_zip(documents_of(request, "AVANCE"))
    archive: Any = {"name": "bons.zip", "mimeType": "application/zip", "buffer": papers}
    page.locator("#id_fichier").set_input_files(files=[_request_file(siret)])
    page.locator("input[type=file]").nth(1).set_input_files(files=[archive])
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("^Dépôt DEP-"))).to_be_visible()
    process_deposit(Deposit.objects.get().pk)
    page.reload()
    expect(page.get_by_role("heading", name="Compte rendu")).to_be_visible()
    line = Deposit.objects.get().lines.get()
    assert line.outcome == "integrated", line.findings
    expect(page.get_by_role("heading", name="Aucune demande à corriger")).to_be_visible()
    look_at_both(page, name)


def _request_file(siret: str) -> Any:
    content = a_file(RIS, requests=[a_request(RIS)], siret=siret)
    return {
        "name": a_filename(RIS, siret=siret),
        "mimeType": "application/json",
        "buffer": content,
    }
