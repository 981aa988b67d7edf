"""A solution that its editor spelt otherwise than ANS does is recognised, and not made twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from enrolment.actions import declare_solution
from enrolment.models import Distribution, Enrolment, ReferencingImport, Solution, User
from segur_portal.common.models import Notification
from tests.admin.conftest import MDV, RIS
from tests.admin.lists import DISTRIBUTOR, a_line, page, ten_solutions, upload
from tests.enrolment.kit import a_draft
from tests.factories import a_member

SPELT = {"name": "médi-soft  RIS", "version": "v2.1"}


@pytest.fixture
def known(staff: dict[str, User]) -> list[Solution]:
    return ten_solutions()


@pytest.fixture
def declared(known: list[Solution]) -> Solution:
    """What the editor typed, not referenced."""
    return Solution.objects.create(scheme_id=RIS, editor=known[0].editor, **SPELT)


def test_the_editors_own_row_is_referenced_under_anss_spelling(
    sign_in: Any, declared: Solution
) -> None:
    """One row, its enrolment kept; the change of name is in the report and in the news; the
    distributor of the next line is that row's."""
    editor = declared.editor
    member = a_member(editor)
    enrolment = Enrolment.objects.create(
        supplier=editor, scheme_id=RIS, state="early", early_validated_on=date(2026, 9, 1)
    )
    enrolment.solutions.add(declared)
    lines = [
        a_line("Medi Soft RIS", version="2.1", number="M-1"),
        a_line(
            "Medi Soft RIS",
            version="2.1",
            number="M-1",
            distributor=DISTRIBUTOR,
            declared="2026-03-10",
        ),
    ]
    client = sign_in("ans")
    upload(client, *lines)
    import_ = ReferencingImport.objects.get()
    assert (import_.state, import_.added, import_.changed, import_.refused) == ("applied", 1, 1, 0)
    declared.refresh_from_db()
    assert (declared.name, declared.version, declared.reference_number) == (
        "Medi Soft RIS",
        "2.1",
        "M-1",
    )
    assert Solution.objects.count() == 11
    assert Distribution.objects.get().solution == declared
    assert enrolment.solutions.get() == declared
    shown = page(client)
    assert "nom : médi-soft  RIS → Medi Soft RIS" in shown
    assert "version : v2.1 → 2.1" in shown
    told = Notification.objects.get(user=member)
    assert "et non « médi-soft  RIS v2.1 »" in told.body
    upload(client, *lines)
    assert ReferencingImport.objects.latest("pk").state == "unchanged"


def test_the_exact_row_comes_first(sign_in: Any, declared: Solution) -> None:
    """Beside one of that very name, what is spelt nearly the same is another row's business."""
    exact = Solution.objects.create(
        scheme_id=RIS, editor=declared.editor, name="Medi Soft RIS", version="2.1"
    )
    upload(sign_in("ans"), a_line("Medi Soft RIS", version="2.1", number="M-1"))
    exact.refresh_from_db()
    declared.refresh_from_db()
    assert (exact.reference_number, declared.reference_number) == ("M-1", "")
    assert declared.name == SPELT["name"]


@pytest.mark.parametrize(
    ("others", "lines", "reason"),
    [
        (
            [{"name": "MEDI SOFT RIS", "version": "2.1"}],
            [a_line("Medi Soft RIS", version="2.1")],
            "« MEDI SOFT RIS 2.1 » et « médi-soft  RIS v2.1 » s’écrivent presque de même",
        ),
        (
            [],
            [a_line("Medi Soft RIS", version="2.1"), a_line("MEDI SOFT RIS", version="2.1")],
            "La liste écrit aussi cette solution « Medi Soft RIS 2.1 »",
        ),
        (
            [],
            [a_line("Medi Soft RIS", version="2.1"), a_line(SPELT["name"], version="v2.1")],
            "La liste écrit aussi cette solution « médi-soft  RIS v2.1 »",
        ),
    ],
    ids=["two candidates", "two new spellings", "the list names both"],
)
def test_what_could_be_two_solutions_is_refused(
    sign_in: Any,
    declared: Solution,
    others: list[dict[str, str]],
    lines: list[str],
    reason: str,
) -> None:
    """The line is left out, with the reason; nothing is guessed."""
    for one in others:
        Solution.objects.create(scheme_id=RIS, editor=declared.editor, **one)
    new = [a_line(f"Neuf {n}", number=f"N-{n}") for n in range(9)]
    client = sign_in("ans")
    upload(client, *lines, *new)
    import_ = ReferencingImport.objects.get()
    assert (import_.state, import_.refused) == ("applied", 1)
    assert reason in page(client)
    assert Solution.objects.count() == 11 + len(others) + 9


def test_a_referenced_solution_keeps_its_spelling(sign_in: Any, declared: Solution) -> None:
    """It was ANS's already: the line is refused, and says which name to use."""
    Solution.objects.filter(pk=declared.pk).update(
        file_submitted_on=date(2026, 1, 1), referenced_on=date(2026, 2, 1), reference_number="M-0"
    )
    new = [a_line(f"Neuf {n}", number=f"N-{n}") for n in range(9)]
    client = sign_in("ans")
    upload(client, a_line("Medi Soft RIS", version="2.1", number="M-1"), *new)
    assert ReferencingImport.objects.get().refused == 1
    assert "est déjà référencée et s’écrit presque de même" in page(client)
    declared.refresh_from_db()
    assert declared.name == SPELT["name"]


def test_another_scheme_or_editor_is_another_solution(sign_in: Any, declared: Solution) -> None:
    """The same name nearly spelt: recognised for its own scheme and editor only."""
    lines = [
        a_line("Medi Soft RIS", version="2.1", number="M-1", scheme=MDV),
        a_line("Medi Soft RIS", version="2.1", number="M-2", editor=DISTRIBUTOR),
    ]
    upload(sign_in("ans"), *lines)
    assert ReferencingImport.objects.get().added == 2
    declared.refresh_from_db()
    assert declared.name == SPELT["name"]


def test_an_editor_does_not_declare_a_solution_twice(sign_in: Any, known: list[Solution]) -> None:
    """Whichever came first: what ANS listed already is found under the editor's spelling."""
    user = a_member(known[0].editor)
    enrolment = a_draft(user.memberships.get())
    before = Solution.objects.count()
    found = declare_solution(enrolment, name="LOGICIEL-3", version="v1", actor=user)
    assert found == known[3]
    assert enrolment.solutions.contains(known[3])
    declare_solution(enrolment, name="Logiciel 3", version="1.1", actor=user)
    assert Solution.objects.count() == before + 1
