"""Two ends of a request in the browser: held until the limit and cancelled by the portal; paid,
cancelled by an officer, and its money paid back."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.urls import reverse
from playwright.sync_api import Page, expect

from enrolment.models import User
from funding.actions import warn_holds
from funding.actions.requests import move_request
from funding.models import FundingRequest, LedgerEntry, Recovery
from funding.tasks import sweep_holds
from segur_portal.common import clock
from segur_portal.common.enums import Role, WindowKind
from segur_portal.common.models import Window
from segur_portal.common.money import in_french
from tests.builders import SIRET
from tests.factories import a_member, a_supplier
from tests.funding.accepted import Staff, an_account
from tests.rule_cases import plain

from .conftest import Look, OpenPage
from .stories import DB, RIS, confirm, deposited, pay_everything


def news_of(page: Page) -> str:
    """What the notifications say, read on their page."""
    page.goto(reverse("notifications"))
    return plain(page.get_by_role("main").inner_text())


def test_a_hold_is_cancelled_at_its_limit(open_page: OpenPage, staff: Staff, look: Look) -> None:
    """Before: why, until when, what then, and the two reminders. At the limit nothing yet; a
    minute later it is cancelled, and the supplier reads by what and why."""
    member = a_member(a_supplier(SIRET, "Éditeur de DRIMbox"))
    (one,) = deposited(member, DB, 1)
    address = reverse("request_detail", args=[one.number])
    page = open_page(address, user=member)
    expect(page.get_by_text("En attente d’une demande RIS du client").first).to_be_visible()
    expect(page.get_by_text("Il manque une demande RIS pour ce client")).to_be_visible()
    expect(page.get_by_text("Annulation automatique")).to_be_visible()
    limit = Window.objects.get(scheme=DB, kind=WindowKind.HOLD)
    for days in (60, 30):
        day = limit.closes_on - timedelta(days=days)
        clock.move_to(datetime.combine(day, time(9), tzinfo=clock.PARIS))
        warn_holds()
        assert f"sera annulée dans {days} jours sans demande RIS" in news_of(page)
        look(page, f"hold-{days}-days")
        page.get_by_role("button", name=f"sera annulée dans {days} jours").click()
        expect(page.get_by_role("heading", name=f"Dossier {one.number}")).to_be_visible()
        expect(page.get_by_text(f"{days} jours").first).to_be_visible()
        look(page, f"held-{days}-days")
    clock.move_to(limit.closes_at - timedelta(minutes=5))
    sweep_holds()
    page.goto(address)
    expect(page.get_by_text("Annulation automatique")).to_be_visible()
    clock.move_to(limit.closes_at + timedelta(minutes=1))
    sweep_holds()
    assert f"La demande {one.number} ({one.client_name}) est annulée" in news_of(page)
    look(page, "hold-over")
    page.get_by_role("button", name=f"La demande {one.number}").first.click()
    expect(page.get_by_text("Annulée").first).to_be_visible()
    expect(page.get_by_text("Plus rien à faire")).to_be_visible()
    expect(page.get_by_text("Annulation automatique")).to_be_hidden()
    history = page.get_by_role("region", name="Historique")
    expect(history.get_by_text("aucune demande RIS acceptée à la date limite")).to_be_visible()
    look(page, "hold-cancelled")
    desk = open_page(
        reverse("admin:funding_fundingrequest_change", args=[one.pk]), user=staff.preparer
    )
    expect(desk.get_by_text("Aucune demande RIS du client").first).to_be_visible()


def test_a_paid_advance_is_cancelled_and_paid_back(
    open_page: OpenPage, staff: Staff, look: Look
) -> None:
    """The officer reads what it brings before confirming; the supplier what is owed, why, until
    when; the accounting officer receives it in two parts, and the accounts close."""
    member = a_member(a_supplier(SIRET, "Atelier d’imagerie"))
    one, other = deposited(member, RIS, 1, 2)
    an_account(one.supplier)
    for request in (one, other):
        for name in ("take", "accept"):
            move_request(request, name, actor=staff.preparer, role=Role.OFFICER)
    pay_everything()
    cancel(open_page, staff.preparer, one)
    recovery = Recovery.objects.get()
    owed = plain(in_french(one.amount_due))
    page = open_page(reverse("request_detail", args=[one.number]), user=member)
    expect(page.get_by_text("Annulée").first).to_be_visible()
    expect(page.get_by_text("Le client renonce par écrit.").first).to_be_visible()
    look(page, "paid-cancelled")
    news = news_of(page)
    assert f"Demande {one.number} : {owed} à rembourser" in news
    assert recovery.number in news
    look(page, "recovery-told")
    page.get_by_role("button", name="à rembourser").click()
    expect(page.get_by_role("heading", name="Sommes à rembourser")).to_be_visible()
    row = page.get_by_role("row", name=recovery.number)
    expect(row.get_by_text("À vous d’agir")).to_be_visible()
    expect(row.get_by_text(f"{recovery.due_on:%d/%m/%Y}")).to_be_visible()
    look(page, "recovery-owed")
    part = one.amount_due // 2
    for amount in (part, one.amount_due - part):
        receive(open_page, staff.accountant, recovery, f"{amount}")
    recovery.refresh_from_db()
    assert (recovery.state, recovery.recovered) == ("recovered", recovery.amount)
    page.goto(reverse("payment_list"))
    expect(page.get_by_role("row", name=recovery.number).get_by_text("Remboursé")).to_be_visible()
    expect(page.get_by_text("À vous d’agir")).to_be_hidden()
    look(page, "recovery-over")
    kinds = LedgerEntry.objects.filter(request=one).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["due", "paid", "due_cancelled", "recovery_due", "recovered", "recovered"]
    other.refresh_from_db()
    assert other.state == "paid"


def cancel(open_page: OpenPage, officer: User, one: FundingRequest) -> None:
    """The officer cancels, after reading what it brings."""
    desk = open_page(
        reverse("admin:funding_fundingrequest_deed", args=[one.pk, "cancel"]), user=officer
    )
    expect(desk.get_by_text("Un ordre de recouvrement de")).to_be_visible()
    expect(desk.get_by_text("libération immédiate")).to_be_visible()
    desk.get_by_label("Motif").select_option(label="Renoncement du client ou du fournisseur")
    desk.get_by_label("Explication").fill("Le client renonce par écrit.")
    confirm(desk, "Annuler la demande")
    one.refresh_from_db()
    assert one.state == "cancelled"


def receive(open_page: OpenPage, accountant: User, recovery: Recovery, amount: str) -> None:
    """The accounting officer records an amount received."""
    page = open_page(
        reverse("admin:funding_recovery_deed", args=[recovery.pk, "recover"]), user=accountant
    )
    page.get_by_label("Montant reçu (€)").fill(amount)
    confirm(page, "Enregistrer un remboursement")
