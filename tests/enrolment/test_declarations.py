"""A distributor that ANS declares is told of it; an officer sees what ANS recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from enrolment.actions import sync_groups
from enrolment.actions.declarations import tell_declared
from enrolment.enums import UserKind
from enrolment.models import Distribution, Enrolment, Membership, Solution
from enrolment.report.files import next_step_of
from enrolment.report.solutions import solutions_in_words
from segur_portal.common.identifiers import make_siret
from segur_portal.common.models import Notification
from tests.factories import A_DAY, a_supplier, a_user

from .kit import RIS, a_draft, a_signatory

EDITOR = "Éditeur de Brest"


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY):
        yield


@pytest.fixture
def distributor(db: None) -> Membership:
    return a_signatory()


@pytest.fixture
def distribution(distributor: Membership) -> Distribution:
    """What the supplier says it distributes; its editor has not declared it."""
    editor = a_supplier(make_siret(91), EDITOR)
    solution = Solution.objects.create(scheme_id=RIS, editor=editor, name="Orion", version="1")
    return Distribution.objects.create(solution=solution, distributor=distributor.supplier)


@pytest.fixture
def ans(distribution: Distribution, client: Client) -> Client:
    client.force_login(a_user("agent@ans.fr", UserKind.ANS, is_staff=True))
    sync_groups()
    return client


def news(distributor: Membership) -> list[Notification]:
    return list(Notification.objects.of(distributor.user).filter(title__contains="distributeur"))


def test_a_declaration_recorded_in_the_admin_is_told(
    ans: Client, distribution: Distribution, distributor: Membership
) -> None:
    """Once, with what is left to do and for which organisation; corrected, it is not told again."""
    page = reverse("admin:enrolment_distribution_change", args=[distribution.pk])
    for day in ("10/09/2026", "11/09/2026"):
        response = ans.post(page, {"declared_on": day})
        assert response.status_code == 302, response.context["adminform"].errors
    (one,) = news(distributor)
    assert one.title == "Vous êtes déclaré distributeur de Orion 1"
    for words in (EDITOR, str(distributor.supplier), "Il vous faut aussi le mandat"):
        assert words in one.body


def test_a_declaration_after_the_mandate_leaves_nothing_to_do(
    distribution: Distribution, distributor: Membership
) -> None:
    """The notice opens the enrolment it is about."""
    distribution.mandate_accepted_on = date(2026, 9, 1)
    enrolment = a_draft(distributor)
    tell_declared(distribution)
    (one,) = news(distributor)
    assert "rien ne vous manque de ce côté" in one.body
    assert one.url == reverse("enrolment_detail", args=[enrolment.pk])


def test_a_final_enrolment_says_what_its_distribution_waits_for(
    distribution: Distribution, distributor: Membership
) -> None:
    """Not « you may deposit »: the declaration is awaited, then nothing is."""
    enrolment = Enrolment.objects.create(
        supplier=distributor.supplier,
        scheme_id=RIS,
        state="final",
        final_validated_on=date(2026, 1, 5),
    )
    enrolment.solutions.add(distribution.solution)
    assert "l’éditeur doit vous déclarer à l’ANS pour Orion 1" in next_step_of(enrolment)
    Distribution.objects.update(declared_on=date(2026, 9, 10))
    assert next_step_of(enrolment).startswith("Vous pouvez déposer des demandes")


def test_the_officer_reads_what_ans_recorded(
    distribution: Distribution, distributor: Membership
) -> None:
    """The referencing of each solution; the editor and the declaration of one distributed."""
    enrolment = a_draft(distributor)
    enrolment.solutions.add(distribution.solution)
    assert solutions_in_words(enrolment) == [
        f"Orion 1 : référencement pas encore enregistré par l’ANS ; éditée par {EDITOR} "
        "(habilité OSU), distribution pas encore déclarée à l’ANS.",
        "RIS d’essai 1.0 : référencement pas encore enregistré par l’ANS.",
    ]
    Distribution.objects.update(declared_on=date(2026, 9, 10))
    Solution.objects.filter(name="Orion").update(
        file_submitted_on=date(2025, 6, 1), referenced_on=date(2025, 7, 1), reference_number="N1"
    )
    distribution.solution.editor.osu_granted_on = None
    distribution.solution.editor.save()
    assert solutions_in_words(enrolment)[0] == (
        f"Orion 1 : référencée le 01/07/2025, numéro N1 ; éditée par {EDITOR} "
        "(non habilité OSU), distribution déclarée à l’ANS le 10/09/2026."
    )
