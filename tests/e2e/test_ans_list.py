"""ANS's list, in a browser: imported, left in quarantine, confirmed, undone; and its mandates."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from enrolment.actions import review_document, sync_groups
from enrolment.enums import UserKind
from enrolment.models import Distribution, Enrolment, Solution, User
from segur_portal.common.identifiers import make_siret
from tests.builders import SIRET
from tests.enrolment.kit import RIS, a_draft, deposit
from tests.factories import a_member, a_supplier, a_user
from tests.funding.accepted import Staff

from .conftest import Look, OpenPage

HEADER = (
    "dispositif;siret_editeur;nom;version;numero_referencement;dossier_complet_le;reference_le;"
    "siret_distributeur;distributeur_declare_le"
)
EDITOR = make_siret(71)
LINES = (
    f"{RIS};{EDITOR};Médi-Soft RIS;2.1;VA2-1;2026-01-15;2026-03-02;;",
    f"{RIS};{EDITOR};Médi-Soft RIS;2.1;VA2-1;2026-01-15;2026-03-02;{SIRET};2026-03-10",
    f"{RIS};{EDITOR};Clair RIS;1.0;VA2-2;2026-01-15;2026-03-02;;",
    f"{RIS};{EDITOR};RIS neuf;1.0;VA2-3;2026-01-15;2026-03-02;;",
)


@pytest.fixture
def agent(staff: Staff) -> User:
    person = a_user("agent@ans.fr", UserKind.ANS, is_staff=True)
    sync_groups()
    return person


@pytest.fixture
def distributed(agent: User) -> Distribution:
    """What the editor typed, and its distributor with an enrolment."""
    editor = a_supplier(EDITOR, "Éditeur d’imagerie")
    for name, version in (("MEDI SOFT ris", "v2.1"), ("Clair RIS", "1.0")):
        Solution.objects.create(scheme_id=RIS, editor=editor, name=name, version=version)
    member = a_member(a_supplier(SIRET, "Atelier d’imagerie"))
    enrolment = a_draft(member.memberships.get())
    solution = Solution.objects.get(version="v2.1")
    enrolment.solutions.add(solution)
    return Distribution.objects.create(solution=solution, distributor=enrolment.supplier)


def do(page: Page, label: str) -> None:
    """A deed of the page, with its reason."""
    page.get_by_role("link", name=label).first.click()
    page.get_by_label("Motif").fill("Vu avec l’ANS")


def test_a_list_is_confirmed_then_undone(
    open_page: OpenPage, look: Look, agent: User, distributed: Distribution
) -> None:
    """The agent reads what changes, what was put back and what was left."""
    page = open_page(reverse("admin:enrolment_referencingimport_add"), user=agent)
    content = "\r\n".join([HEADER, *LINES]).encode()
    file: Any = {"name": "liste.csv", "mimeType": "text/csv", "buffer": content}
    page.locator("[name=content]").set_input_files(files=[file])
    page.locator("[name=_save]").first.click()
    expect(page.get_by_text("2 solutions sur 3 changeraient").first).to_be_visible()
    look(page, "list-quarantine")
    do(page, "Confirmer la liste")
    page.get_by_role("button", name="Confirmer la liste").click()
    expect(page.get_by_text("nom : MEDI SOFT ris → Médi-Soft RIS")).to_be_visible()
    look(page, "list-applied")
    Solution.objects.filter(name="Clair RIS").update(referenced_on=date(2026, 3, 4))
    do(page, "Restaurer l’état d’avant")
    look(page, "list-restoring")
    page.get_by_role("button", name="Restaurer l’état d’avant").click()
    expect(page.get_by_text("3 changements défaits, 1 laissé").first).to_be_visible()
    expect(page.get_by_text("Changée depuis –")).to_be_visible()
    look(page, "list-restored")
    assert not Solution.objects.exclude(name="Clair RIS").exclude(reference_number="").exists()


def test_the_mandates_of_a_distribution(
    open_page: OpenPage, look: Look, staff: Staff, distributed: Distribution
) -> None:
    """From the list of mandates to the review of one."""
    enrolment = Enrolment.objects.get()
    actor = a_user("depot@exemple.fr")
    Enrolment.objects.update(state="final", final_validated_on=date(2026, 1, 5))
    for period in ((date(2026, 1, 1), date(2026, 6, 30)), (date(2026, 7, 1), date(2027, 6, 30))):
        row = deposit(
            enrolment,
            actor,
            "distribution_mandate",
            distributed.solution_id,
            starts_on=period[0],
            expires_on=period[1],
        )
        review_document(row, "accept", actor=staff.preparer)
    deposit(enrolment, actor, "distribution_mandate", distributed.solution_id)
    address = reverse("admin:enrolment_distribution_change", args=[distributed.pk])
    page = open_page(address, user=staff.preparer)
    expect(page.get_by_text("Accepté – en vigueur")).to_be_visible()
    look(page, "mandates")
    page.get_by_role("link", name="Version 3").click()
    expect(page.get_by_text("Version 3, déposée le")).to_be_visible()
