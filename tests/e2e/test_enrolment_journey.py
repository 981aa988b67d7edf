"""From the first visit to the right to deposit: an editor, its colleague, an officer and an agent
of ANS, each in a browser. The other ways in: test_distributor_journey, test_proxy_journey."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from enrolment.actions import submit_enrolment
from enrolment.admin.referencing import SAMPLE
from enrolment.models import Enrolment, Solution, Specimen, User
from enrolment.rules.referencing import COLUMNS
from funding.actions.specimens import read_specimen
from tests.builders import SIRET, a_request
from tests.enrolment.kit import RIS, a_draft, complete
from tests.enrolment.registers import KNOWN_SIRET, Registers
from tests.factories import a_member, a_supplier, an_enrolment

from .conftest import OpenPage
from .enrolling import (
    ALWAYS,
    CERTIFICATE,
    IDENTITY,
    NAMED,
    NO_FINAL,
    PDF,
    accept_all,
    agent,
    answer,
    decide,
    deposit,
    deposit_request,
    gates,
    give_bank_details,
    go_on,
    news,
    officer,
    open_documents,
    reference,
    send_back,
    sign,
    simulate,
    start,
    take,
)
from .joining import (
    BOSS,
    COLLEAGUE,
    confirm_address,
    invite,
    join,
    link_of,
    registers,
    sign_in,
    sign_up,
    told,
)
from .looks import WIDTHS, assert_looks_right, faults_of, keep, look_at_both

__all__ = ["agent", "officer", "registers"]
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def user(officer: User) -> User:
    """The legal representative of a supplier that just got its account."""
    return a_member(a_supplier(SIRET, "Atelier d’imagerie"))


def look(page: Page, name: str) -> None:
    """The screen is right at its width; kept as a picture when a folder is given for them."""
    assert_looks_right(page)
    keep(page, name)


def test_an_editor_enrols_early_then_for_good(
    open_page: OpenPage, registers: Registers, officer: User, agent: User
) -> None:
    """From the first account: a colleague prepares, the legal representative signs; corrected,
    validated early, referenced by ANS, finalised, validated: then a deposit is taken."""
    page = open_page("/")
    sign_up(page)
    told(BOSS, "Confirmez votre adresse", "ouvrez ce lien")
    confirm_address(page)
    look_at_both(page, "editor-01-new")
    colleague = invited(open_page, page)
    prepare(colleague)

    desk = open_page(reverse("admin:index"), user=officer)
    enrolment = Enrolment.objects.get()
    sign_what_was_prepared(page, enrolment)
    correct(page, desk, enrolment)
    closed = "Le simulateur s’ouvre avec un enrôlement anticipé validé"
    assert "Résultat" not in simulate(page, KNOWN_SIRET, said=closed)

    accept_all(desk, enrolment)
    decide(desk, enrolment, "validate_early")
    told(BOSS, "Votre enrôlement anticipé est validé", "Le simulateur", "Voir la page")
    told(COLLEAGUE, "Votre enrôlement anticipé est validé")
    shown = gates(page)
    assert "Enrôlement anticipé validé" in shown
    assert "L’ANS instruit le référencement" in shown
    assert shown.count(NO_FINAL) == 6, "advances and balances of the three schemes"
    look_at_both(page, "editor-08-early")
    answered = simulate(page, KNOWN_SIRET, said="Résultat de la simulation")
    assert "ENR-002" in answered, "not referenced yet"
    assert "ENR-001" not in answered, "the early stage is enough"
    look_at_both(page, "editor-08-simulated")

    reference(open_page(reverse("admin:index"), user=agent), Solution.objects.get())
    news(page, "est référencée")
    told(BOSS, "est référencée", "Déposez son certificat")
    assert "À vous d’agir" in gates(page)
    finalise(page, desk, enrolment)
    shown = gates(page)
    assert "Enrôlement définitif validé" in shown
    assert shown.count(NO_FINAL) == 4, "those of the scheme opened"
    look_at_both(page, "editor-11-final")
    deposit_request(page, KNOWN_SIRET, "editor-12-report")


def invited(open_page: OpenPage, page: Page) -> Page:
    """A colleague accepts, leaves, and signs in again as anybody does."""
    invite(page)
    told(COLLEAGUE, "Invitation à rejoindre", "Anne Roy vous invite", "Préparateur")
    colleague = open_page(link_of(COLLEAGUE, "invitation"))
    join(colleague, "Karim", "Benali")
    told(BOSS, "Karim Benali a rejoint", "Préparateur")
    colleague.get_by_role("banner").get_by_role("button", name="Se déconnecter").click()
    colleague.get_by_role("banner").get_by_role("link", name="Se connecter").click()
    sign_in(colleague, COLLEAGUE)
    expect(colleague.get_by_role("heading", name="Tableau de bord")).to_be_visible()
    assert "Commencez un enrôlement" in gates(colleague)
    return colleague


def prepare(page: Page) -> None:
    """All the steps but the signature, which is not a preparer's."""
    start(page)
    answer(page, osu="2025-01-10")
    look_at_both(page, "editor-02-organisation")
    go_on(page)
    page.get_by_label("Nom", exact=True).fill(NAMED["nom"])
    page.get_by_label("Version").fill(NAMED["version"])
    page.get_by_role("button", name="Ajouter cette solution").click()
    look_at_both(page, "editor-03-solutions")
    go_on(page)
    deposit(page, *ALWAYS)
    look_at_both(page, "editor-04-documents")
    page.get_by_role("button", name="Continuer").click()
    give_bank_details(page)
    expect(page.get_by_text("Le représentant légal ou le mandataire doit")).to_be_visible()
    expect(page.get_by_role("button", name="Signer et transmettre")).to_be_hidden()
    look_at_both(page, "editor-05-recap-of-preparer")


def sign_what_was_prepared(page: Page, enrolment: Enrolment) -> None:
    """Found from the dashboard, read, signed and sent; then it is ASP's turn."""
    assert "À vous d’agir" in gates(page)
    page.get_by_role("link", name="Voir l’enrôlement – Système d’information").click()
    sent = sign(page)
    assert enrolment.submissions.get().reference in sent
    look_at_both(page, "editor-06-sent")
    assert "L’ASP instruit" in gates(page)


def correct(page: Page, desk: Page, enrolment: Enrolment) -> None:
    """One document sent back: what is to do, where, and why; answered, then taken again."""
    take(desk, enrolment)
    keep(desk, "editor-07-review")
    send_back(desk, IDENTITY, "La photographie est coupée.")
    decide(desk, enrolment, "request_correction", reason_code="unreadable", note="Un point.")
    told(BOSS, "Une correction est demandée", "La photographie est coupée.", "Un point.")
    assert "Correction demandée" in gates(page)
    open_documents(page, enrolment)
    expect(page.get_by_text("La photographie est coupée.")).to_be_visible()
    look_at_both(page, "editor-07-correction")
    deposit(page, IDENTITY)
    sign(page)
    take(desk, enrolment)


def finalise(page: Page, desk: Page, enrolment: Enrolment) -> None:
    """The certificate deposited, signed again; examined, validated for good."""
    open_documents(page, enrolment)
    expect(page.get_by_text("Pour transmettre l’enrôlement définitif, il reste 1")).to_be_visible()
    deposit(page, CERTIFICATE)
    look_at_both(page, "editor-09-certificate")
    sign(page)
    look_at_both(page, "editor-10-finalised")
    take(desk, enrolment)
    accept_all(desk, enrolment)
    decide(desk, enrolment, "validate_final")
    told(BOSS, "Votre enrôlement définitif est validé", "Vous pouvez déposer")


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
