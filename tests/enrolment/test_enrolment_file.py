"""The supplier's file: begun, filled in, signed, sent; only what is open may change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from enrolment.actions import (
    IncompleteError,
    choose_solutions,
    declare_solution,
    move_enrolment,
    recap,
    save_organisation,
    start_enrolment,
    submit_enrolment,
)
from enrolment.actions.additions import add_solution
from enrolment.actions.paperwork import advice_of, lacks_of, open_steps
from enrolment.enums import MemberRole
from enrolment.models import Enrolment, Membership, Solution, SupportingDocument
from segur_portal.common.models import IssuedDocument, JournalEntry, Reason, Scheme
from segur_portal.common.workflow import ForbiddenMoveError
from tests.factories import A_DAY, a_member, a_supplier, an_officer

from .kit import RIS, a_draft, a_file, a_signatory, complete, deposit

pytestmark = pytest.mark.django_db
STRANGER = "73282932000074"


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def signatory() -> Membership:
    return a_signatory()


@pytest.fixture
def draft(signatory: Membership) -> Enrolment:
    return a_draft(signatory)


def test_a_second_start_opens_the_same_file(signatory: Membership, draft: Enrolment) -> None:
    """One living enrolment by supplier and scheme."""
    again = start_enrolment(signatory.supplier, draft.scheme, actor=signatory.user)
    assert again.pk == draft.pk


def test_nothing_begins_outside_the_window(signatory: Membership) -> None:
    """The scheme's enrolments are closed after their last day."""
    with time_machine.travel("2027-01-04 10:00Z"), pytest.raises(ForbiddenMoveError, match="clos"):
        start_enrolment(signatory.supplier, Scheme.objects.get(pk=RIS), actor=signatory.user)


def test_an_incomplete_file_is_not_sent(signatory: Membership, draft: Enrolment) -> None:
    """The refusal says everything that is missing; nothing moves, no receipt."""
    with pytest.raises(IncompleteError, match="Pièce d’identité du représentant légal"):
        submit_enrolment(draft, membership=signatory)
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert not IssuedDocument.objects.exists()


def test_a_complete_file_is_signed_and_sent(signatory: Membership, draft: Enrolment) -> None:
    """Who, when, what was signed; a receipt; the move in the journal."""
    complete(draft, signatory)
    submission = submit_enrolment(draft, membership=signatory)
    draft.refresh_from_db()
    assert draft.state == "submitted"
    assert (submission.signed_by, submission.number) == (signatory.user, 1)
    assert len(submission.content["documents"]) == 3
    assert "7890189" not in str(submission.content)
    receipt = IssuedDocument.objects.get(kind="enrolment_receipt")
    assert receipt.recipient_siret == signatory.supplier.siret
    entry = JournalEntry.objects.get(verb="submit", subject="enrolment.Enrolment")
    assert (entry.source, entry.target, entry.actor) == ("draft", "submitted", signatory.user)


@pytest.mark.parametrize("role", [MemberRole.PREPARER, MemberRole.READER])
def test_only_those_who_engage_the_organisation_sign(
    draft: Enrolment, signatory: Membership, role: str
) -> None:
    """A preparer prepares, a reader reads."""
    complete(draft, signatory)
    other = a_member(signatory.supplier, role).memberships.get()
    with pytest.raises(ForbiddenMoveError, match="représentant légal"):
        submit_enrolment(draft, membership=other)


def test_nobody_signs_for_another_organisation(draft: Enrolment, signatory: Membership) -> None:
    """A forged request with another supplier's enrolment changes nothing."""
    complete(draft, signatory)
    stranger = a_member(a_supplier(STRANGER, "Autre")).memberships.get()
    with pytest.raises(ForbiddenMoveError):
        submit_enrolment(draft, membership=stranger)


def test_nothing_changes_once_sent(signatory: Membership, draft: Enrolment) -> None:
    """Answers, solutions, documents and a second submission are refused while ASP examines."""
    complete(draft, signatory)
    submit_enrolment(draft, membership=signatory)
    deeds: list[Any] = [
        lambda: save_organisation(draft, {"wanted_name": "Autre"}),
        lambda: choose_solutions(draft, [], stage="final"),
        lambda: deposit(draft, signatory.user, "identity"),
        lambda: submit_enrolment(draft, membership=signatory),
    ]
    for deed in deeds:
        with pytest.raises(ForbiddenMoveError):
            deed()


def test_a_document_that_is_not_asked_is_refused(signatory: Membership, draft: Enrolment) -> None:
    """No Kbis without another name, no document about a foreign solution."""
    for key in (("kbis", None), ("certificate", 999_999)):
        with pytest.raises(ForbiddenMoveError, match="pas demandé"):
            deposit(draft, signatory.user, *key)


def test_a_replaced_document_keeps_its_history(signatory: Membership, draft: Enrolment) -> None:
    """Versions follow one another; one is current, the former is still there."""
    first = deposit(draft, signatory.user, "identity")
    second = deposit(draft, signatory.user, "identity")
    first.refresh_from_db()
    assert (first.version, second.version) == (1, 2)
    assert first.replaced_at is not None
    assert list(draft.documents.current()) == [second]
    assert first.file.content.storage.exists(str(first.file.content.name))


def test_the_database_keeps_one_current_version(draft: Enrolment, signatory: Membership) -> None:
    """Even written by hand, two current versions of one document cannot be."""
    document = deposit(draft, signatory.user, "identity")
    with pytest.raises(IntegrityError), transaction.atomic():
        SupportingDocument.objects.bulk_create(
            [
                SupportingDocument(
                    enrolment=draft,
                    kind="identity",
                    version=2,
                    file=document.file,
                    media_type="application/pdf",
                    deposited_by=signatory.user,
                    deposited_at=A_DAY,
                )
            ]
        )


@pytest.mark.parametrize("given", ["reason", "message"])
def test_the_database_refuses_a_correction_half_explained(
    draft: Enrolment, signatory: Membership, given: str
) -> None:
    """A coded reason without a text, or a text without a reason."""
    document = deposit(draft, signatory.user, "identity")
    reason = Reason.objects.filter(subject="document").first()
    fields = {"reason": reason} if given == "reason" else {"message": "Illisible."}
    with pytest.raises(IntegrityError), transaction.atomic():
        SupportingDocument.objects.filter(pk=document.pk).update(
            state="to_correct", reviewed_by=signatory.user, reviewed_at=A_DAY, **fields
        )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        (b"MZ\x90\x00 not a picture", "ni un PDF"),
        (b"<html><script>alert(1)</script></html>", "ni un PDF"),
        (b"%PDF-1.4 but nothing behind", "abîmé"),
        (b"\x89PNG\r\n\x1a\n cut short", "abîmée"),
        (b"\xff\xd8\xff\xe0 cut short", "abîmée"),
    ],
)
def test_a_file_is_judged_on_its_content(
    draft: Enrolment, signatory: Membership, content: bytes, words: str
) -> None:
    """Its name proves nothing; nothing is kept of a refused file."""
    file = ContentFile(content, name="identite.pdf")
    with pytest.raises(ValidationError, match=words):
        deposit(draft, signatory.user, "identity", file=file)
    assert not draft.documents.exists()


def test_limits_are_settings(draft: Enrolment, signatory: Membership, settings: Any) -> None:
    """Too many bytes, too many pages."""
    settings.ENROLMENT_FILE_MAX_BYTES = 100
    with pytest.raises(ValidationError, match="trop gros"):
        deposit(draft, signatory.user, "identity", file=a_file())
    settings.ENROLMENT_FILE_MAX_BYTES = 10_000
    settings.ENROLMENT_FILE_MAX_PAGES = 0
    with pytest.raises(ValidationError, match="pages"):
        deposit(draft, signatory.user, "identity", file=a_file())


def test_a_solution_of_another_is_not_chosen(draft: Enrolment) -> None:
    """Only those the supplier edits or distributes."""
    other = Solution.objects.create(
        scheme_id=RIS, editor=a_supplier(STRANGER, "Autre"), name="Autre RIS", version="2"
    )
    with pytest.raises(ValidationError, match="Autre RIS 2"):
        choose_solutions(draft, [other], stage="early")


def test_dates_of_the_documents_are_checked_again_when_sent(
    signatory: Membership, draft: Enrolment
) -> None:
    """An identity document that ended since its deposit keeps the file from being sent."""
    deposit(draft, signatory.user, "identity", expires_on=date(2026, 9, 15))
    complete(draft, signatory)
    with (
        time_machine.travel("2026-09-16 08:00Z"),
        pytest.raises(IncompleteError, match="expiré depuis le 15/09/2026"),
    ):
        submit_enrolment(draft, membership=signatory)


@pytest.mark.parametrize(
    ("role", "proxy"),
    [(MemberRole.PROXY, "employee"), (MemberRole.THIRD_PARTY_PROXY, "third_party")],
)
def test_an_agent_signs_only_as_the_file_declares(
    draft: Enrolment, signatory: Membership, role: str, proxy: str
) -> None:
    """Their mandate or contract, their identity and their name are in the file first."""
    complete(draft, signatory)
    agent = a_member(signatory.supplier, role).memberships.get()
    other = "third_party" if proxy == "employee" else "employee"
    for declared in ("none", other):
        Enrolment.objects.filter(pk=draft.pk).update(proxy=declared, proxy_name="Léa Roy")
        with pytest.raises(IncompleteError, match="vous signez comme mandataire"):
            submit_enrolment(draft, membership=agent)
    save_organisation(draft, {"proxy": proxy, "proxy_name": " "})
    with pytest.raises(IncompleteError, match="Nom du mandataire"):
        submit_enrolment(draft, membership=agent)
    save_organisation(draft, {"proxy": proxy, "proxy_name": "Léa Roy"})
    with pytest.raises(IncompleteError, match="Pièce d’identité du mandataire"):
        submit_enrolment(draft, membership=agent)
    complete(draft, signatory)
    assert submit_enrolment(draft, membership=agent).signed_by == agent.user


def test_an_agent_is_declared_before_the_finalisation(
    draft: Enrolment, signatory: Membership
) -> None:
    """Once the early stage is validated, the step is open for it."""
    Enrolment.objects.filter(pk=draft.pk).update(
        state="early", early_validated_on=date(2026, 9, 1), proxy="employee"
    )
    draft.refresh_from_db()
    assert "organisation" in open_steps(draft)
    Enrolment.objects.filter(pk=draft.pk).update(state="correction_requested")
    draft.refresh_from_db()
    assert "organisation" in open_steps(draft)
    save_organisation(draft, {"proxy_name": "Léa Roy"})
    draft.refresh_from_db()
    assert "organisation" not in open_steps(draft)


@pytest.mark.parametrize(("code", "note"), [("", "Refaire."), ("unreadable", "")])
def test_a_correction_has_a_coded_reason_and_a_text(draft: Enrolment, code: str, note: str) -> None:
    """Neither without the other."""
    Enrolment.objects.filter(pk=draft.pk).update(state="in_review")
    with pytest.raises(ForbiddenMoveError, match="motif"):
        move_enrolment(
            draft,
            "request_correction",
            actor=an_officer(),
            role="officer",
            reason_code=code,
            note=note,
        )


def test_a_solution_not_referenced_is_left_out_before_finalising(signatory: Membership) -> None:
    """It would keep the others waiting; it joins the enrolment once ANS has referenced it."""
    draft = a_draft(signatory)
    known = draft.solutions.get()
    Solution.objects.filter(pk=known.pk).update(
        reference_number="SEG-1", file_submitted_on=A_DAY.date(), referenced_on=A_DAY.date()
    )
    late = declare_solution(draft, name="RIS d’essai", version="2.0", actor=signatory.user)
    Enrolment.objects.update(state="early", early_validated_on=A_DAY.date())
    draft.refresh_from_db()
    assert "RIS d’essai 2.0 n’est pas référencée" in " ".join(advice_of(draft))
    choose_solutions(draft, [known], stage="early")
    assert list(draft.solutions.all()) == [known]
    assert advice_of(draft) == []
    Enrolment.objects.update(state="final", final_validated_on=A_DAY.date())
    draft.refresh_from_db()
    Solution.objects.filter(pk=late.pk).update(
        reference_number="SEG-2", file_submitted_on=A_DAY.date(), referenced_on=A_DAY.date()
    )
    add_solution(draft, late, actor=signatory.user)
    assert list(draft.added_solutions.all()) == [late]


def test_the_early_stage_no_longer_asks_for_its_stage(
    signatory: Membership, client: Client
) -> None:
    """In a browser: only the solutions are to choose."""
    draft = a_draft(signatory)
    Enrolment.objects.update(state="early", early_validated_on=A_DAY.date())
    client.force_login(signatory.user)
    page = reverse("enrolment_step", args=[draft.pk, "solutions"])
    shown = client.get(page).content.decode()
    assert "Quel enrôlement demandez-vous" not in shown
    assert "L’étape anticipée est validée" in shown
    client.post(page, {"csrfmiddlewaretoken": "unused", "solutions": []})
    assert not draft.solutions.exists()
    wrong = client.post(page, {"solutions": ["999999"]}).content.decode()
    assert "Déclarer une solution que vous éditez" in wrong


def test_an_early_enrolment_lacks_what_its_finalisation_lacks(draft: Enrolment) -> None:
    """The certificate is said missing before the signature, and the recap says what is sent."""
    assert not any("Certificat" in one.sentence for one in lacks_of(draft))
    assert recap(draft)["stage"] == "Anticipé"
    draft.state = "early"
    assert any("Certificat" in one.sentence for one in lacks_of(draft))
    assert recap(draft)["stage"] == "Définitif"
