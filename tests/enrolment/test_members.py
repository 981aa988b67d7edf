"""Roles, ends, suspension, departure and hand-over; never an organisation without administrator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from enrolment.actions.invitations import accept_invitation, invite_member
from enrolment.actions.members import (
    LastAdministratorError,
    NotAdministratorError,
    change_member,
    hand_over,
    remove_member,
    restore_member,
    suspend_member,
)
from enrolment.actions.organisation import change_contact
from enrolment.actions.signup import ask_to_join, decide_join
from enrolment.enums import MemberRole
from enrolment.models import Membership, Supplier, User
from segur_portal.common.models import JournalEntry, Notification, OutgoingMail
from tests.builders import SIRET
from tests.factories import A_DAY, a_member, a_supplier, a_user

pytestmark = pytest.mark.django_db
OTHER_SIRET = "55208131766522"


@pytest.fixture
def supplier() -> Supplier:
    return a_supplier(SIRET)


@pytest.fixture
def boss(supplier: Supplier) -> User:
    return a_member(supplier)


@pytest.fixture
def colleague(supplier: Supplier, boss: User) -> User:
    return a_member(supplier, MemberRole.PREPARER)


def membership(user: User) -> Membership:
    return user.memberships.get()


def judge_now() -> None:
    """What the database judges at the end of a transaction, at once."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_administrator_changes_a_role_and_the_person_is_told(
    boss: User, colleague: User
) -> None:
    """Role and end are kept, written in the journal, told on screen and by mail."""
    change_member(
        membership(colleague),
        actor=boss,
        role=MemberRole.THIRD_PARTY_PROXY,
        is_administrator=False,
        expires_on=date(2099, 12, 31),
    )
    changed = membership(colleague)
    assert (changed.role, changed.expires_on) == ("third_party_proxy", date(2099, 12, 31))
    entry = JournalEntry.objects.get(verb="change_member")
    assert (entry.actor, entry.data["member"]) == (boss, colleague.email)
    assert Notification.objects.of(colleague).get().title.startswith("Vos droits")
    assert "31/12/2099" in OutgoingMail.objects.get(recipient=colleague).text


@pytest.mark.parametrize("role", [MemberRole.PREPARER, MemberRole.READER, MemberRole.PROXY])
def test_other_members_change_nothing(supplier: Supplier, boss: User, role: MemberRole) -> None:
    """Whatever the role, only an administrator manages the members."""
    actor = a_member(supplier, role)
    for deed in (suspend_member, remove_member, hand_over):
        with pytest.raises(NotAdministratorError):
            deed(membership(boss), actor=actor)


def test_the_administrator_of_another_organisation_changes_nothing(colleague: User) -> None:
    """Rights are those of the organisation acted upon."""
    stranger = a_member(a_supplier(OTHER_SIRET))
    with pytest.raises(NotAdministratorError):
        remove_member(membership(colleague), actor=stranger)


def test_the_last_administrator_stays(boss: User, colleague: User) -> None:
    """Neither removed, suspended nor demoted, by themselves or otherwise."""
    mine = membership(boss)
    for deed in (suspend_member, remove_member):
        with pytest.raises(LastAdministratorError):
            deed(mine, actor=boss)
    with pytest.raises(LastAdministratorError):
        change_member(mine, actor=boss, role=mine.role, is_administrator=False, expires_on=None)


@pytest.mark.parametrize("statement", ["delete", "demote", "suspend"])
def test_the_database_keeps_the_last_administrator(boss: User, statement: str) -> None:
    """Whoever writes, and however, the transaction does not end that way."""
    mine = Membership.objects.filter(user=boss)
    writes = {
        "delete": mine.delete,
        "demote": lambda: mine.update(is_administrator=False),
        "suspend": lambda: mine.update(suspended_at=A_DAY),
    }

    def write() -> None:
        writes[statement]()
        judge_now()

    with pytest.raises(IntegrityError, match="without an administrator"), transaction.atomic():
        write()


def test_an_administrator_has_no_end_date(boss: User) -> None:
    """Otherwise the organisation would lose them silently; the database refuses it too."""
    mine = membership(boss)
    with pytest.raises(ValidationError, match="pas de date de fin"):
        change_member(
            mine,
            actor=boss,
            role=mine.role,
            is_administrator=True,
            expires_on=date(2099, 1, 1),
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=mine.pk).update(expires_on=date(2099, 1, 1))


def test_the_administration_is_handed_over(boss: User, colleague: User) -> None:
    """One deed, in which the other takes the place; then the first may leave."""
    hand_over(membership(colleague), actor=boss)
    judge_now()
    assert membership(colleague).is_administrator
    assert not membership(boss).is_administrator
    remove_member(membership(boss), actor=colleague)
    judge_now()
    assert not boss.memberships.exists()


def test_the_administration_is_not_handed_to_who_cannot_take_it(
    boss: User, colleague: User
) -> None:
    """Not to oneself, a suspended member, one whose rights ended, or a closed account."""
    with pytest.raises(ValidationError):
        hand_over(membership(boss), actor=boss)
    Membership.objects.filter(user=colleague).update(expires_on=date(2025, 12, 31))
    with pytest.raises(ValidationError):
        hand_over(membership(colleague), actor=boss)
    Membership.objects.filter(user=colleague).update(expires_on=None)
    suspend_member(membership(colleague), actor=boss)
    with pytest.raises(ValidationError):
        hand_over(membership(colleague), actor=boss)
    restore_member(membership(colleague), actor=boss)
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    with pytest.raises(ValidationError):
        hand_over(membership(colleague), actor=boss)
    assert membership(boss).is_administrator


def test_a_suspended_member_sees_nothing_until_restored(
    supplier: Supplier, boss: User, colleague: User
) -> None:
    """The organisation closes at once, and opens again with the same role."""
    mine = Supplier.objects.of_member
    assert supplier in mine(colleague, date(2026, 9, 15))
    suspend_member(membership(colleague), actor=boss)
    assert supplier not in mine(colleague, date(2026, 9, 15))
    assert not Membership.objects.in_force(date(2026, 9, 15)).filter(user=colleague).exists()
    restore_member(membership(colleague), actor=boss)
    assert supplier in mine(colleague, date(2026, 9, 15))


def test_rights_end_by_themselves_the_day_after(boss: User, colleague: User) -> None:
    """The last day is theirs; at midnight in Paris it is over, and nobody did anything."""
    with time_machine.travel(A_DAY, tick=False):
        change_member(
            membership(colleague),
            actor=boss,
            role=MemberRole.PREPARER,
            is_administrator=False,
            expires_on=date(2026, 9, 15),
        )
    in_force = Membership.objects.in_force
    assert in_force(date(2026, 9, 15)).filter(user=colleague).exists()
    assert not in_force(date(2026, 9, 15) + timedelta(days=1)).filter(user=colleague).exists()


def test_an_end_already_past_is_refused(boss: User, colleague: User) -> None:
    """It would be a removal that does not say its name."""
    with time_machine.travel(A_DAY, tick=False), pytest.raises(ValidationError, match="passée"):
        change_member(
            membership(colleague),
            actor=boss,
            role=MemberRole.PREPARER,
            is_administrator=False,
            expires_on=date(2026, 9, 14),
        )


def test_an_officer_repairs_an_organisation(supplier: Supplier) -> None:
    """The portal's administrators act where nobody else can."""
    lonely = a_member(supplier, MemberRole.READER)
    officer = a_user("admin@asp.fr", "officer", is_staff=True, is_superuser=True)
    change_member(
        membership(lonely), actor=officer, role="reader", is_administrator=True, expires_on=None
    )
    assert membership(lonely).is_administrator


def test_the_account_of_the_last_administrator_stays_open(boss: User, colleague: User) -> None:
    """Said by the form, refused by the database; another administrator makes it possible."""
    boss.is_active = False
    with pytest.raises(ValidationError, match="seule à administrer"):
        boss.full_clean(exclude=["password"])

    def close() -> None:
        User.objects.filter(pk=boss.pk).update(is_active=False)
        judge_now()

    with pytest.raises(IntegrityError, match="without an administrator"), transaction.atomic():
        close()
    Membership.objects.filter(user=colleague).update(is_administrator=True)
    boss.full_clean(exclude=["password"])
    close()


def test_a_closed_account_does_not_count_as_an_administrator(boss: User, colleague: User) -> None:
    """The one who could still sign in does not leave the organisation to it."""
    Membership.objects.filter(user=colleague).update(is_administrator=True)
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    judge_now()

    def demote() -> None:
        Membership.objects.filter(user=boss).update(is_administrator=False)
        judge_now()

    with pytest.raises(IntegrityError, match="without an administrator"), transaction.atomic():
        demote()


def test_what_was_asked_before_does_not_overwrite_the_rights(supplier: Supplier) -> None:
    """Asked to join, then invited as the only administrator: the request is closed with it."""
    officer = a_user("admin@asp.fr", "officer", is_staff=True, is_superuser=True)
    bob = a_user("bob@exemple.fr")
    asked = ask_to_join(user=bob, siret=SIRET, role=MemberRole.PREPARER, is_confirmed=True)
    invitation = invite_member(
        supplier=supplier,
        actor=officer,
        email=bob.email,
        role=MemberRole.LEGAL_REPRESENTATIVE,
        is_administrator=True,
    )
    accept_invitation(invitation, user=bob)
    with pytest.raises(ValidationError, match="déjà décidée"):
        decide_join(asked, actor=officer, accept=True)
    judge_now()
    mine = membership(bob)
    assert (mine.role, mine.is_administrator) == (MemberRole.LEGAL_REPRESENTATIVE, True)


def test_an_old_request_left_open_changes_no_rights(supplier: Supplier, boss: User) -> None:
    """Became a member some other way since: accepted, it leaves the rights as they are."""
    bob = a_user("bob@exemple.fr")
    asked = ask_to_join(user=bob, siret=SIRET, role=MemberRole.PREPARER, is_confirmed=True)
    Membership.objects.create(
        user=bob, supplier=supplier, role=MemberRole.PROXY, is_administrator=True
    )
    decide_join(asked, actor=boss, accept=True)
    judge_now()
    assert (membership(bob).role, membership(bob).is_administrator) == (MemberRole.PROXY, True)


def test_a_link_sent_before_the_request_was_accepted_is_closed(
    supplier: Supplier, boss: User
) -> None:
    """Invited as a reader, accepted as a representative: the old link takes nothing away."""
    bob = a_user("bob@exemple.fr")
    role = MemberRole.LEGAL_REPRESENTATIVE
    asked = ask_to_join(user=bob, siret=SIRET, role=role, is_confirmed=True)
    invitation = invite_member(
        supplier=supplier, actor=boss, email=bob.email, role=MemberRole.READER
    )
    decide_join(asked, actor=boss, accept=True)
    with pytest.raises(ValidationError, match="n’est plus valable"):
        accept_invitation(invitation, user=bob)
    assert membership(bob).role == role


def test_a_member_accepts_no_invitation(supplier: Supplier, boss: User) -> None:
    """Whatever it says: rights change by an administrator's hand."""
    bob = a_user("bob@exemple.fr")
    invitation = invite_member(
        supplier=supplier, actor=boss, email=bob.email, role=MemberRole.READER
    )
    Membership.objects.create(user=bob, supplier=supplier, role=MemberRole.PROXY)
    with pytest.raises(ValidationError, match="déjà membre"):
        accept_invitation(invitation, user=bob)


def test_the_contact_is_changed_by_an_administrator_and_both_addresses_are_told(
    client: Client, supplier: Supplier, boss: User, colleague: User
) -> None:
    """The former one too: a stolen account does not silence it. Others only read it."""
    Supplier.objects.filter(pk=supplier.pk).update(contact_email="ancien@exemple.fr")
    with pytest.raises(NotAdministratorError):
        change_contact(supplier, actor=colleague, contact_email="pirate@exemple.fr")
    client.force_login(colleague)
    assert "ancien@exemple.fr" in client.get(reverse("members")).content.decode()
    change_contact(supplier, actor=boss, contact_email="Nouveau@exemple.fr")
    supplier.refresh_from_db()
    assert supplier.contact_email == "nouveau@exemple.fr"
    addresses = set(OutgoingMail.objects.values_list("address", flat=True))
    assert addresses == {"ancien@exemple.fr", "nouveau@exemple.fr"}
    mail = OutgoingMail.objects.get(address="ancien@exemple.fr")
    assert "ancien@exemple.fr → nouveau@exemple.fr" in mail.text
    assert reverse("contact") in mail.text
    change_contact(supplier, actor=boss, contact_email="nouveau@exemple.fr")
    assert OutgoingMail.objects.count() == 2


@pytest.mark.parametrize("deed", [suspend_member, remove_member])
def test_who_is_put_out_has_no_way_back_in(
    supplier: Supplier, boss: User, colleague: User, deed: Callable[..., None]
) -> None:
    """The administrators that they invited are not; the other invitations stay."""
    Membership.objects.filter(user=colleague).update(is_administrator=True)
    accomplice, assistant = a_user("complice@exemple.fr"), a_user("aide@exemple.fr")
    links = {
        one: invite_member(
            supplier=supplier,
            actor=colleague,
            email=one.email,
            role=MemberRole.PREPARER,
            is_administrator=one is accomplice,
        )
        for one in (accomplice, assistant)
    }
    deed(membership(colleague), actor=boss)
    with pytest.raises(ValidationError, match="n’est plus valable"):
        accept_invitation(links[accomplice], user=accomplice)
    assert accept_invitation(links[assistant], user=assistant).user == assistant
