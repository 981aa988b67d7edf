"""What the dashboard and the deposit form say is open, solution by solution (ENR-002 to ENR-004),
and whose turn it is while a referencing is awaited."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.models import Distribution, Enrolment, Solution, Supplier, User
from segur_portal.common.identifiers import make_siret
from tests.builders import a_request
from tests.factories import a_supplier, an_enrolment

RIS = "SONS-IMG-RIS-Va2"
UNDECLARED = "L’éditeur ne vous a pas déclaré à l’ANS"
NO_OSU = "Vous n’avez pas l’habilitation"
MANDATE = {"mandate_accepted_on": date(2026, 1, 5), "mandate_starts_on": date(2026, 1, 1)}


@pytest.fixture
def distribution(supplier: Supplier) -> Distribution:
    """A solution that the supplier distributes, under a final enrolment; all is in order."""
    editor = a_supplier(make_siret(91), "Éditeur de Brest")
    referenced = an_enrolment(editor, a_request(RIS), RIS).solutions.get()
    enrolment = Enrolment.objects.create(
        supplier=supplier, scheme_id=RIS, state="final", final_validated_on=date(2026, 1, 5)
    )
    enrolment.solutions.add(referenced)
    return Distribution.objects.create(
        solution=referenced, distributor=supplier, declared_on=date(2026, 1, 5), **MANDATE
    )


def opening_and_duties(browser: Client) -> tuple[Any, Any, list[Any]]:
    """What the scheme opens, the gate of its advances, and what is to do."""
    context = browser.get(reverse("dashboard")).context
    opening = next(one for one in context["openings"] if one.scheme.pk == RIS)
    form = browser.get(reverse("deposit_new")).context["openings"]
    assert advances(next(one for one in form if one.scheme.pk == RIS)) == advances(opening)
    duties = [one for one in context["duties"] if "ENR-" in one.detail]
    return opening, advances(opening), duties


def advances(opening: Any) -> Any:
    return next(gate for gate in opening.gates if gate.label == "Demandes d’avance")


def test_all_in_order_is_open(browser: Client, distribution: Distribution) -> None:
    """Nothing to say."""
    _, gate, duties = opening_and_duties(browser)
    assert (gate.is_open, gate.but, duties) == (True, "", [])


@pytest.mark.parametrize(
    ("changes", "said", "code"),
    [
        ({"declared_on": None}, UNDECLARED, "ENR-003"),
        (dict.fromkeys(MANDATE), "n’est pas encore accepté", "ENR-003"),
        ({"mandate_ends_on": date(2026, 2, 1)}, "n’est pas en vigueur", "ENR-003"),
    ],
)
def test_a_distributor_that_would_be_refused_is_told_before(
    browser: Client, distribution: Distribution, changes: dict[str, Any], said: str, code: str
) -> None:
    """The door is closed, in the rule's words; what to do is a duty and the next step."""
    Distribution.objects.update(**changes)
    opening, gate, duties = opening_and_duties(browser)
    assert not gate.is_open
    assert said in gate.why
    assert code in gate.why
    assert not opening.may_deposit
    (duty,) = duties
    assert said in duty.title
    assert duty.level == "error"
    assert opening.next_step in duty.detail


def test_the_habilitation_of_the_editor_counts_where_the_mandate_says_so(
    browser: Client, distribution: Distribution, supplier: Supplier
) -> None:
    """Without its own: refused, then open under a mandate that relies on the editor's."""
    Supplier.objects.filter(pk=supplier.pk).update(osu_granted_on=None)
    _, gate, (duty,) = opening_and_duties(browser)
    assert NO_OSU in gate.why
    assert NO_OSU in duty.title
    Distribution.objects.update(covers_osu=True)
    _, gate, duties = opening_and_duties(browser)
    assert (gate.is_open, duties) == (True, [])


def test_one_solution_of_two_keeps_the_door_open(
    browser: Client, distribution: Distribution, supplier: Supplier
) -> None:
    """What is not open yet is said beside it."""
    Distribution.objects.update(declared_on=None)
    own = Solution.objects.create(
        scheme_id=RIS,
        editor=supplier,
        name="Orion",
        version="1",
        reference_number="N1",
        file_submitted_on=date(2025, 6, 1),
        referenced_on=date(2025, 7, 1),
    )
    Enrolment.objects.get(supplier=supplier).solutions.add(own)
    _, gate, _ = opening_and_duties(browser)
    assert gate.is_open
    assert UNDECLARED in gate.but
    for page in ("dashboard", "deposit_new"):
        assert "Pas encore pour toutes vos solutions" in browser.get(reverse(page)).content.decode()


def test_who_has_no_enrolment_owes_no_habilitation(browser: Client, supplier: Supplier) -> None:
    """It is asked in the enrolment: nothing of it is refused before."""
    Supplier.objects.filter(pk=supplier.pk).update(osu_granted_on=None)
    assert "OSU" not in browser.get(reverse("dashboard")).content.decode()


def test_an_early_enrolment_waits_for_ans_then_for_its_supplier(
    browser: Client, supplier: Supplier, member: User
) -> None:
    """Whose turn it is changes with the referencing; what only finalising settles is no duty."""
    enrolment = an_enrolment(supplier, a_request(RIS), RIS, state="early")
    solution = enrolment.solutions.get()
    Solution.objects.filter(pk=solution.pk).update(referenced_on=None, reference_number="")
    pages = [
        reverse("dashboard"),
        reverse("enrolment_list"),
        reverse("enrolment_detail", args=[enrolment.pk]),
    ]
    for page in pages:
        assert "L’ANS instruit le référencement" in browser.get(page).content.decode(), page
    Solution.objects.filter(pk=solution.pk).update(
        referenced_on=date(2026, 1, 5), reference_number="N1"
    )
    for page in pages:
        words = browser.get(page).content.decode()
        assert "L’ANS instruit le référencement" not in words, page
        assert "L’ANS a référencé vos solutions" in words, page
