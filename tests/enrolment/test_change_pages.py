"""Declaring a change on the pages: the supplier's, a reader's, the officer's."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.actions import review_document, sync_groups
from enrolment.actions.amendments import (
    decide_amendment,
    differences,
    submit_amendment,
)
from enrolment.actions.paperwork import lacks_of
from enrolment.models import Amendment, Enrolment, Membership, SupportingDocument, User
from tests.factories import a_member

from .changing import ENDS, GRANTED, _on_a_day, a_change, a_reason, final, officer, signatory
from .kit import deposit

__all__ = ["_on_a_day", "final", "officer", "signatory"]
pytestmark = pytest.mark.django_db


def test_the_page_goes_from_the_answers_to_the_signature(
    final: Enrolment, signatory: Membership, client: Client
) -> None:
    """Answers kept as they are typed, the documents that they ask for, the signature, the end."""
    client.force_login(signatory.user)
    detail, page = (reverse(f"enrolment_{name}", args=[final.pk]) for name in ("detail", "change"))
    assert "Déclarer un changement" in client.get(detail).content.decode()
    assert client.get(page).status_code == 200
    assert not Amendment.objects.exists()
    answers = {
        "legal_representative": "Dominique Petit",
        "is_vat_subject": "True",
        "hosts_data": "False",
        "proxy": "none",
        "osu": "held",
        "osu_granted_on": GRANTED.isoformat(),
        "osu_expires_on": ENDS.isoformat(),
    }
    shown = client.get(page).context["answers_shown"]
    first = {**answers, "answers_shown": shown}
    saved = client.post(page, first, headers={"HX-Request": "true"}).content.decode()
    assert "Enregistré le" in saved
    other = {**first, "legal_representative": "Lou Petit"}
    stale = client.post(page, other, headers={"HX-Request": "true"}).content.decode()
    assert "par un collègue : représentant légal" in stale
    wrong = {**answers, "osu_expires_on": "2024-01-01"}
    refused = client.post(page, wrong, headers={"HX-Request": "true"}).content.decode()
    assert "Cette date précède celle de l’obtention" in refused
    assert Amendment.objects.get().osu_expires_on == ENDS
    assert client.post(page, wrong).status_code == 200
    shown = client.get(page)
    early = {"action": "signer", "is_certified": "on"}
    early["seen"] = shown.context["signature"].initial["seen"]
    kept = client.post(page, early).content.decode()
    assert "et non pour « Dominique Petit »" in kept
    assert "Signer et transmettre" in kept
    deposit(final, signatory.user, "identity")
    shown = client.get(page)
    seen = shown.context["signature"].initial["seen"]
    signed = {"action": "signer", "is_certified": "on", "seen": "autre chose"}
    assert "a changé depuis l’affichage" in client.post(page, signed).content.decode()
    answer = client.post(page, {**signed, "seen": seen}, follow=True).content.decode()
    assert "Votre changement est transmis" in answer
    assert "Transmis à l’ASP" in answer
    assert "il se consulte sans se modifier" in client.get(page).content.decode()
    client.post(page, answers)
    assert Amendment.objects.get().state == "submitted"
    client.post(page, {"action": "abandonner"})
    assert Amendment.objects.get().state == "withdrawn"


def test_a_reader_follows_the_link_to_what_it_may_read(
    final: Enrolment, signatory: Membership, client: Client
) -> None:
    """Its duties and its news lead to the enrolment, never to a page that refuses it."""
    a_change(final, signatory, osu_expires_on=date(2028, 12, 31))
    client.force_login(a_member(signatory.supplier, "reader", "lecteur@exemple.fr"))
    shown = client.get(reverse("dashboard")).content.decode()
    page = reverse("enrolment_change", args=[final.pk])
    assert page in shown
    detail = reverse("enrolment_detail", args=[final.pk])
    step = reverse("enrolment_step", args=[final.pk, "documents"])
    for address in (page, step):
        assert client.get(address).headers["Location"] == detail
        assert client.post(address, {"action": "abandonner"}).status_code == 403
    assert "Changement déclaré" in client.get(detail).content.decode()
    assert Amendment.objects.get().state == "draft"


def test_the_dashboard_says_that_a_change_waits(
    final: Enrolment, signatory: Membership, officer: User, client: Client
) -> None:
    """Prepared and forgotten, or sent back: a duty with its link."""
    client.force_login(signatory.user)
    change = a_change(final, signatory, osu_expires_on=date(2028, 12, 31))
    assert "Changement non transmis" in client.get(reverse("dashboard")).content.decode()
    submit_amendment(change, membership=signatory)
    assert "Changement" not in client.get(reverse("dashboard")).content.decode()
    decide_amendment(
        change, "send_back", actor=officer, reason_code=a_reason(), note="Quelle date ?"
    )
    shown = client.get(reverse("dashboard")).content.decode()
    assert "Changement à corriger" in shown
    assert "Quelle date ?" in shown


def test_an_officer_decides_in_the_admin(
    final: Enrolment, signatory: Membership, officer: User, client: Client
) -> None:
    """The queue names it, the page of review compares, the deed accepts."""
    change = a_change(final, signatory, osu_expires_on=date(2028, 12, 31))
    submit_amendment(change, membership=signatory)
    sync_groups()
    client.force_login(officer)
    queue = client.get(reverse("admin:enrolment_enrolment_changelist"), {"file": "changements"})
    assert "Examiner le changement déclaré" in queue.content.decode()
    review = client.get(reverse("admin:enrolment_enrolment_review", args=[final.pk]))
    assert "Camille Martin" in review.content.decode()
    assert "obtenue le 01/01/2025, jusqu’au 31/12/2028" in review.content.decode()
    deed = reverse("admin:enrolment_enrolment_deed", args=[final.pk, "accept_change"])
    assert "Habilitation OSU" in client.get(deed).content.decode()
    client.post(deed, {"note": ""})
    change.refresh_from_db()
    assert change.state == "accepted"
    shown = client.get(reverse("admin:enrolment_enrolment_change", args=[final.pk]))
    assert "Changements déclarés" in shown.content.decode()
    assert "Journal des changements" in shown.content.decode()
    assert "Accepter le changement" in shown.content.decode()
    late = client.post(deed, {"note": ""}, follow=True)
    assert late.status_code == 200
    assert list(differences(final, change))


def test_a_document_may_be_confirmed_for_the_new_answer(
    final: Enrolment, signatory: Membership, officer: User, client: Client
) -> None:
    """A name spelt better: the same file is examined again, nothing is uploaded twice."""
    client.force_login(signatory.user)
    change = a_change(final, signatory, legal_representative="Camille Martin-Durand")
    page = reverse("enrolment_change", args=[final.pk])
    assert "Cette pièce vaut aussi pour la nouvelle réponse" in client.get(page).content.decode()
    door = reverse("enrolment_document", args=[final.pk, "identity"])
    shown = client.post(door, {"confirmer": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert "Document déposé" in shown
    first, second = SupportingDocument.objects.filter(kind="identity").order_by("version")
    assert (second.state, second.file_id, second.expires_on) == (
        "pending",
        first.file_id,
        first.expires_on,
    )
    again = client.post(door, {"confirmer": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert "rien à confirmer" in again
    submit_amendment(change, membership=signatory)
    review_document(second, "accept", actor=officer)
    decide_amendment(change, "accept", actor=officer)
    assert lacks_of(Enrolment.objects.get()) == []
