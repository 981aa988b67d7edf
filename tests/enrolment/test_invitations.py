"""Invitations: signed, for one address, once, until a date."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail as outbox
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from enrolment.actions.invitations import (
    LASTS,
    ClosedInvitationError,
    OtherAddressError,
    accept_invitation,
    cancel_invitation,
    find_invitation,
    invite_member,
    send_again,
    token_of,
)
from enrolment.enums import MemberRole
from enrolment.models import Invitation, Supplier, User
from segur_portal.common import clock
from segur_portal.common.mails import send_due
from segur_portal.common.models import Notification, OutgoingMail
from tests.builders import SIRET
from tests.factories import A_DAY, a_member, a_supplier, a_user, an_officer, the_programme

pytestmark = pytest.mark.django_db
EMAIL = "nouvelle@exemple.fr"
PERSON = {
    "first_name": "Anne",
    "last_name": "Roy",
    "phone": "01 23 45 67 89",
    "password": "un-mot-de-passe-long",
}


@pytest.fixture
def supplier() -> Supplier:
    return a_supplier(SIRET)


@pytest.fixture
def boss(supplier: Supplier) -> User:
    return a_member(supplier)


def invite(supplier: Supplier, boss: User, **fields: Any) -> Invitation:
    values = {"email": EMAIL, "role": MemberRole.READER, **fields}
    return invite_member(supplier=supplier, actor=boss, **values)


def page_of(invitation: Invitation) -> str:
    return reverse("invitation", args=[token_of(invitation)])


@time_machine.travel(A_DAY, tick=False)
def test_the_link_leaves_by_mail_and_is_erased(supplier: Supplier, boss: User) -> None:
    """As text and as a page, with who invites, for whom, as what, until when."""
    invitation = invite(supplier, boss, expires_on=date(2099, 12, 31))
    send_due()
    (message,) = outbox.outbox
    assert message.to == [EMAIL]
    assert isinstance(message, EmailMultiAlternatives)
    for words in (str(message.body), str(message.alternatives[0][0])):
        assert page_of(invitation) in words
        assert "Lecteur, jusqu’au 31/12/2099" in words
        assert supplier.name in words
    assert OutgoingMail.objects.get().text == ""


def test_a_newcomer_opens_an_account_from_the_link(supplier: Supplier, boss: User) -> None:
    """The link proves the address: one form, and they are in."""
    client, invitation = Client(), invite(supplier, boss)
    page = client.get(page_of(invitation)).content.decode()
    assert "Ouvrir votre compte" in page
    response = client.post(page_of(invitation), PERSON)
    assert response.headers["Location"] == reverse("dashboard")
    user = User.objects.get(email=EMAIL)
    assert (user.phone, user.check_password(PERSON["password"])) == ("+33 1 23 45 67 89", True)
    assert user.memberships.get().role == MemberRole.READER
    the_programme()
    assert supplier.name in client.get(reverse("dashboard")).content.decode()
    assert Notification.objects.of(boss).get().title == f"Anne Roy a rejoint {supplier.name}"


def test_a_bad_form_keeps_what_was_typed(supplier: Supplier, boss: User) -> None:
    """A weak password and a wrong number are said beside their fields; nothing is opened."""
    data = {**PERSON, "password": "court", "phone": "12"}
    page = Client().post(page_of(invite(supplier, boss)), data).content.decode()
    assert "Ce numéro n’existe pas" in page
    assert "12 caractères" in page
    assert 'value="Anne"' in page
    assert not User.objects.filter(email=EMAIL).exists()


def test_somebody_with_an_account_signs_in_and_accepts(supplier: Supplier, boss: User) -> None:
    """The link leads to the sign-in page and back; then one button."""
    invitation = invite(supplier, boss)
    user = a_user(EMAIL)
    client = Client()
    page = client.get(page_of(invitation)).content.decode()
    assert "Cette adresse a déjà un compte" in page
    client.force_login(user)
    assert "Accepter" in client.get(page_of(invitation)).content.decode()
    client.post(page_of(invitation))
    assert user.memberships.get().supplier == supplier


def test_a_link_works_once(supplier: Supplier, boss: User) -> None:
    """Accepted, it is closed to everybody; and says so."""
    invitation, user = invite(supplier, boss), a_user(EMAIL)
    accept_invitation(invitation, user=user)
    with pytest.raises(ClosedInvitationError):
        accept_invitation(invitation, user=user)
    response = Client().get(page_of(invitation))
    assert response.status_code == 410
    assert "n’est plus valable" in response.content.decode()


def test_a_link_expires(supplier: Supplier, boss: User) -> None:
    """The last instant is in time; afterwards it is closed."""
    invitation, user = invite(supplier, boss), a_user(EMAIL)
    assert invitation.is_open(invitation.created_at + LASTS)
    with (
        time_machine.travel(clock.now() + LASTS, tick=True),
        pytest.raises(ClosedInvitationError),
    ):
        accept_invitation(invitation, user=user)


def test_a_link_sent_again_closes_the_former_one(supplier: Supplier, boss: User) -> None:
    """Only the last link works."""
    invitation = invite(supplier, boss)
    former = token_of(invitation)
    send_again(invitation, actor=boss)
    assert find_invitation(former) is None
    fresh = Invitation.objects.get()
    assert find_invitation(token_of(fresh)) == fresh
    assert OutgoingMail.objects.count() == 2


def test_a_cancelled_link_is_closed(supplier: Supplier, boss: User) -> None:
    """And cannot be sent again."""
    invitation = invite(supplier, boss)
    cancel_invitation(invitation, actor=boss)
    assert Client().get(page_of(invitation)).status_code == 410
    with pytest.raises(ClosedInvitationError):
        send_again(invitation, actor=boss)


def test_inviting_again_replaces_the_pending_invitation(supplier: Supplier, boss: User) -> None:
    """One address, one invitation, the last rights."""
    first = invite(supplier, boss)
    invite(supplier, boss, email=EMAIL.upper(), role=MemberRole.PREPARER)
    assert [one.role for one in Invitation.objects.pending()] == [MemberRole.PREPARER]
    assert Client().get(page_of(first)).status_code == 410


def test_a_forged_link_opens_nothing(supplier: Supplier, boss: User) -> None:
    """One letter changed, and the signature is wrong."""
    token = token_of(invite(supplier, boss))
    forged = re.sub(r".$", "A" if token[-1] != "A" else "B", token)
    assert find_invitation(forged) is None
    assert find_invitation("") is None


def test_an_invitation_is_for_its_address(supplier: Supplier, boss: User) -> None:
    """Somebody else who holds the link does not join; nor does an unproven address."""
    invitation, thief = invite(supplier, boss), a_user("autre@exemple.fr")
    with pytest.raises(OtherAddressError):
        accept_invitation(invitation, user=thief)
    EmailAddress.objects.create(user=thief, email=EMAIL, verified=False, primary=False)
    with pytest.raises(OtherAddressError):
        accept_invitation(invitation, user=thief)
    client = Client()
    client.force_login(thief)
    assert "Vous êtes connecté avec" in client.get(page_of(invitation)).content.decode()
    assert not thief.memberships.exists()


def test_an_agent_of_the_state_joins_no_supplier(supplier: Supplier, boss: User) -> None:
    """Even when a supplier invites them."""
    the_programme()
    officer = an_officer(email=EMAIL)
    with pytest.raises(ValidationError, match="agent de l’État"):
        accept_invitation(invite(supplier, boss), user=officer)


def test_a_member_is_not_invited_again(supplier: Supplier, boss: User) -> None:
    """It would only confuse."""
    with pytest.raises(ValidationError, match="déjà membre"):
        invite(supplier, boss, email=boss.email.upper())
