"""What a validated enrolment declares anew, in a browser: until the officer accepts it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from enrolment.models import Amendment, User
from tests.enrolment.kit import a_signatory, validated

from .conftest import OpenPage
from .enrolling import IDENTITY, accept_all, choose, decide, deposit, news, officer
from .looks import look_at_both

__all__ = ["officer"]
PROXY_IDENTITY, CONTRACT = "Pièce d’identité du mandataire", "Contrat de prestation"
pytestmark = pytest.mark.usefixtures("transactional_db")


def test_another_representative_and_an_agent(open_page: OpenPage, officer: User) -> None:
    """The rights stay; what changed is all that is deposited, signed, compared and accepted."""
    signatory = a_signatory()
    enrolment = validated(signatory, officer)
    page = open_page(reverse("enrolment_detail", args=[enrolment.pk]), user=signatory.user)
    look_at_both(page, "change-none")
    page.get_by_role("link", name="Déclarer un changement").click()
    expect(page.get_by_text("Aucune réponse ne change")).to_be_visible()
    look_at_both(page, "change-new")
    page.get_by_label("Représentant légal (nom et prénom)").fill("Dominique Petit")
    choose(
        page,
        "Le représentant légal désigne-t-il un mandataire\u00a0?",
        "Un salarié d’une autre organisation",
    )
    page.get_by_label("Mandataire (nom et prénom)").fill("Alix Bon")
    page.get_by_label("Autre nom souhaité").focus()
    changes = page.get_by_role("heading", name="Ce qui change")
    expect(changes).to_be_visible()
    expect(page.get_by_text("Alix Bon")).to_be_visible()
    deposit(page, IDENTITY, PROXY_IDENTITY, CONTRACT)
    expect(page.get_by_role("region", name="Ce qui manque")).to_contain_text("relire et signer")
    look_at_both(page, "change-complete")
    page.get_by_text("Je certifie l’exactitude").click()
    page.get_by_role("button", name="Signer et transmettre").click()
    expect(page.get_by_text("Votre changement est transmis à l’ASP")).to_be_visible()
    look_at_both(page, "change-sent")

    desk = open_page(
        reverse("admin:enrolment_enrolment_changelist") + "?file=a-traiter", user=officer
    )
    expect(desk.get_by_text("Examiner le changement déclaré")).to_be_visible()
    desk.goto(reverse("admin:enrolment_enrolment_review", args=[enrolment.pk]))
    expect(desk.get_by_role("row", name="Représentant légal")).to_contain_text("Dominique Petit")
    look_at_both(desk, "change-review")
    accept_all(desk, enrolment)
    decide(desk, enrolment, "accept_change")
    assert Amendment.objects.get().state == "accepted"
    enrolment.refresh_from_db()
    assert (enrolment.legal_representative, enrolment.state) == ("Dominique Petit", "final")
    news(page, "Votre changement est accepté")
