"""The last compliant proof opens the balances by itself, and dates it (PIL-001)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.models import User
from funding.actions.requests import move_request
from funding.actions.standing import pilot_facts
from funding.models import FundingRequest
from funding.report.cockpit import pilots_of_supplier
from funding.rules.catalogue import CATALOGUE
from funding.rules.facts import BalanceFacts
from pilots.actions import campaign_of, review_proof
from pilots.admin import campaign_words
from pilots.models import PilotProof
from segur_portal.common import clock
from segur_portal.common.enums import Role
from segur_portal.common.models import Notification
from segur_portal.common.workflow import ForbiddenMoveError
from tests.factories import an_officer
from tests.funding.accepted import a_balance_of, an_account, pay
from tests.pilots.kit import a_report, answered
from tests.rule_cases import plain


def breaches(proof: PilotProof) -> list[str]:
    """What PIL-001 says of a balance of this supplier and solution."""
    pilots = pilot_facts(campaign_of(proof))
    facts = BalanceFacts(reference="", named_number="", advance=None, deployed=(), pilots=pilots)
    return [finding.message for finding in CATALOGUE["PIL-001"].findings(facts)]


def test_the_third_compliant_report_opens_the_balances(
    advances: list[FundingRequest], member: User, officer: User
) -> None:
    """RIS asks for three; a refused one does not count; going back closes them again."""
    proofs = [a_report(advance, member) for advance in advances]
    answered(proofs[0], "reject", officer)
    for proof in proofs[1:3]:
        answered(proof, "approve", officer)
    assert breaches(proofs[0])
    assert campaign_of(proofs[0]).unlocked_on is None
    assert not Notification.objects.filter(title__contains="sont ouvertes").exists()
    answered(proofs[3], "approve", officer)
    assert not breaches(proofs[0])
    assert campaign_of(proofs[0]).unlocked_on == clock.today()
    assert Notification.objects.get(title__contains="sont ouvertes").user == member
    answered(proofs[3], "revoke", officer)
    assert breaches(proofs[0])
    assert Notification.objects.filter(title__contains="suspendues").exists()


def test_the_report_of_a_cancelled_order_counts_no_more(
    advances: list[FundingRequest], member: User, officer: User
) -> None:
    """Two of three are left: the rule, the cockpit and the supplier's news say it and why; a
    balance accepted before stays."""
    proofs = [answered(a_report(one, member), "approve", officer) for one in advances[:3]]
    assert not breaches(proofs[0])
    an_account(advances[0].supplier)
    pay(advances[0])
    balance = a_balance_of(advances[1], gross="1200.00")
    move_request(balance, "accept", actor=officer, role=Role.OFFICER)
    why: dict[str, Any] = {"reason_code": "error", "note": "Le client renonce."}
    move_request(advances[0], "cancel", actor=officer, role=Role.OFFICER, **why)
    assert breaches(proofs[0])
    assert FundingRequest.objects.get(pk=balance.pk).state == "accepted"
    (pilot,) = pilots_of_supplier(advances[0].supplier)
    assert (pilot.headline, pilot.campaign.is_unlocked) == ("2 sur 3 conformes", False)
    told = Notification.objects.get(title__contains="ne compte plus")
    assert told.user == member
    said = f"Le PV de {proofs[0].title} ne compte plus : la commande a été annulée."
    assert plain(said) in plain(told.body)
    assert "Il manque 1 PV pilote" in plain(told.body)
    browser = Client()
    browser.force_login(member)
    for url in (reverse("pilot_list"), reverse("pilot_campaign", args=[proofs[0].solution_id])):
        assert plain(said) in plain(browser.get(url).content.decode())
    assert "2 PV conformes sur 3" in campaign_words(proofs[0])
    assert said in campaign_words(proofs[0])


def test_the_officer_ticks_every_point_to_say_compliant(
    advances: list[FundingRequest], member: User, officer: User
) -> None:
    """Neither compliant with a point left, nor refused without a reason, nor by a stranger."""
    proof = a_report(advances[0], member)
    with pytest.raises(ForbiddenMoveError, match="Point non vérifié"):
        review_proof(proof, "approve", actor=officer, role=Role.OFFICER, checked={"client"})
    with pytest.raises(ForbiddenMoveError, match="motif"):
        review_proof(proof, "reject", actor=officer, role=Role.OFFICER)
    stranger = an_officer("SONS-MDV-LGC-Va2", email="ailleurs@asp.fr")
    with pytest.raises(ForbiddenMoveError, match="affecté"):
        review_proof(proof, "approve", actor=stranger, role=Role.OFFICER)


def test_the_cockpit_counts_clients_and_money(
    advances: list[FundingRequest], member: User, officer: User
) -> None:
    """What is proved, who can still serve, how much balance waits behind."""
    proofs = [a_report(advance, member) for advance in advances[:2]]
    answered(proofs[0], "approve", officer)
    (pilot,) = pilots_of_supplier(advances[0].supplier)
    assert pilot.headline == "1 sur 3 conforme"
    assert (pilot.in_review, pilot.candidates, pilot.advances) == (1, 2, 4)
    assert pilot.waiting == sum(one.gross - one.amount_due for one in advances)


def test_the_supplier_s_pages(advances: list[FundingRequest], member: User, officer: User) -> None:
    """The cockpit leads to the clients that can serve, then to their form."""
    browser = Client()
    browser.force_login(member)
    proof = answered(a_report(advances[0], member), "send_back", officer)
    assert "0 sur 3 conforme" in browser.get(reverse("pilot_list")).content.decode()
    page = browser.get(reverse("pilot_campaign", args=[proof.solution_id])).content.decode()
    assert advances[1].client_name in page
    assert "À corriger" in page
    assert reverse("pilot_report", args=[advances[1].number]) in page
    assert reverse("pilot_report", args=[advances[0].number]) not in page
    detail = browser.get(reverse("pilot_detail", args=[proof.pk])).content.decode()
    assert "La signature manque." in detail


def test_the_balances_still_to_be_asked(advances: list[FundingRequest], member: User) -> None:
    """Each accepted advance without a balance, what may be asked, and what holds it back."""
    browser = Client()
    browser.force_login(member)
    page = browser.get(reverse("balance_due"))
    assert page.context["left"] == sum(one.gross - one.amount_due for one in advances)
    assert "0 sur 3 conforme" in page.content.decode()
    FundingRequest.objects.update(state="cancelled")
    assert "Aucun solde à demander" in browser.get(reverse("balance_due")).content.decode()


def test_the_administration_reviews_with_a_checklist(
    advances: list[FundingRequest], member: User, officer: User
) -> None:
    """The points read in the document are ticked already; an incoherent answer is refused."""
    from enrolment.actions import sync_groups

    sync_groups()
    browser = Client()
    browser.force_login(officer)
    proof = a_report(advances[0], member)
    url = reverse("admin:pilots_pilotproof_deed", args=[proof.pk, "review"])
    page = browser.get(url)
    assert page.context["form"]["point_conformite"].initial is True
    assert page.context["form"]["point_client"].initial is False
    refused = browser.post(url, {"decision": "approve", "point_conformite": "on"})
    assert "ne sont pas cochés" in refused.content.decode()
    boxes = {name: "on" for name in page.context["form"].fields if name.startswith("point_")}
    assert browser.post(url, {"decision": "approve", **boxes}).status_code == 302
    proof.refresh_from_db()
    assert proof.state == "compliant"
    assert len(proof.checked) == len(boxes)
    shown = browser.get(reverse("admin:pilots_pilotproof_change", args=[proof.pk]))
    assert "points vérifiés : vide → client" in shown.content.decode()
