"""What a validated enrolment declares anew: its rights stay until an officer accepts the change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from enrolment.actions import review_document
from enrolment.actions.amendments import (
    decide_amendment,
    save_amendment,
    start_amendment,
    submit_amendment,
    withdraw_amendment,
)
from enrolment.actions.files import IncompleteError
from enrolment.actions.paperwork import lacks_of, lapses_of
from enrolment.models import Amendment, Enrolment, Membership, Submission, SupportingDocument, User
from enrolment.report.timeline import timeline_of
from funding.actions.retention import purge
from segur_portal.common.models import IssuedDocument, Notification, Reason
from segur_portal.common.workflow import ForbiddenMoveError
from tests.factories import A_DAY, a_member, a_supplier, an_officer

from .changing import DAY, ENDS, GRANTED, _on_a_day, a_change, a_reason, final, officer, signatory
from .kit import deposit

__all__ = ["_on_a_day", "final", "officer", "signatory"]
pytestmark = pytest.mark.django_db


def test_another_legal_representative_brings_an_identity_document(
    final: Enrolment, signatory: Membership, officer: User
) -> None:
    """Declared, its document deposited, signed, accepted: only then is it the enrolment's."""
    assert lacks_of(final) == []
    change = a_change(final, signatory, legal_representative="Dominique Petit")
    with pytest.raises(IncompleteError, match="vaut pour « Camille Martin », et non pour"):
        submit_amendment(change, membership=signatory)
    row = deposit(final, signatory.user, "identity")
    submission = submit_amendment(change, membership=signatory)
    assert submission.content["changes"] == [
        {"label": "Représentant légal", "before": "Camille Martin", "after": "Dominique Petit"}
    ]
    receipt = IssuedDocument.objects.filter(kind="enrolment_receipt").latest("pk")
    assert receipt.data["changes"] == submission.content["changes"]
    with pytest.raises(ForbiddenMoveError, match="Il reste à accepter : Pièce d’identité"):
        decide_amendment(change, "accept", actor=officer)
    review_document(row, "accept", actor=officer)
    final.refresh_from_db()
    assert final.legal_representative == "Camille Martin"
    decide_amendment(change, "accept", actor=officer)
    final.refresh_from_db()
    assert (final.legal_representative, final.state) == ("Dominique Petit", "final")
    assert lacks_of(final) == []
    assert Notification.objects.filter(title__startswith="Votre changement est accepté").exists()


def test_rights_stay_meanwhile_and_former_documents_are_not_asked_again(
    final: Enrolment, signatory: Membership
) -> None:
    """The document in force keeps the right, whatever becomes of the change."""
    a_change(final, signatory, legal_representative="Dominique Petit")
    deposit(final, signatory.user, "identity")
    assert lapses_of(final, A_DAY.date()).sentences == ()


def test_what_is_wrong_elsewhere_does_not_keep_a_change_back(
    final: Enrolment, signatory: Membership, officer: User
) -> None:
    """An expired certificate, a renewal sent back: their own points, not the change's."""
    SupportingDocument.objects.filter(kind="certificate").update(expires_on=A_DAY.date() - DAY)
    renewal = deposit(final, signatory.user, "identity")
    reason = Reason.objects.filter(subject="document").order_by("pk")[0]
    review_document(renewal, "send_back", actor=officer, reason=reason, message="Illisible.")
    change = a_change(final, signatory, osu_expires_on=date(2028, 12, 31))
    submit_amendment(change, membership=signatory)
    decide_amendment(change, "accept", actor=officer)
    assert {lack.asked.kind for lack in lacks_of(final) if lack.asked} == {
        "certificate",
        "identity",
    }


@pytest.mark.parametrize(
    ("answers", "kinds"),
    [
        (
            {"proxy": "employee", "proxy_name": "Alix Bon"},
            {"proxy_identity", "proxy_mandate"},
        ),
        (
            {"proxy": "third_party", "proxy_name": "Alix Bon"},
            {"proxy_identity", "service_contract"},
        ),
        ({"is_vat_subject": False}, {"vat"}),
        ({"hosts_data": True}, {"hosting_certificate"}),
        ({"wanted_name": "Autre nom"}, {"kbis"}),
        ({"legal_representative": "D. Petit"}, {"identity"}),
        ({"osu_expires_on": date(2028, 12, 31)}, set()),
        ({"uses_own_order_layout": True}, set()),
    ],
)
def test_each_answer_asks_for_the_documents_of_its_line(
    final: Enrolment, signatory: Membership, answers: dict[str, Any], kinds: set[str]
) -> None:
    """The same table as for a draft: nothing more, nothing less."""
    change = a_change(final, signatory, **answers)
    if not kinds:
        submit_amendment(change, membership=signatory)
        return
    with pytest.raises(IncompleteError):
        submit_amendment(change, membership=signatory)
    for kind in sorted(kinds):
        deposit(final, signatory.user, kind)
    submit_amendment(change, membership=signatory)
    assert change.state == "submitted"


def test_the_organisation_s_facts_follow(
    final: Enrolment, signatory: Membership, officer: User
) -> None:
    """What the rules read moves with the acceptance: VAT, OSU."""
    change = a_change(final, signatory, is_vat_subject=False, osu_expires_on=date(2028, 12, 31))
    deposit(final, signatory.user, "vat")
    submit_amendment(change, membership=signatory)
    review_document(SupportingDocument.objects.get(kind="vat"), "accept", actor=officer)
    signatory.supplier.refresh_from_db()
    assert signatory.supplier.is_vat_subject
    decide_amendment(change, "accept", actor=officer)
    signatory.supplier.refresh_from_db()
    assert not signatory.supplier.is_vat_subject
    assert signatory.supplier.osu_expires_on == date(2028, 12, 31)


def test_an_osu_renewed_early_keeps_the_days_that_are_left(
    final: Enrolment, signatory: Membership, officer: User
) -> None:
    """A period that follows the former is one with it; a gap is not accepted before its time."""
    dates = {"osu_granted_on": ENDS + timedelta(days=1), "osu_expires_on": date(2028, 12, 31)}
    change = a_change(final, signatory, **dates)
    submit_amendment(change, membership=signatory)
    decide_amendment(change, "accept", actor=officer)
    supplier = signatory.supplier
    supplier.refresh_from_db()
    assert (supplier.osu_granted_on, supplier.osu_expires_on) == (GRANTED, date(2028, 12, 31))
    gap = {"osu_granted_on": date(2029, 1, 2), "osu_expires_on": date(2030, 1, 1)}
    later = a_change(final, signatory, **gap)
    submit_amendment(later, membership=signatory)
    with pytest.raises(ForbiddenMoveError, match="serait sinon perdue"):
        decide_amendment(later, "accept", actor=officer)
    with time_machine.travel(A_DAY.replace(year=2029), tick=True):
        decide_amendment(later, "accept", actor=officer)
    supplier.refresh_from_db()
    assert (supplier.osu_granted_on, supplier.osu_expires_on) == tuple(gap.values())


def test_a_change_is_sent_back_then_corrected(
    final: Enrolment, signatory: Membership, officer: User
) -> None:
    """A coded reason and a text; the supplier answers, and the former words are gone."""
    change = a_change(final, signatory, osu_expires_on=date(2028, 12, 31))
    submit_amendment(change, membership=signatory)
    with pytest.raises(ForbiddenMoveError, match="transmis"):
        save_amendment(change, {"proxy": "none"})
    with pytest.raises(ForbiddenMoveError, match="demande un motif"):
        decide_amendment(change, "send_back", actor=officer)
    code = a_reason()
    decide_amendment(change, "send_back", actor=officer, reason_code=code, note="Quelle date ?")
    assert (change.state, change.message) == ("to_correct", "Quelle date ?")
    notice = Notification.objects.filter(title__startswith="Votre changement est à corriger").get()
    assert "Quelle date ?" in notice.body
    save_amendment(change, {"osu_expires_on": date(2029, 12, 31)})
    change.refresh_from_db()
    submit_amendment(change, membership=signatory)
    change.refresh_from_db()
    assert (change.state, change.message, change.reason) == ("submitted", "", None)
    assert Submission.objects.filter(enrolment=final).count() == 2


def test_a_change_refused_or_given_up_leaves_the_enrolment_as_it_was(
    final: Enrolment, signatory: Membership, officer: User
) -> None:
    """Another may be declared afterwards; one at a time."""
    change = a_change(final, signatory, is_vat_subject=True, hosts_data=True)
    assert start_amendment(final, actor=signatory.user) == change
    withdraw_amendment(change, actor=signatory.user)
    second = a_change(final, signatory, osu_expires_on=date(2028, 12, 31))
    assert second.number == 2
    submit_amendment(second, membership=signatory)
    decide_amendment(second, "refuse", actor=officer, reason_code=a_reason(), note="Non.")
    final.refresh_from_db()
    assert (final.hosts_data, final.osu_expires_on) == (False, ENDS)
    titles = [one.title for one in timeline_of(final)]
    assert titles[:2] == ["L’ASP a refusé le changement", "Changement transmis à l’ASP"]
    assert "Changement abandonné" in titles
    assert all(one.who != str(officer) for one in timeline_of(final))


def _nothing_changed(change: Amendment, signatory: Membership, officer: User) -> None:
    submit_amendment(change, membership=signatory)


def _not_sent(change: Amendment, signatory: Membership, officer: User) -> None:
    decide_amendment(change, "accept", actor=officer)


def _by_a_preparer(change: Amendment, signatory: Membership, officer: User) -> None:
    preparer = a_member(signatory.supplier, email="prep@exemple.fr", role="preparer")
    submit_amendment(change, membership=preparer.memberships.get())


def _by_a_stranger(change: Amendment, signatory: Membership, officer: User) -> None:
    stranger = a_member(a_supplier("55208131766522"), email="autre@exemple.fr")
    submit_amendment(change, membership=stranger.memberships.get())


def _by_an_unassigned_officer(change: Amendment, signatory: Membership, officer: User) -> None:
    save_amendment(change, {"osu_expires_on": date(2028, 12, 31)})
    submit_amendment(change, membership=signatory)
    officer.assignments.all().delete()
    other = an_officer(email="libre@asp.fr")
    other.assignments.all().delete()
    decide_amendment(change, "accept", actor=other)


def _held_by_a_colleague(change: Amendment, signatory: Membership, officer: User) -> None:
    save_amendment(change, {"osu_expires_on": date(2028, 12, 31)})
    submit_amendment(change, membership=signatory)
    Enrolment.objects.update(assigned_to=an_officer(email="collegue@asp.fr"))
    decide_amendment(change, "accept", actor=officer)


@pytest.mark.parametrize(
    "deed",
    [
        _nothing_changed,
        _not_sent,
        _by_a_preparer,
        _by_a_stranger,
        _by_an_unassigned_officer,
        _held_by_a_colleague,
    ],
)
def test_what_is_not_allowed(
    final: Enrolment,
    signatory: Membership,
    officer: User,
    deed: Callable[[Amendment, Membership, User], None],
) -> None:
    """Wrong state, wrong person: refused in words, nothing moves."""
    change = start_amendment(final, actor=signatory.user)
    with pytest.raises(ForbiddenMoveError):
        deed(change, signatory, officer)
    final.refresh_from_db()
    assert final.osu_expires_on == ENDS


@pytest.mark.parametrize("state", ["draft", "submitted", "in_review", "early", "refused"])
def test_only_a_validated_enrolment_is_changed_that_way(
    final: Enrolment, signatory: Membership, state: str
) -> None:
    """Before, its own steps are open."""
    Enrolment.objects.update(state=state, final_validated_on=None)
    final.refresh_from_db()
    with pytest.raises(ForbiddenMoveError, match="définitif validé"):
        start_amendment(final, actor=signatory.user)


def test_the_database_keeps_one_change_under_way(final: Enrolment, signatory: Membership) -> None:
    """And a refusal always has its reason."""
    change = start_amendment(final, actor=signatory.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.create(enrolment=final, number=2, started_by=signatory.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.filter(pk=change.pk).update(state="refused")
    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.filter(pk=change.pk).update(state="accepted")


def test_an_enrolment_older_than_the_question_is_not_asked_what_is_known(
    final: Enrolment, signatory: Membership
) -> None:
    """The organisation's own dates answer for it; without them, it is asked."""
    Enrolment.objects.update(osu="", osu_granted_on=None, osu_expires_on=None)
    assert lacks_of(Enrolment.objects.get()) == []
    type(signatory.supplier).objects.update(osu_granted_on=None, osu_expires_on=None)
    (lack,) = lacks_of(Enrolment.objects.get())
    assert "Habilitation OSU" in lack.sentence


def test_facts_changed_elsewhere_since_are_not_overwritten(
    final: Enrolment, signatory: Membership, officer: User
) -> None:
    """Two enrolments of one organisation: the second to be accepted is told."""
    change = a_change(final, signatory, osu_expires_on=date(2028, 12, 31))
    submit_amendment(change, membership=signatory)
    type(signatory.supplier).objects.update(osu_expires_on=date(2027, 6, 30))
    with pytest.raises(ForbiddenMoveError, match="Changé aussi pour l’organisation"):
        decide_amendment(change, "accept", actor=officer)
    change.refresh_from_db()
    assert change.state == "submitted"


def test_an_identity_document_is_kept_as_long_after_its_own_verification(
    final: Enrolment, signatory: Membership, officer: User
) -> None:
    """Two months after the validation for the first; the one of a change counts its own."""
    first = SupportingDocument.objects.get(kind="identity")
    with time_machine.travel(A_DAY + timedelta(days=50), tick=True):
        renewed = deposit(final, signatory.user, "identity")
    with time_machine.travel(A_DAY + timedelta(days=100), tick=True):
        review_document(renewed, "accept", actor=officer)
        assert purge()["identity"] == 1
    assert (_is_kept(first), _is_kept(renewed)) == (False, True)
    with time_machine.travel(A_DAY + timedelta(days=163), tick=True):
        assert purge()["identity"] == 1


def _is_kept(row: SupportingDocument) -> bool:
    return SupportingDocument.objects.filter(pk=row.pk, file__deleted_at=None).exists()
