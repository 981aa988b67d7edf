"""A distributor: another editor's solution, a mandate sent back once, the editor's OSU
habilitation relied on, the declaration by ANS; then its right to deposit."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from enrolment.models import Enrolment, Solution, Supplier, User
from tests.builders import SIRET
from tests.enrolment.kit import RIS
from tests.enrolment.registers import KNOWN_SIRET, Registers
from tests.factories import a_supplier

from .conftest import OpenPage
from .enrolling import (
    ALWAYS,
    CERTIFICATE,
    DEFINITIVE,
    EDITORS_OSU,
    MANDATE,
    NAMED,
    accept_all,
    agent,
    answer,
    choose,
    decide,
    deposit,
    deposit_request,
    gates,
    give_bank_details,
    go_on,
    news,
    officer,
    open_documents,
    record,
    reference,
    send_back,
    sign,
    start,
    take,
)
from .joining import BOSS, confirm_address, registers, sign_up, told
from .looks import keep, look_at_both

__all__ = ["agent", "officer", "registers"]
COVERS_OSU = "Ce mandat prévoit le recours à l’habilitation OSU de l’éditeur"
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def solution(officer: User, agent: User, open_page: OpenPage) -> Solution:
    """What another editor, who holds the OSU habilitation, has referenced."""
    editor = a_supplier(SIRET, "Éditeur de Brest")
    solution = Solution.objects.create(
        scheme_id=RIS, editor=editor, name=NAMED["nom"], version=NAMED["version"]
    )
    reference(open_page(reverse("admin:index"), user=agent), solution)
    solution.refresh_from_db()
    return solution


def test_a_distributor_relies_on_the_editor(
    open_page: OpenPage, registers: Registers, solution: Solution, officer: User, agent: User
) -> None:
    """From the first account to a deposit that neither ENR-003 nor ENR-004 refuses."""
    page = open_page("/")
    sign_up(page)
    confirm_address(page)
    fill_in(page)
    enrolment = Enrolment.objects.get()
    desk = open_page(reverse("admin:index"), user=officer)
    correct_the_mandate(page, desk, enrolment)
    accept_all(desk, enrolment)
    decide(desk, enrolment, "validate_final")
    told(BOSS, "Votre enrôlement définitif est validé", "l’éditeur doit vous déclarer à l’ANS")

    distributor = Supplier.objects.get(siret=KNOWN_SIRET)
    assert distributor.osu_granted_on is None, "it relies on the editor's"
    assert "L’éditeur ne vous a pas déclaré à l’ANS" in gates(page)
    expect(page.get_by_role("link", name="Déposer un fichier")).to_be_hidden()
    look_at_both(page, "distributor-07-undeclared")

    at_ans = open_page(reverse("admin:index"), user=agent)
    picture = "distributor-08-ans"
    record(at_ans, solution, picture=picture, **{"distributions-0-declared_on": "10/09/2026"})
    news(page, "distributeur")
    told(BOSS, "distributeur", "Logiciel Essai 2.4.1")
    assert "L’éditeur ne vous a pas déclaré" not in gates(page)
    look_at_both(page, "distributor-09-open")
    deposit_request(page, KNOWN_SIRET, "distributor-10-report")


def fill_in(page: Page) -> None:
    """A solution of another editor, and no OSU habilitation of its own; sent at once for good."""
    start(page)
    answer(page, osu=EDITORS_OSU)
    look_at_both(page, "distributor-01-organisation")
    go_on(page)
    page.get_by_label("Solution", exact=True).select_option(index=1)
    page.get_by_role("button", name="Ajouter cette distribution").click()
    expect(page.get_by_text("son mandat vous sera demandé")).to_be_visible()
    choose(page, "Quel enrôlement demandez-vous ?", DEFINITIVE)
    look_at_both(page, "distributor-02-solutions")
    go_on(page)
    rely_on_the_editor(page)
    deposit(page, *ALWAYS, CERTIFICATE, MANDATE)
    look_at_both(page, "distributor-03-documents")
    page.get_by_role("button", name="Continuer").click()
    give_bank_details(page)
    look_at_both(page, "distributor-04-recap")
    sign(page)


def correct_the_mandate(page: Page, desk: Page, enrolment: Enrolment) -> None:
    """Sent back with a reason and a text, deposited again, taken again."""
    take(desk, enrolment)
    recorded = "éditée par Éditeur de Brest (habilité OSU), distribution pas"
    expect(desk.get_by_text(recorded)).to_be_visible()
    asked = "La signature de l’éditeur est coupée."
    send_back(desk, MANDATE, asked)
    keep(desk, "distributor-05-sent-back")
    words = {"reason_code": "unreadable", "note": "Voir le mandat."}
    decide(desk, enrolment, "request_correction", **words)
    told(BOSS, "Une correction est demandée", asked, "LOGICIELS DE SANTE REUNIS")
    open_documents(page, enrolment)
    expect(page.get_by_text(asked)).to_be_visible()
    rely_on_the_editor(page)
    look_at_both(page, "distributor-05-correction")
    deposit(page, MANDATE)
    sign(page)
    look_at_both(page, "distributor-06-answered")
    take(desk, enrolment)


def rely_on_the_editor(page: Page) -> None:
    """The words of the mandate without which ENR-004 would refuse all."""
    page.get_by_role("region", name=MANDATE).get_by_text(COVERS_OSU).click()
