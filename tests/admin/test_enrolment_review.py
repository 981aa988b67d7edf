"""Officers examine enrolments: documents one by one, then the whole; one officer at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.actions import (
    decide_bank_details,
    save_bank_details,
    save_organisation,
    submit_enrolment,
)
from enrolment.actions.paperwork import current_documents
from enrolment.actions.reviews import points_of
from enrolment.models import (
    BankDetails,
    Distribution,
    Enrolment,
    Membership,
    Solution,
    SupportingDocument,
    User,
)
from segur_portal.common.models import JournalEntry, Notification, OutgoingMail, Reason
from segur_portal.common.workflow import ForbiddenMoveError
from tests.enrolment.kit import (
    BIC,
    IBAN,
    OTHER_BIC,
    OTHER_IBAN,
    RIS,
    a_draft,
    a_signatory,
    complete,
    deposit,
)
from tests.factories import A_DAY, a_supplier

OTHER_SIRET = "55208131766522"
MESSAGE = "La photographie est coupée."


@pytest.fixture
def signatory(staff: dict[str, User]) -> Membership:
    return a_signatory()


@pytest.fixture
def sent(signatory: Membership) -> Enrolment:
    """A complete early enrolment, sent."""
    enrolment = complete(a_draft(signatory), signatory)
    submit_enrolment(enrolment, membership=signatory)
    enrolment.refresh_from_db()
    return enrolment


def do(client: Client, enrolment: Enrolment, name: str, **data: Any) -> Any:
    url = reverse("admin:enrolment_enrolment_deed", args=[enrolment.pk, name])
    return client.post(url, data)


def review(client: Client, enrolment: Enrolment, kind: str, decision: str, **data: Any) -> Any:
    url = reverse("admin:enrolment_enrolment_review", args=[enrolment.pk])
    anchor = f"piece-{kind}".replace("_", "-")
    row = current_documents(enrolment)[kind, None]
    data = {"seen_state": row.state, "seen_version": row.version, "decision": decision, **data}
    return client.post(f"{url}?piece={anchor}", data)


def accept_all(client: Client, enrolment: Enrolment) -> None:
    for kind, solution in current_documents(enrolment):
        assert solution is None
        assert review(client, enrolment, kind, "accept").status_code == 302
    details = BankDetails.objects.get(supplier=enrolment.supplier)
    url = reverse("admin:enrolment_bankdetails_deed", args=[details.pk, "accept"])
    assert client.post(url).status_code == 302


def state_of(enrolment: Enrolment) -> str:
    return Enrolment.objects.values_list("state", flat=True).get(pk=enrolment.pk)


def a_reason() -> int:
    return Reason.objects.get(subject="document", code="unreadable").pk


def test_an_enrolment_is_validated_once_every_document_is_accepted(
    sign_in: Any, sent: Enrolment, signatory: Membership
) -> None:
    """Refused with the list of what is left, then validated; its members are told."""
    client = sign_in("officer")
    assert do(client, sent, "take").status_code == 302
    page = do(client, sent, "validate_early").content.decode()
    assert "Il reste à accepter" in page
    assert "coordonnées bancaires" in page
    accept_all(client, sent)
    assert do(client, sent, "validate_early").status_code == 302
    sent.refresh_from_db()
    assert (sent.state, sent.early_validated_on) == ("early", date(2026, 9, 15))
    told = Notification.objects.filter(user=signatory.user, kind="decision").latest("pk")
    assert "anticipé est validé" in told.title
    mail = OutgoingMail.objects.get(key=f"notification-{told.pk}")
    assert "simulateur" in mail.text
    assert "simulateur" in mail.html


def test_a_correction_is_built_from_the_points_sent_back(
    sign_in: Any, sent: Enrolment, signatory: Membership
) -> None:
    """Each point with the officer's words; only what was asked is open; the rest stays ticked."""
    client = sign_in("officer")
    do(client, sent, "take")
    page = review(client, sent, "identity", "send_back", reason=a_reason())
    assert "Dites ce qui ne va pas" in page.content.decode()
    review(client, sent, "identity", "send_back", reason=a_reason(), message=MESSAGE)
    review(client, sent, "bank", "accept")
    response = do(
        client, sent, "request_correction", reason_code="unreadable", note="Un point à revoir."
    )
    assert response.status_code == 302
    body = Notification.objects.filter(user=signatory.user).latest("pk").body
    assert "Un point à revoir." in body
    assert f"Document illisible ou incomplet – {MESSAGE}" in body
    supplier = Client()
    supplier.force_login(signatory.user)
    steps = reverse("enrolment_step", args=[sent.pk, "documents"])
    shown = supplier.get(steps).content.decode()
    assert MESSAGE in shown
    # The identity sent back, and the hosting statement that nobody looked at.
    assert shown.count('type="file"') == 2
    deposit(sent, signatory.user, "identity")
    submit_enrolment(sent, membership=signatory)
    states = {kind: row.state for (kind, _), row in current_documents(sent).items()}
    assert (states["bank"], states["identity"]) == ("accepted", "pending")


def test_a_correction_of_the_finalisation_comes_back_to_it(
    sign_in: Any, sent: Enrolment, signatory: Membership
) -> None:
    """Early, finalised, sent back, answered: the finalisation is what an officer then takes."""
    client = sign_in("officer")
    do(client, sent, "take")
    accept_all(client, sent)
    do(client, sent, "validate_early")
    solution = sent.solutions.get()
    certificate = deposit(sent, signatory.user, "certificate", solution.pk)
    sent.refresh_from_db()
    submit_enrolment(sent, membership=signatory)
    assert state_of(sent) == "final_submitted"
    do(client, sent, "take")
    page = client.get(reverse("admin:enrolment_enrolment_review", args=[sent.pk]))
    assert "Valider (anticipé)" not in page.content.decode()
    assert do(client, sent, "validate_early").status_code == 302
    url = f"{page.request['PATH_INFO']}?piece=piece-certificate-{solution.pk}"
    data = {"decision": "send_back", "reason": a_reason(), "message": MESSAGE}
    client.post(url, {**data, "seen_state": certificate.state, "seen_version": certificate.version})
    do(client, sent, "request_correction", reason_code="unreadable", note="Certificat illisible.")
    assert state_of(sent) == "correction_requested"
    deposit(sent, signatory.user, "certificate", solution.pk)
    submission = submit_enrolment(sent, membership=signatory)
    sent.refresh_from_db()
    assert (sent.state, submission.stage) == ("final_submitted", "final")
    assert sent.early_validated_on == date(2026, 9, 15), "the simulator never closed"
    do(client, sent, "take")
    refused = do(client, sent, "validate_final").content.decode()
    assert "L’ANS n’a pas encore enregistré" in refused
    Solution.objects.filter(pk=solution.pk).update(
        reference_number="VA2-1", file_submitted_on="2026-01-05", referenced_on="2026-02-05"
    )
    client.post(url, {"decision": "accept", "seen_state": "pending", "seen_version": 2})
    assert do(client, sent, "validate_final").status_code == 302
    assert state_of(sent) == "final"


def test_a_reason_goes_with_a_text(sign_in: Any, sent: Enrolment) -> None:
    """Neither a correction nor a refusal without both."""
    client = sign_in("officer")
    do(client, sent, "take")
    for name in ("request_correction", "refuse"):
        for data in ({"reason_code": "other"}, {"note": "Texte"}):
            assert do(client, sent, name, **data).status_code == 200
    assert state_of(sent) == "in_review"


def test_of_two_officers_the_second_is_told(
    sign_in: Any, staff: dict[str, User], sent: Enrolment
) -> None:
    """Taken by one, it is closed to the other until they take it upon themselves."""
    first, second = sign_in("officer"), sign_in("programme")
    do(first, sent, "take")
    page = do(second, sent, "refuse", reason_code="other", note="Hors dispositif.")
    assert "attribué à officer@asp.fr" in page.content.decode()
    assert do(second, sent, "assign").status_code == 302
    sent.refresh_from_db()
    assert sent.assigned_to == staff["programme"]
    assert (
        do(second, sent, "refuse", reason_code="other", note="Hors dispositif.").status_code == 302
    )
    late = do(first, sent, "refuse", reason_code="other", note="Hors dispositif.")
    assert late.status_code == 302
    assert state_of(sent) == "refused"
    refusals = JournalEntry.objects.filter(subject="enrolment.Enrolment", verb="refuse")
    assert refusals.count() == 1


def test_a_document_decided_meanwhile_is_said(sign_in: Any, sent: Enrolment) -> None:
    """The form of a page grown old changes nothing, and says who decided."""
    client = sign_in("officer")
    do(client, sent, "take")
    review(client, sent, "identity", "accept")
    page = review(
        client,
        sent,
        "identity",
        "send_back",
        reason=a_reason(),
        message=MESSAGE,
        seen_state="pending",
    )
    assert "vient de décider" in page.content.decode()


def test_a_version_never_shown_is_not_accepted(
    sign_in: Any, sent: Enrolment, signatory: Membership, staff: dict[str, User]
) -> None:
    """Replaced while the officer read the former one: nothing is decided, the new one is shown."""
    SupportingDocument.objects.update(
        state="accepted", reviewed_by=staff["officer"], reviewed_at=A_DAY
    )
    Enrolment.objects.update(state="final", final_validated_on=date(2026, 9, 15))
    sent.refresh_from_db()
    deposit(sent, signatory.user, "identity")
    seen = current_documents(sent)["identity", None].version
    renewal = deposit(sent, signatory.user, "identity")
    page = review(sign_in("officer"), sent, "identity", "accept", seen_version=seen)
    assert "Une version plus récente" in page.content.decode()
    renewal.refresh_from_db()
    assert renewal.state == "pending"


def test_a_correction_says_the_points_that_fail(
    sign_in: Any, sent: Enrolment, signatory: Membership
) -> None:
    """The checklist stands beside the document; what is ticked there is what the supplier reads,
    and nothing of it goes with an acceptance."""
    client = sign_in("officer")
    do(client, sent, "take")
    url = reverse("admin:enrolment_enrolment_review", args=[sent.pk])
    point = "Elle est celle du représentant légal : Camille Martin."
    assert point in text_of(client.get(f"{url}?piece=piece-identity"))
    refused = text_of(review(client, sent, "identity", "accept", failed=["1"]))
    assert "décochez-les d’abord" in refused
    assert review(client, sent, "identity", "send_back", failed=["9"], reason=a_reason())
    assert current_documents(sent)["identity", None].state == "pending"
    review(client, sent, "identity", "send_back", failed=["1"], reason=a_reason())
    row = current_documents(sent)["identity", None]
    assert (row.state, text_of(row.message)) == ("to_correct", f"Non conforme : {point}")
    do(client, sent, "request_correction", reason_code="inconsistent", note="Voir la pièce.")
    assert point in text_of(Notification.objects.of(signatory.user).latest("pk").body)


def text_of(page: Any) -> str:
    """Its words, with plain blanks."""
    words = page if isinstance(page, str) else page.content.decode()
    return words.replace("\u00a0", " ").replace("\u202f", " ")


def test_what_changed_is_unticked_and_nothing_else(
    sign_in: Any, sent: Enrolment, signatory: Membership
) -> None:
    """Another representative after the early stage: their identity is examined, not the rest."""
    client = sign_in("officer")
    do(client, sent, "take")
    accept_all(client, sent)
    do(client, sent, "validate_early")
    deposit(sent, signatory.user, "certificate", sent.solutions.get().pk)
    sent.refresh_from_db()
    save_organisation(sent, {"legal_representative": "Lou Petit"})
    sent.refresh_from_db()
    with pytest.raises(ForbiddenMoveError, match="vaut pour « Camille Martin »"):
        submit_enrolment(sent, membership=signatory)
    deposit(sent, signatory.user, "identity")
    submit_enrolment(sent, membership=signatory)
    states = {kind: row.state for (kind, _), row in current_documents(sent).items()}
    assert states == {
        "identity": "pending",
        "bank": "accepted",
        "hosting_statement": "accepted",
        "certificate": "pending",
    }


def test_a_supplier_reads_only_what_is_meant_for_it(
    sign_in: Any, client: Client, sent: Enrolment, signatory: Membership
) -> None:
    """Nothing typed when taking a file; a word that goes with a validation says who reads it."""
    officer = sign_in("officer")
    page = reverse("admin:enrolment_enrolment_deed", args=[sent.pk, "take"])
    assert 'name="note"' not in officer.get(page).content.decode()
    do(officer, sent, "take", note="À surveiller.")
    JournalEntry.objects.filter(verb="take").update(note="À surveiller.")
    accept_all(officer, sent)
    page = reverse("admin:enrolment_enrolment_deed", args=[sent.pk, "validate_early"])
    assert "Lu par le fournisseur" in officer.get(page).content.decode()
    do(officer, sent, "validate_early", note="Bienvenue.")
    client.force_login(signatory.user)
    history = client.get(reverse("enrolment_detail", args=[sent.pk])).content.decode()
    assert "Bienvenue." in history
    assert "À surveiller." not in history


def test_a_document_no_longer_asked_is_no_point(
    sign_in: Any, sent: Enrolment, signatory: Membership
) -> None:
    """Sent back, then not asked any more: the next correction does not speak of it."""
    Enrolment.objects.update(state="draft", wanted_name="Autre nom")
    sent.refresh_from_db()
    deposit(sent, signatory.user, "kbis")
    Enrolment.objects.update(state="in_review")
    review(sign_in("officer"), sent, "kbis", "send_back", reason=a_reason(), message=MESSAGE)
    sent.refresh_from_db()
    assert len(list(points_of(sent))) == 1
    Enrolment.objects.update(wanted_name="")
    sent.refresh_from_db()
    assert not list(points_of(sent))


@pytest.mark.parametrize("role", ["ans", "officer_elsewhere", "accountant"])
def test_others_review_nothing(sign_in: Any, sent: Enrolment, role: str) -> None:
    """By a forged request neither: other house, other scheme."""
    Enrolment.objects.filter(pk=sent.pk).update(state="in_review")
    assert review(sign_in(role), sent, "identity", "accept").status_code in (403, 404)
    assert do(sign_in(role), sent, "validate_early").status_code in (403, 404)
    assert state_of(sent) == "in_review"


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ("draft", "take"),
        ("draft", "validate_early"),
        ("submitted", "validate_early"),
        ("correction_requested", "validate_final"),
        ("early", "validate_final"),
        ("final", "refuse"),
        ("refused", "take"),
        ("in_review", "submit"),
        ("draft", "submit"),
        ("early", "finalise"),
    ],
)
def test_no_move_from_a_wrong_state_nor_by_a_wrong_role(
    sign_in: Any, sent: Enrolment, state: str, name: str
) -> None:
    """Whatever the request says, the table decides."""
    fields = {"final_validated_on": date(2026, 9, 1)} if state == "final" else {}
    Enrolment.objects.filter(pk=sent.pk).update(state=state, **fields)
    do(sign_in("officer"), sent, name, reason_code="other", note="Texte")
    assert state_of(sent) == state


def test_an_accepted_mandate_becomes_a_right(
    sign_in: Any, signatory: Membership, staff: dict[str, User]
) -> None:
    """Its dates are those that ENR-003 reads; sent back, the right goes."""
    enrolment = a_draft(signatory)
    other = Solution.objects.create(
        scheme_id=RIS, editor=a_supplier(OTHER_SIRET, "Éditeur tiers"), name="Tiers", version="1"
    )
    Distribution.objects.create(
        solution=other, distributor=signatory.supplier, declared_on=date(2026, 1, 1)
    )
    enrolment.solutions.add(other)
    document = deposit(enrolment, signatory.user, "distribution_mandate", other.pk, covers_osu=True)
    Enrolment.objects.filter(pk=enrolment.pk).update(state="in_review")
    url = reverse("admin:enrolment_enrolment_review", args=[enrolment.pk])
    anchor, client = f"piece-distribution-mandate-{other.pk}", sign_in("officer")
    seen = {"seen_state": "pending", "seen_version": 1}
    client.post(f"{url}?piece={anchor}", {"decision": "accept", **seen})
    found = Distribution.objects.get()
    assert (found.mandate_accepted_on, found.covers_osu) == (date(2026, 9, 15), True)
    assert (found.mandate_starts_on, found.mandate_ends_on) == (
        document.starts_on,
        document.expires_on,
    )
    data = {"decision": "send_back", "reason": a_reason(), "message": MESSAGE}
    client.post(f"{url}?piece={anchor}", {**data, "seen_state": "accepted", "seen_version": 1})
    found.refresh_from_db()
    assert found.mandate_accepted_on is None


def test_documents_are_seen_as_pictures_by_who_may(
    sign_in: Any, sent: Enrolment, signatory: Membership
) -> None:
    """A picture drawn by the server, a download in a sandbox; nothing to other schemes."""
    row = current_documents(sent)["identity", None]
    page = reverse("admin:enrolment_enrolment_page", args=[row.key, 1])
    file = reverse("admin:enrolment_enrolment_document", args=[row.key])
    client = sign_in("officer")
    assert client.get(page).content.startswith(b"\x89PNG")
    assert client.get(file)["Content-Disposition"].startswith("attachment")
    unknown = reverse("admin:enrolment_enrolment_page", args=[row.key, 2])
    assert client.get(unknown).status_code == 404
    for address in (page, file):
        assert sign_in("officer_elsewhere").get(address).status_code == 404
        assert sign_in("accountant").get(address).status_code == 403
        assert sign_in("ans").get(address).status_code == 403
    told = sign_in("ans").get(reverse("admin:enrolment_enrolment_review", args=[sent.pk]))
    assert "ne s’ouvre qu’aux gestionnaires" in told.content.decode()
    assert page not in told.content.decode()
    shown = client.get(reverse("admin:enrolment_enrolment_review", args=[sent.pk]))
    assert page in shown.content.decode()


def test_an_iban_is_read_in_clear_by_who_may_and_it_is_written(
    sign_in: Any, sent: Enrolment, staff: dict[str, User]
) -> None:
    """Masked everywhere else."""
    details = BankDetails.objects.get()
    url = reverse("admin:enrolment_bankdetails_change", args=[details.pk])
    assert "FR76" not in sign_in("officer").get(url).content.decode()
    reveal = reverse("admin:enrolment_bankdetails_deed", args=[details.pk, "reveal"])
    response = sign_in("officer").post(reveal, follow=True)
    assert "FR76 3000 6000" in response.content.decode()
    entry = JournalEntry.objects.get(verb="reveal")
    assert entry.actor == staff["officer"]
    assert sign_in("ans").post(reveal).status_code in (403, 404)


def test_what_was_declared_becomes_what_the_rules_read(
    sign_in: Any, staff: dict[str, User]
) -> None:
    """OSU and VAT pass to the supplier when the enrolment is validated, not before."""
    signatory = a_signatory(osu_granted_on=None)
    enrolment = a_draft(signatory, osu_granted_on=date(2026, 2, 1), is_vat_subject=False)
    complete(enrolment, signatory)
    submit_enrolment(enrolment, membership=signatory)
    client = sign_in("officer")
    do(client, enrolment, "take")
    accept_all(client, enrolment)
    signatory.supplier.refresh_from_db()
    assert signatory.supplier.osu_granted_on is None
    do(client, enrolment, "validate_early")
    signatory.supplier.refresh_from_db()
    assert signatory.supplier.osu_granted_on == date(2026, 2, 1)
    assert not signatory.supplier.is_vat_subject


def test_a_change_of_iban_is_told_to_the_former_contact(
    staff: dict[str, User], signatory: Membership
) -> None:
    """By mail to the address of contact, when approved and when confirmed."""
    supplier = signatory.supplier
    supplier.contact_email = "ancien@exemple.fr"
    supplier.save()
    for iban, bic in ((IBAN, BIC), (OTHER_IBAN, OTHER_BIC)):
        details = save_bank_details(
            supplier, holder="Essai", iban=iban, bic=bic, actor=signatory.user
        )
        if details.replaces_id is None:
            decide_bank_details(details, "accept", actor=staff["officer"])
    decide_bank_details(details, "approve", actor=staff["officer"])
    decide_bank_details(details, "confirm", actor=staff["programme"])
    mails = OutgoingMail.objects.filter(address="ancien@exemple.fr").order_by("pk")
    assert len(mails) == 2
    assert "22/09/2026" in mails[1].text
