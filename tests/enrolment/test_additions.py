"""A solution that joins a validated enrolment: its own documents first, the others keep theirs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from enrolment.actions import review_document
from enrolment.actions.additions import add_solution, addable_solutions, drop_solution
from enrolment.actions.paperwork import lacks_of
from enrolment.models import Distribution, Enrolment, Membership, Solution, SupportingDocument, User
from segur_portal.common.models import JournalEntry, Notification, Reason, Window
from segur_portal.common.workflow import ForbiddenMoveError
from tests.factories import A_DAY, a_supplier, an_officer

from .kit import FAR, RIS, a_draft, a_signatory, complete, deposit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def signatory() -> Membership:
    return a_signatory()


@pytest.fixture
def final(signatory: Membership) -> Enrolment:
    """Validated for one solution, every document accepted."""
    enrolment = a_draft(signatory)
    Enrolment.objects.update(stage_asked="final")
    complete(enrolment, signatory)
    SupportingDocument.objects.update(
        state="accepted", reviewed_by=signatory.user, reviewed_at=A_DAY
    )
    Enrolment.objects.update(state="final", final_validated_on=A_DAY.date())
    enrolment.refresh_from_db()
    return enrolment


@pytest.fixture
def officer() -> User:
    return an_officer()


def a_solution(
    editor: Membership | str, version: str = "2.0", *, referenced: bool = True
) -> Solution:
    return Solution.objects.create(
        scheme_id=RIS,
        editor=editor.supplier if isinstance(editor, Membership) else a_supplier(editor, "Tiers"),
        name="RIS d’essai",
        version=version,
        reference_number=f"SEG-{version}" if referenced else "",
        file_submitted_on=A_DAY.date(),
        referenced_on=A_DAY.date() if referenced else None,
    )


def test_a_version_counts_once_its_certificate_is_accepted(
    final: Enrolment, signatory: Membership, officer: User
) -> None:
    """Asked for, deposited, sent back, deposited again, accepted; the first keeps its rights."""
    first, second = final.solutions.get(), a_solution(signatory)
    assert list(addable_solutions(final)) == [second]
    add_solution(final, second, actor=signatory.user)
    assert list(addable_solutions(final)) == []
    (lack,) = lacks_of(final)
    assert lack.asked
    assert lack.asked.key == ("certificate", second.pk)
    row = deposit(final, signatory.user, "certificate", second.pk, expires_on=FAR)
    reason = Reason.objects.filter(subject="document").order_by("pk")[0]
    review_document(row, "send_back", actor=officer, reason=reason, message="Illisible.")
    assert list(final.solutions.all()) == [first]
    row = deposit(final, signatory.user, "certificate", second.pk, expires_on=FAR)
    review_document(row, "accept", actor=officer)
    assert set(final.solutions.all()) == {first, second}
    assert not final.added_solutions.exists()
    assert Notification.objects.filter(title__startswith=f"{second} est ajoutée").exists()
    verbs = JournalEntry.objects.filter(subject_id=str(final.pk)).values_list("verb", flat=True)
    assert {"add_solution", "enrol_solution"} <= set(verbs)


def test_a_distributed_solution_waits_for_its_mandate_too(
    final: Enrolment, signatory: Membership, officer: User
) -> None:
    """A certificate alone gives nothing to a distributor."""
    foreign = a_solution("55208131766522")
    with pytest.raises(ForbiddenMoveError, match="ne l’éditez ni ne la distribuez"):
        add_solution(final, foreign, actor=signatory.user)
    Distribution.objects.create(
        solution=foreign, distributor=signatory.supplier, declared_on=A_DAY.date()
    )
    add_solution(final, foreign, actor=signatory.user)
    certificate = deposit(final, signatory.user, "certificate", foreign.pk)
    review_document(certificate, "accept", actor=officer)
    assert foreign not in final.solutions.all()
    mandate = deposit(final, signatory.user, "distribution_mandate", foreign.pk)
    review_document(mandate, "accept", actor=officer)
    assert foreign in final.solutions.all()


@pytest.mark.parametrize("state", ["draft", "submitted", "in_review", "early", "refused"])
def test_only_a_validated_enrolment_grows_that_way(
    final: Enrolment, signatory: Membership, state: str
) -> None:
    """Before, solutions are chosen in the steps."""
    Enrolment.objects.update(state=state, final_validated_on=None)
    with pytest.raises(ForbiddenMoveError, match="définitif seulement"):
        add_solution(final, a_solution(signatory), actor=signatory.user)


def test_what_may_not_join(final: Enrolment, signatory: Membership) -> None:
    """Not referenced, enrolled already, another scheme's, or after the enrolments are closed."""
    unknown = a_solution(signatory, referenced=False)
    elsewhere = Solution.objects.create(
        scheme_id="SONS-MDV-LGC-Va2",
        editor=signatory.supplier,
        name="LGC",
        version="1",
        reference_number="SEG-LGC",
        file_submitted_on=A_DAY.date(),
        referenced_on=A_DAY.date(),
    )
    for one in (unknown, elsewhere, final.solutions.get()):
        with pytest.raises(ForbiddenMoveError, match="ne peut pas être ajoutée"):
            add_solution(final, one, actor=signatory.user)
    Window.objects.filter(scheme=RIS, kind="enrolment").update(closes_on="2026-09-14")
    with pytest.raises(ForbiddenMoveError, match="clos depuis"):
        add_solution(final, a_solution(signatory, "3.0"), actor=signatory.user)
    assert not final.added_solutions.exists()


def test_an_addition_may_be_given_up(final: Enrolment, signatory: Membership) -> None:
    """Nothing is asked any more; a solution that is enrolled stays."""
    added = a_solution(signatory)
    add_solution(final, added, actor=signatory.user)
    drop_solution(final, added, actor=signatory.user)
    assert lacks_of(final) == []
    with pytest.raises(ForbiddenMoveError, match="pas en cours d’ajout"):
        drop_solution(final, final.solutions.get(), actor=signatory.user)


def test_the_page_adds_and_gives_up(
    final: Enrolment, signatory: Membership, client: Client
) -> None:
    """From the enrolment's page to its documents, and back; what is forged is refused in words."""
    added = a_solution(signatory)
    client.force_login(signatory.user)
    page, door = (reverse(f"enrolment_{name}", args=[final.pk]) for name in ("detail", "solutions"))
    assert "Ajouter une solution ou une version" in client.get(page).content.decode()
    answer = client.post(door, {"solution": added.pk}, follow=True)
    assert "dès que l’ASP les accepte" in answer.content.decode()
    assert "Certificat de référencement" in answer.content.decode()
    shown = client.get(page).content.decode()
    assert "En cours d’ajout" in shown
    assert "L’enrôlement est validé" in shown
    assert "Ajouter une solution ou une version" not in shown
    again = client.post(door, {"solution": added.pk}, follow=True).content.decode()
    assert "ne peut pas être ajoutée" in again
    assert client.post(door, {"solution": "x"}).status_code == 404
    client.post(door, {"retirer": added.pk})
    assert not final.added_solutions.exists()
