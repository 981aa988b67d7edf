"""What each stage of an enrolment opens, as the dashboard says it (domain page, section 3)."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from segur_portal.common.enums import SchemeCode
from tests.builders import SIRET, a_request
from tests.factories import A_DAY, a_member, a_supplier, an_enrolment, the_programme

pytestmark = pytest.mark.django_db
RIS = SchemeCode.RIS.value
REVIEW = "Relecture de vos modèles de documents"


def badges(page: str) -> dict[str, list[str]]:
    """For each gate, whether each scheme has it open, in the order of the page."""
    _, _, shown = page.partition("Ce qui vous est ouvert")
    found: dict[str, list[str]] = {}
    for item in shown.split("<li>")[1:]:
        words = [word for word in ("Ouvert", "Fermé") if f">{word}</span>" in item]
        if words:
            label = item.partition("<strong>")[2].partition("</strong>")[0]
            found.setdefault(label, []).append(words[0])
    return found


@pytest.mark.parametrize(
    ("stage", "opened"), [("early", 0), ("final", 1), (None, 0)], ids=["early", "final", "none"]
)
def test_the_dashboard_says_what_the_stage_opens(
    client: Client, stage: str | None, opened: int
) -> None:
    """Anticipated: the simulator and the review of layouts only; definitive: advances too."""
    the_programme()
    supplier = a_supplier(SIRET)
    if stage is not None:
        an_enrolment(supplier, a_request(RIS), RIS, state=stage)
    client.force_login(a_member(supplier))
    with time_machine.travel(A_DAY, tick=True):
        found = badges(client.get(reverse("dashboard")).content.decode())
    validated = 0 if stage is None else 1
    assert found["Simulateur"].count("Ouvert") == validated
    assert found[REVIEW].count("Ouvert") == validated
    assert len(found[REVIEW]) == 3
    assert found["Demandes d’avance"].count("Ouvert") == opened
