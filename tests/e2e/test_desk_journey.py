"""The officer's desk: a correction asked, answered, then a refusal; an advance accepted and paid;
a DRIMbox request held, then resumed by another supplier's deposit without a leak."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from playwright.sync_api import expect

from funding.demo.papers import a_pdf, order_lines
from funding.models import Payment, PaymentRun
from segur_portal.common import clock
from segur_portal.common.identifiers import make_siret
from tests.builders import SIRET
from tests.factories import (
    A_DAY,
    a_member,
    a_supplier,
)
from tests.funding.accepted import Staff, an_account

from .conftest import Look, OpenPage
from .stories import DB, MDV, RIS, confirm, deposited

RIVAL = make_siret(41)


def test_a_correction_answered_then_a_refusal(
    open_page: OpenPage, staff: Staff, look: Look
) -> None:
    """From the desk by the keyboard alone; the supplier sees only what was reopened."""
    member = a_member(a_supplier(SIRET, "Éditeur de Lyon"))
    (one, _) = deposited(member, MDV, 1, 2)
    desk = open_page(reverse("admin:funding_desk") + "?file=a-prendre", user=staff.preparer)
    look(desk, "desk")
    confirm(desk, "Prendre le plus ancien")
    expect(desk.get_by_text("0 jour d’instruction")).to_be_visible()
    desk.keyboard.press("1")
    box = desk.locator("[data-tick]").first
    expect(box).to_be_checked()
    expect(desk.locator("[data-tick-note]").first).to_contain_text("à l’instant")
    desk.keyboard.press("2")
    expect(desk.locator("[data-tick]").nth(1)).to_be_checked()
    desk.keyboard.press("?")
    expect(desk.get_by_text("cocher ou décocher un point de contrôle")).to_be_visible()
    look(desk, "work")
    desk.keyboard.press("c")
    desk.wait_for_load_state("load")
    desk.get_by_label("Motif").select_option("document")
    desk.get_by_label("Explication").fill("Le bon de commande est illisible.")
    desk.get_by_label("Bon de commande (PDF)").first.check()
    desk.get_by_label("Ce qui est demandé").first.fill("Une copie nette, toutes les pages.")
    look(desk, "ask")
    confirm(desk, "Demander une correction")
    one.refresh_from_db()
    assert one.state == "correction_requested"

    page = open_page(reverse("request_detail", args=[one.number]), user=member)
    look(page, "asked")
    page.get_by_role("link", name="Répondre à la correction").click()
    asked = page.locator("form").get_by_text("Une copie nette, toutes les pages.")
    expect(asked).to_be_visible()
    upload = page.locator("input[type=file]")
    upload.set_input_files({"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"bonjour"})
    confirm(page, "Transmettre la correction")
    expect(page.get_by_text("DOC-002").first).to_be_visible()
    look(page, "answer-refused")
    better = a_pdf([*order_lines(one.payload), "Copie nette"])
    upload.set_input_files({"name": "x.pdf", "mimeType": "application/pdf", "buffer": better})
    confirm(page, "Transmettre la correction")
    expect(page.get_by_text("Correction transmise").first).to_be_visible()

    desk.goto(reverse("admin:funding_desk"))
    desk.get_by_role("link", name=one.number).click()
    expect(desk.get_by_text("à revoir").first).to_be_visible()
    desk.keyboard.press("p")
    confirm(desk, "Prendre")
    desk.keyboard.press("r")
    desk.wait_for_load_state("load")
    desk.get_by_label("Motif").select_option("signature")
    desk.get_by_label("Explication").fill("Le signataire ne représente pas le client.")
    confirm(desk, "Refuser")
    page.goto(reverse("request_detail", args=[one.number]))
    expect(page.get_by_text("Le signataire ne représente pas le client.").first).to_be_visible()
    look(page, "refused")


def test_an_advance_is_accepted_then_paid(open_page: OpenPage, staff: Staff, look: Look) -> None:
    """Accepted, gathered by one officer, approved by another, settled by the bank's answer."""
    member = a_member(a_supplier(SIRET, "Atelier d’imagerie"))
    (one,) = deposited(member, RIS, 1)
    an_account(member.memberships.get().supplier)
    desk = open_page(reverse("admin:funding_desk"), user=staff.preparer)
    confirm(desk, "Prendre le plus ancien")
    desk.keyboard.press("a")
    desk.wait_for_load_state("load")
    confirm(desk, "Accepter")
    desk.goto(reverse("admin:funding_paymentrun_add"))
    confirm(desk, "Préparer le lot")
    run = PaymentRun.objects.get()
    for user, name, button in (
        (staff.preparer, "propose", "Proposer à l’approbation"),
        (staff.approver, "approve", "Approuver"),
        (staff.accountant, "transmit", "Déclarer transmis"),
    ):
        one_page = open_page(deed_of(run, name), user=user)
        confirm(one_page, button)
    answer = f"identifiant;statut;code;texte\n{Payment.objects.get().end_to_end_id};payé;;\n"
    one_page.goto(deed_of(run, "return_file"))
    one_page.locator("input[type=file]").set_input_files(
        {"name": "retour.csv", "mimeType": "text/csv", "buffer": answer.encode()}
    )
    confirm(one_page, "Enregistrer un fichier de retour")
    one.refresh_from_db()
    assert one.state == "paid"
    page = open_page(reverse("request_detail", args=[one.number]), user=member)
    expect(page.get_by_text("Payée").first).to_be_visible()
    look(page, "paid")


def deed_of(run: PaymentRun, name: str) -> str:
    return reverse("admin:funding_paymentrun_deed", args=(run.pk, name))


def test_a_hold_is_lifted_by_somebody_elses_deposit(
    open_page: OpenPage, staff: Staff, look: Look
) -> None:
    """Why, until when, what then; and once lifted, nothing of who lifted it."""
    member = a_member(a_supplier(SIRET, "Éditeur de DRIMbox"))
    rival = a_member(a_supplier(RIVAL, "Éditeur concurrent"), email="rival@exemple.fr")
    (one,) = deposited(member, DB, 1)
    address = reverse("request_detail", args=[one.number])
    page = open_page(address, user=member)
    expect(page.get_by_text("Annulation automatique")).to_be_visible()
    expect(page.get_by_text("15/12/2027").first).to_be_visible()
    look(page, "on-hold")
    clock.move_to(A_DAY + timedelta(days=3))
    (ris,) = deposited(rival, RIS, 1)
    page.goto(address)
    expect(page.get_by_text("En attente d’instruction").first).to_be_visible()
    for place in (address, reverse("notifications"), reverse("request_list")):
        page.goto(place)
        text = page.content()
        assert ris.number not in text
        assert "concurrent" not in text
        assert RIVAL not in text
