"""Two whole stories in the browser: pilots until the balance is paid; a dispute until the money is
asked back. Each of their screens is accessible and holds at both widths."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django import Settings

from enrolment.actions import sync_groups
from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.actions.pilots import client_of
from funding.actions.requests import move_request
from funding.demo.asking import balance
from funding.demo.papers import a_pdf, report_lines
from funding.models import Dispute, FundingRequest, Recovery
from segur_portal.common import clock
from segur_portal.common.identifiers import make_siret
from segur_portal.common.models import Parameter
from tests.builders import a_file, a_filename, a_request
from tests.factories import A_DAY, a_member, a_supplier, an_enrolment
from tests.funding.accepted import RIS, accepted_requests, an_account
from tests.funding.screens import treated

from .conftest import OpenPage
from .stories import looks_right_at_both, pay_everything

SIGNED_ON = date(2026, 9, 10)


@pytest.fixture
def advances(transactional_db: None, settings: Settings) -> list[FundingRequest]:
    """Two advances of one supplier, accepted; two pilot reports are asked."""
    settings.DEMONSTRATION = True
    with time_machine.travel(A_DAY, tick=True):
        found = accepted_requests(2)
    clock.move_to(A_DAY)
    Parameter.objects.filter(code="pilot_reports_required", scheme=RIS).update(value=2)
    an_account(found[0].supplier)
    sync_groups()
    return found


@pytest.fixture
def officer(advances: list[FundingRequest]) -> User:
    return User.objects.get(email="instruit@asp.fr")


def test_pilots_compliant_then_the_balance_accepted_and_paid(
    open_page: OpenPage, advances: list[FundingRequest], officer: User
) -> None:
    """Each report deposited from the cockpit, reviewed against the checklist; the last one opens
    the balances, which are deposited, accepted and paid."""
    member, solution = advances[0].deposit.deposited_by, advances[0].order.solution_id
    supplier = open_page(reverse("pilot_list"), user=member)
    expect(supplier.get_by_text("Soldes bloqués")).to_be_visible()
    looks_right_at_both(supplier)
    agent = open_page(reverse("admin:pilots_pilotproof_changelist"), user=officer)
    for advance in advances:
        supplier.goto(reverse("pilot_campaign", args=[solution]))
        link = supplier.get_by_role("link", name=f"Déposer son PV : {advance.client_name}")
        link.first.click()
        key, name = client_of(advance)
        supplier.get_by_label("Date de signature").fill(SIGNED_ON.isoformat())
        content = a_pdf(report_lines(advance, key, name, SIGNED_ON))
        supplier.get_by_label("PV pilote signé, au format PDF").set_input_files(
            {"name": "pv.pdf", "mimeType": "application/pdf", "buffer": content}
        )
        looks_right_at_both(supplier)
        supplier.get_by_role("button", name="Transmettre à l’ASP").click()
        expect(supplier.get_by_text("transmis à l’ASP.")).to_be_visible()
        proof = advance.order.pilot_proofs.get()
        agent.goto(reverse("admin:pilots_pilotproof_deed", args=[proof.pk, "review"]))
        for box in agent.get_by_role("checkbox").all():
            box.check()
        agent.get_by_label("Réponse").select_option("approve")
        agent.get_by_role("button", name="Enregistrer la réponse").click()
        agent.wait_for_load_state()
        proof.refresh_from_db()
        assert proof.state == "compliant"
    supplier.goto(reverse("pilot_campaign", args=[solution]))
    expect(supplier.get_by_text("2 sur 2 conformes")).to_be_visible()
    expect(supplier.get_by_text("Soldes ouverts depuis le")).to_be_visible()
    looks_right_at_both(supplier)
    pay_everything()
    supplier.goto(reverse("balance_due"))
    expect(supplier.get_by_role("row", name=advances[0].number)).to_be_visible()
    looks_right_at_both(supplier)
    on = A_DAY.date() - timedelta(days=5)
    asked = [balance(one.payload, one.number, performed_on=on) for one in advances]
    owner = advances[0].supplier
    deposit = receive_deposit(
        supplier=owner,
        user=member,
        content=BytesIO(a_file(RIS, "SOLDE", requests=asked, siret=owner.siret)),
        name=a_filename(RIS, "SOLDE", siret=owner.siret),
    )
    assert process_deposit(deposit.pk)
    balances = list(FundingRequest.objects.filter(kind="SOLDE").order_by("pk"))
    assert len(balances) == len(advances)
    for one in balances:
        for name in ("take", "accept"):
            move_request(one, name, actor=officer, role="officer")
    pay_everything()
    supplier.goto(reverse("balance_due"))
    expect(supplier.get_by_text("Aucun solde à demander")).to_be_visible()
    supplier.goto(reverse("payment_list"))
    assert set(FundingRequest.objects.values_list("state", flat=True)) == {"paid"}
    expect(supplier.get_by_role("rowheader", name="VIR-")).to_have_count(4)
    looks_right_at_both(supplier)


def the_days_to_answer_pass(dispute: Dispute) -> None:
    """As if its ten working days had ended the day before."""
    Dispute.objects.filter(pk=dispute.pk).update(due_on=clock.today() - timedelta(days=1))


def test_a_dispute_between_two_suppliers(
    open_page: OpenPage, advances: list[FundingRequest], officer: User
) -> None:
    """Contested from the report, opened, answered by both, decided after reading what it brings:
    the paid order is cancelled and its money asked back."""
    pay_everything()
    asked = a_request(RIS, number=1, referenceFournisseur="REF-LEVANT")
    asked["solutionLogicielle"]["numeroReferencement"] = "REF-AUTRE"
    asked["bonDeCommande"]["nomFichier"] = "BDC_REF-LEVANT.pdf"
    rival = a_member(a_supplier(make_siret(99), "Logiciels du Levant"))
    owner = rival.memberships.get().supplier
    an_enrolment(owner, asked, RIS)
    ko = treated(owner, rival, [asked], RIS)
    assert ko.ko_count == 1
    challenger = open_page(reverse("deposit_detail", args=[ko.key]), user=rival)
    challenger.get_by_role("link", name="Contester la commande en place").click()
    challenger.get_by_label("Pourquoi vous contestez").fill("Le client nous a choisis en juin.")
    pdf = {"name": "bon.pdf", "mimeType": "application/pdf", "buffer": a_pdf(["BON"])}
    challenger.get_by_label("Bon de commande signé du client").set_input_files(pdf)  # type: ignore[arg-type]
    looks_right_at_both(challenger)
    challenger.get_by_role("button", name="Transmettre à l’ASP").click()
    expect(challenger.get_by_text("Contestation transmise à l’ASP").first).to_be_visible()
    dispute = Dispute.objects.get()
    agent = open_page(
        reverse("admin:funding_dispute_deed", args=[dispute.pk, "open"]), user=officer
    )
    agent.get_by_role("button", name="Ouvrir le litige").click()
    agent.wait_for_load_state()
    holder = open_page(
        reverse("dispute_detail", args=[dispute.pk]), user=advances[0].deposit.deposited_by
    )
    for page in (challenger, holder):
        page.goto(reverse("dispute_detail", args=[dispute.pk]))
        page.get_by_label("Votre réponse").fill("Voici notre bon de commande.")
        looks_right_at_both(page)
        page.get_by_role("button", name="Transmettre ma réponse").click()
        expect(page.get_by_text("Votre réponse est transmise")).to_be_visible()
    assert "Levant" not in holder.content()
    assert "Atelier" not in challenger.get_by_role("main").inner_text()
    agent.goto(reverse("admin:funding_dispute_change", args=[dispute.pk]))
    expect(agent.get_by_text("Décision possible à partir du").first).to_be_visible()
    expect(agent.get_by_role("link", name="Annuler la commande en place")).to_have_count(0)
    the_days_to_answer_pass(dispute)
    agent.goto(reverse("admin:funding_dispute_deed", args=[dispute.pk, "overturn"]))
    expect(agent.get_by_text("Un ordre de recouvrement de")).to_be_visible()
    agent.get_by_label("Motif").select_option("client_choice")
    agent.get_by_label("Explication").fill("Le client atteste son choix par écrit.")
    agent.get_by_role("button", name="Annuler la commande en place").click()
    agent.wait_for_load_state()
    dispute.refresh_from_db()
    assert dispute.state == "overturned"
    assert Recovery.objects.get().request == dispute.request
    holder.goto(reverse("payment_list"))
    expect(holder.get_by_role("heading", name="Sommes à rembourser")).to_be_visible()
    looks_right_at_both(holder)
