"""Bank details: checked, encrypted, masked, changed by two persons after a delay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from enrolment.actions import (
    cancel_bank_change,
    clean_bic,
    clean_iban,
    decide_bank_details,
    rotate_keys,
    same_iban_elsewhere,
    save_bank_details,
    sync_groups,
)
from enrolment.actions.bank import compare_with_statement
from enrolment.actions.organisation import change_contact
from enrolment.models import BankDetails, Membership, Supplier, User
from segur_portal.common.models import JournalEntry, Notification, OutgoingMail, Reason
from segur_portal.common.workflow import ForbiddenMoveError
from tests.factories import A_DAY, a_member, a_supplier, an_officer

from .kit import BIC, IBAN, OTHER_BIC, OTHER_IBAN, a_draft, a_file, a_signatory, deposit

pytestmark = pytest.mark.django_db
OTHER_SIRET = "73282932000074"


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def signatory() -> Membership:
    return a_signatory()


@pytest.fixture
def officers(signatory: Membership) -> tuple[User, User]:
    return an_officer(), an_officer(email="second@exemple.fr")


def typed(membership: Membership, iban: str = IBAN, bic: str = BIC) -> BankDetails:
    return save_bank_details(
        membership.supplier, holder="Essai SAS", iban=iban, bic=bic, actor=membership.user
    )


def accepted(membership: Membership, officer: User) -> BankDetails:
    details = typed(membership)
    decide_bank_details(details, "accept", actor=officer)
    details.refresh_from_db()
    return details


@pytest.mark.parametrize(
    "iban",
    [
        "FR7630006000011234567890188",
        "FR7630006000011234567890",
        "XX00",
        "",
        "FR7630006000010034567890189",
    ],
)
def test_a_wrong_iban_is_refused(iban: str) -> None:
    """Its own key, the length, the country, the national key."""
    with pytest.raises(ValidationError):
        clean_iban(iban)


def test_an_iban_is_read_with_its_blanks() -> None:
    """As written on the RIB; a BIC of another country does not go with it."""
    assert clean_iban("fr76 3000 6000 0112 3456 7890 189") == IBAN
    assert clean_bic("agrifrpp", IBAN) == BIC
    with pytest.raises(ValidationError):
        clean_bic("DEUTDEFF", IBAN)


def test_the_iban_is_nowhere_in_clear(signatory: Membership) -> None:
    """Neither in the row nor in its history; screens have four characters."""
    details = typed(signatory)
    assert details.iban() == IBAN
    assert details.masked.endswith("0189")
    with connection.cursor() as cursor:
        for table in ("enrolment_bankdetails", "enrolment_bankdetailsevent"):
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")
            assert all(IBAN not in row[0] for row in cursor.fetchall())


def test_the_same_details_again_change_nothing(signatory: Membership) -> None:
    """Typed twice, kept once."""
    assert typed(signatory).pk == typed(signatory).pk


@pytest.mark.parametrize("state", ["proposed", "approved", "to_correct"])
@pytest.mark.parametrize("by", ["typing", "cancelling"])
def test_a_change_is_given_up(
    signatory: Membership, officers: tuple[User, User], state: str, by: str
) -> None:
    """Typed again, or by its own deed: the change is closed, those in force stay, all are told."""
    Supplier.objects.filter(pk=signatory.supplier_id).update(contact_email="ancien@exemple.fr")
    former = accepted(signatory, officers[0])
    signatory.supplier.refresh_from_db()
    change = typed(signatory, OTHER_IBAN, OTHER_BIC)
    reason = Reason.objects.filter(subject="bank").first()
    if state == "approved":
        decide_bank_details(change, "approve", actor=officers[0])
    elif state == "to_correct":
        decide_bank_details(
            change, "send_back", actor=officers[0], reason=reason, message="Inconnu."
        )
    if by == "typing":
        assert typed(signatory).pk == former.pk
    else:
        cancel_bank_change(signatory.supplier, actor=signatory.user)
    change.refresh_from_db()
    assert change.state == "withdrawn"
    assert BankDetails.objects.of(signatory.supplier).in_force(date(2026, 9, 15)).get() == former
    assert JournalEntry.objects.filter(verb="cancel", actor=signatory.user).count() == 1
    with pytest.raises(ForbiddenMoveError):
        decide_bank_details(change, "confirm", actor=officers[1])
    last = OutgoingMail.objects.filter(address="ancien@exemple.fr").latest("pk")
    assert "est annulé par un de ses membres" in last.text
    assert change.masked in last.html
    told = Notification.objects.of(signatory.user).latest("pk")
    assert "annulé par votre organisation" in told.body


def test_only_a_change_is_given_up(signatory: Membership, officers: tuple[User, User]) -> None:
    """First details have nothing to fall back on; a change in force is not under way any more."""
    typed(signatory)
    with pytest.raises(ForbiddenMoveError, match="Aucun changement"):
        cancel_bank_change(signatory.supplier, actor=signatory.user)


def test_the_page_of_bank_details_cancels_a_change(
    client: Client, signatory: Membership, officers: tuple[User, User]
) -> None:
    """A button beside the change; for those who sign only."""
    accepted(signatory, officers[0])
    change = typed(signatory, OTHER_IBAN, OTHER_BIC)
    client.force_login(a_member(signatory.supplier, "preparer"))
    assert "Annuler ce changement" not in client.get(reverse("bank_details")).content.decode()
    assert client.post(reverse("bank_cancel")).status_code == 403
    client.force_login(signatory.user)
    assert "Annuler ce changement" in client.get(reverse("bank_details")).content.decode()
    page = client.post(reverse("bank_cancel"), follow=True).content.decode()
    assert "est annulé" in page
    assert "Annuler ce changement" not in page
    change.refresh_from_db()
    assert change.state == "withdrawn"


def test_every_signatory_is_mailed_of_a_change(
    signatory: Membership, officers: tuple[User, User]
) -> None:
    """Whoever the recorded contact is: those who sign and administer, in force, at each step."""
    proxy = a_member(signatory.supplier, "proxy")
    gone = a_member(signatory.supplier, "third_party_proxy")
    gone.memberships.update(suspended_at=A_DAY)
    accepted(signatory, officers[0])
    change = typed(signatory, OTHER_IBAN, OTHER_BIC)
    OutgoingMail.objects.all().delete()
    decide_bank_details(change, "approve", actor=officers[0])
    decide_bank_details(change, "confirm", actor=officers[1])
    addresses = list(OutgoingMail.objects.order_by("address").values_list("address", flat=True))
    assert addresses == sorted([signatory.user.email, proxy.email] * 2)


def test_the_first_details_need_one_officer(
    signatory: Membership, officers: tuple[User, User]
) -> None:
    """Usable at once."""
    details = accepted(signatory, officers[0])
    assert BankDetails.objects.of(signatory.supplier).in_force(date(2026, 9, 15)).get() == details


def test_a_change_needs_two_persons_and_a_delay(
    signatory: Membership, officers: tuple[User, User]
) -> None:
    """Approved by one, confirmed by another, used from the eighth day; until then the former."""
    former = accepted(signatory, officers[0])
    change = typed(signatory, OTHER_IBAN, OTHER_BIC)
    with pytest.raises(ForbiddenMoveError, match="deux agents"):
        decide_bank_details(change, "accept", actor=officers[0])
    decide_bank_details(change, "approve", actor=officers[0])
    with pytest.raises(ForbiddenMoveError, match="second agent"):
        decide_bank_details(change, "confirm", actor=officers[0])
    decide_bank_details(change, "confirm", actor=officers[1])
    rows = BankDetails.objects.of(signatory.supplier)
    assert rows.in_force(date(2026, 9, 21)).first() == former
    assert rows.in_force(date(2026, 9, 22)).first() == change


def test_the_former_contact_is_told_twice_and_where_to_object(
    signatory: Membership, officers: tuple[User, User]
) -> None:
    """Once checked, once confirmed: which account, from when, and the page to warn ASP."""
    Supplier.objects.filter(pk=signatory.supplier_id).update(contact_email="ancien@exemple.fr")
    accepted(signatory, officers[0])
    signatory.supplier.refresh_from_db()
    change = typed(signatory, OTHER_IBAN, OTHER_BIC)
    decide_bank_details(change, "approve", actor=officers[0])
    decide_bank_details(change, "confirm", actor=officers[1])
    change.refresh_from_db()
    first, second = OutgoingMail.objects.filter(address="ancien@exemple.fr").order_by("pk")
    for mail in (first, second):
        assert change.masked in mail.text
        assert change.masked in mail.html
        assert OTHER_IBAN not in mail.text + mail.html
        assert reverse("contact") in mail.text
        assert reverse("contact") in mail.html
    assert "d’ici là, rien ne change" in first.text
    assert f"à partir du {change.effective_on:%d/%m/%Y}" in second.text


def test_the_database_refuses_a_change_by_one_person(
    signatory: Membership, officers: tuple[User, User]
) -> None:
    """Whatever the code does."""
    accepted(signatory, officers[0])
    change = typed(signatory, OTHER_IBAN, OTHER_BIC)
    with pytest.raises(IntegrityError), transaction.atomic():
        BankDetails.objects.filter(pk=change.pk).update(
            state="accepted",
            approved_by=officers[0],
            confirmed_by=officers[0],
            effective_on=date(2026, 9, 15),
        )


def test_a_correction_is_explained_then_answered(
    signatory: Membership, officers: tuple[User, User]
) -> None:
    """A reason and a text; new details replace those sent back."""
    details, reason = typed(signatory), Reason.objects.filter(subject="bank").first()
    with pytest.raises(ForbiddenMoveError, match="motif"):
        decide_bank_details(details, "send_back", actor=officers[0], reason=reason)
    decide_bank_details(
        details, "send_back", actor=officers[0], reason=reason, message="Titulaire inconnu."
    )
    answer = typed(signatory, OTHER_IBAN, OTHER_BIC)
    details.refresh_from_db()
    assert (details.state, answer.state) == ("withdrawn", "proposed")


def test_the_same_iban_of_two_suppliers_is_seen(
    signatory: Membership, officers: tuple[User, User]
) -> None:
    """By its blind index, without reading either."""
    other = a_member(a_supplier(OTHER_SIRET, "Voisin")).memberships.get()
    typed(other)
    assert same_iban_elsewhere(typed(signatory)) == [other.supplier]


def test_keys_are_changed(signatory: Membership, settings: Settings) -> None:
    """Written again under the new key, after which the former one may go."""
    details = typed(signatory)
    new = f"new:{'1f' * 32}"
    settings.ENCRYPTION_KEYS = f"{new},{settings.ENCRYPTION_KEYS}"
    call_command("rotate_keys", verbosity=0)
    settings.ENCRYPTION_KEYS = new
    details.refresh_from_db()
    assert details.iban() == IBAN
    assert rotate_keys() == 0


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("SAS Éssai", "IBAN FR76 3000 6000 0112 3456 7890 189", "BIC AGRIFRPPXXX"), (True,) * 3),
        (("Dupont", "IBAN FR76 3000", "BIC PSSTFRPPPAR"), (False,) * 3),
        (("ESSAI", "FR7630006000011234567890189 AGRIFRPP"), (True, True, False)),
    ],
)
def test_the_statement_is_read_for_the_officer_and_the_supplier(
    client: Client,
    signatory: Membership,
    lines: tuple[str, ...],
    expected: tuple[bool, bool, bool],
) -> None:
    """IBAN, BIC and holder each found or not, whatever the order, the accents and the blanks."""
    draft = a_draft(signatory)
    deposit(draft, signatory.user, "bank", file=a_file("rib.pdf", *lines))
    details = typed(signatory)
    found = compare_with_statement(details)
    assert (found.iban, found.bic, found.holder) == expected
    client.force_login(signatory.user)
    page = client.get(reverse("bank_details")).content.decode()
    assert page.count("retrouvé dans le RIB") == sum(expected)
    assert page.count("non trouvé dans le texte") == 3 - sum(expected)


def test_without_a_text_the_eye_compares(signatory: Membership) -> None:
    """No statement deposited yet, or a scan."""
    found = compare_with_statement(typed(signatory))
    assert (found.iban, found.bic, found.holder) == (None, None, None)


def test_a_confirmed_change_is_stopped_before_it_takes_effect(
    client: Client, signatory: Membership, officers: tuple[User, User]
) -> None:
    """The delay serves to object: one officer is enough to stop, with a reason; all are told."""
    Supplier.objects.filter(pk=signatory.supplier_id).update(contact_email="ancien@exemple.fr")
    former = accepted(signatory, officers[0])
    signatory.supplier.refresh_from_db()
    change = typed(signatory, OTHER_IBAN, OTHER_BIC)
    decide_bank_details(change, "approve", actor=officers[0])
    decide_bank_details(change, "confirm", actor=officers[1])
    sync_groups()
    client.force_login(officers[0])
    page = reverse("admin:enrolment_bankdetails_deed", args=[change.pk, "stop"])
    reason = Reason.objects.filter(subject="bank", is_active=True).first()
    assert reason is not None
    assert "un seul agent l’arrête" in client.get(page).content.decode()
    assert client.post(page, {"note": "Non demandé."}).status_code == 200, "a reason is needed"
    data = {"reason_code": reason.code, "note": "Le contact n’a rien demandé."}
    assert client.post(page, data).status_code == 302
    change.refresh_from_db()
    assert change.state == "withdrawn"
    assert BankDetails.objects.of(signatory.supplier).in_force(date(2027, 1, 1)).get() == former
    mail = OutgoingMail.objects.filter(address="ancien@exemple.fr").latest("pk")
    assert "a arrêté le changement" in mail.text
    assert "a arrêté le changement" in mail.html
    told = Notification.objects.of(signatory.user).latest("pk")
    assert f"{reason} – Le contact n’a rien demandé." in told.body


def test_what_is_in_force_is_not_stopped(
    client: Client, signatory: Membership, officers: tuple[User, User]
) -> None:
    """First details, or a change whose day has come: another change is the way."""
    first = accepted(signatory, officers[0])
    change = typed(signatory, OTHER_IBAN, OTHER_BIC)
    decide_bank_details(change, "approve", actor=officers[0])
    decide_bank_details(change, "confirm", actor=officers[1])
    reason = Reason.objects.filter(subject="bank").first()
    sync_groups()
    client.force_login(officers[0])
    with time_machine.travel(datetime(2026, 9, 22, 8, tzinfo=UTC)):
        for details in (first, change):
            url = reverse("admin:enrolment_bankdetails_change", args=[details.pk])
            assert "/actions/stop/" not in client.get(url).content.decode()
            with pytest.raises(ForbiddenMoveError, match="pas encore pris effet"):
                decide_bank_details(
                    details, "stop", actor=officers[0], reason=reason, message="Trop tard."
                )


def test_what_is_sent_back_is_told_with_its_reason(
    signatory: Membership, officers: tuple[User, User]
) -> None:
    """The coded reason, then the officer's words."""
    reason = Reason.objects.filter(subject="bank").first()
    decide_bank_details(
        typed(signatory), "send_back", actor=officers[0], reason=reason, message="Voir le RIB."
    )
    body = Notification.objects.of(signatory.user).latest("pk").body
    assert f"{reason} – Voir le RIB." in body


@pytest.mark.parametrize("role", ["preparer", "legal_representative"])
def test_an_iban_in_force_is_not_changed_from_an_enrolment(
    client: Client, signatory: Membership, officers: tuple[User, User], role: str
) -> None:
    """Its own page asks who signs, and the password again; the step only shows it and goes on."""
    former = accepted(signatory, officers[0])
    draft = a_draft(signatory)
    is_signatory = role == "legal_representative"
    client.force_login(signatory.user if is_signatory else a_member(signatory.supplier, role))
    step = reverse("enrolment_step", args=[draft.pk, "banque"])
    shown = client.get(step).content.decode()
    assert reverse("bank_details") in shown
    assert 'name="iban"' not in shown
    forged = {"holder": "Pirate", "iban": OTHER_IBAN, "bic": OTHER_BIC}
    page = client.post(step, forged, follow=True).content.decode()
    assert "se change dans" in page
    assert BankDetails.objects.get() == former
    goes_on = client.post(step)
    assert goes_on.headers["Location"].endswith("/recapitulatif/")


def test_a_contact_changed_first_does_not_silence_the_former_one(
    signatory: Membership, officers: tuple[User, User]
) -> None:
    """Both are told of the change of IBAN; one replaced before the details in force is not."""
    supplier = signatory.supplier
    for at, address in enumerate(("tout.premier@exemple.fr", "ancien@exemple.fr")):
        with time_machine.travel(A_DAY - timedelta(days=9 - at)):
            change_contact(supplier, actor=signatory.user, contact_email=address)
    accepted(signatory, officers[0])
    change_contact(supplier, actor=signatory.user, contact_email="pirate@exemple.fr")
    change = typed(signatory, OTHER_IBAN, OTHER_BIC)
    OutgoingMail.objects.all().delete()
    decide_bank_details(change, "approve", actor=officers[0])
    mails = OutgoingMail.objects.filter(template="bank_change")
    addresses = set(mails.values_list("address", flat=True))
    assert addresses == {"pirate@exemple.fr", "ancien@exemple.fr"}
