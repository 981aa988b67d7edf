"""Inviting somebody to act for a supplier: a link for one address, once, until a date."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from enrolment.actions.members import (
    administrators_of,
    check_administrator,
    check_end,
    close_other_ways,
    lock_supplier,
)
from enrolment.enums import MemberRole
from enrolment.models import Invitation, Membership, Supplier, User
from segur_portal.common import clock
from segur_portal.common.actions import write_journal
from segur_portal.common.mails import portal_url, queue_mail
from segur_portal.common.models import NoticeKind
from segur_portal.common.notices import notify

LASTS = timedelta(days=7)
_SALT = "enrolment.invitation"


class ClosedInvitationError(ValidationError):
    """The link was used, cancelled or has expired; the message is in French."""

    def __init__(self) -> None:
        super().__init__(
            "Cette invitation n’est plus valable : elle a servi, elle a été annulée ou elle a "
            "expiré. Demandez-en une autre à l’administrateur de l’organisation."
        )


class OtherAddressError(ValidationError):
    """The invitation is for another address; the message is in French."""

    def __init__(self, email: str) -> None:
        super().__init__(f"Cette invitation est pour {email} : connectez-vous avec cette adresse.")


def token_of(invitation: Invitation) -> str:
    """The signed word of the invitation's link."""
    return signing.dumps({"id": invitation.pk, "nonce": invitation.nonce.hex}, salt=_SALT)


def find_invitation(token: str) -> Invitation | None:
    """The invitation of a link, whatever its state; None for a forged or replaced link."""
    try:
        content = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return (
        Invitation.objects.filter(pk=content["id"], nonce=uuid.UUID(content["nonce"]))
        .select_related("supplier", "invited_by")
        .first()
    )


@transaction.atomic
def invite_member(
    *,
    supplier: Supplier,
    actor: User,
    email: str,
    role: str,
    is_administrator: bool = False,
    expires_on: date | None = None,
) -> Invitation:
    """Invite an address; one pending for it is replaced. The link leaves by mail.

    Raises NotAdministratorError, or ValidationError: already a member, end past.
    """
    supplier = lock_supplier(supplier.pk)
    check_administrator(supplier, actor)
    check_end(expires_on, is_administrator=is_administrator)
    email = email.lower()
    if Membership.objects.of(supplier).in_force(clock.today()).filter(user__email=email).exists():
        raise ValidationError({"email": "Cette personne est déjà membre de l’organisation."})
    now = clock.now()
    pending = Invitation.objects.of(supplier).pending()
    pending.filter(email__iexact=email).update(cancelled_at=now)
    invitation = Invitation.objects.create(
        supplier=supplier,
        email=email,
        role=MemberRole(role),
        is_administrator=is_administrator,
        member_until=expires_on,
        invited_by=actor,
        created_at=now,
        expires_at=now + LASTS,
    )
    data = {"member": email, "role": role}
    write_journal(supplier, "invite_member", actor=actor, data=data, is_public=False)
    _send(invitation)
    return invitation


@transaction.atomic
def send_again(invitation: Invitation, *, actor: User) -> None:
    """Send a pending invitation again, with another link and more time; the former link closes.

    Raises NotAdministratorError, ClosedInvitationError.
    """
    fresh = _lock_pending(invitation, actor)
    fresh.nonce, fresh.expires_at = uuid.uuid4(), clock.now() + LASTS
    fresh.save()
    _send(fresh)


@transaction.atomic
def cancel_invitation(invitation: Invitation, *, actor: User) -> None:
    """Close a pending invitation. Raises NotAdministratorError, ClosedInvitationError."""
    fresh = _lock_pending(invitation, actor)
    fresh.cancelled_at = clock.now()
    fresh.save()
    data = {"member": fresh.email}
    write_journal(fresh.supplier, "cancel_invitation", actor=actor, data=data, is_public=False)


def _lock_pending(invitation: Invitation, actor: User) -> Invitation:
    check_administrator(lock_supplier(invitation.supplier_id), actor)
    fresh = Invitation.objects.pending().select_related("supplier", "invited_by")
    found = fresh.filter(pk=invitation.pk).first()
    if found is None:
        raise ClosedInvitationError
    return found  # type: ignore[no-any-return]


def _send(invitation: Invitation) -> None:
    link = portal_url(reverse("invitation", args=[token_of(invitation)]))
    queue_mail(
        to=invitation.email,
        template="invitation",
        subject=f"Invitation à rejoindre {invitation.supplier}",
        context={"invitation": invitation, "url": link},
        key=f"invitation-{invitation.nonce}",
        is_secret=True,
    )


@transaction.atomic
def accept_invitation(invitation: Invitation, *, user: User) -> Membership:
    """Make the person a member, once, under the rights of the invitation.

    Raises ClosedInvitationError, or OtherAddressError when the address invited is not a verified
    one of theirs. An agent of the State is refused too: they act for no supplier; and a member in
    force, whose rights are changed by an administrator, not by an old link.
    """
    supplier = lock_supplier(invitation.supplier_id)
    fresh = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not fresh.is_open(clock.now()) or fresh.nonce != invitation.nonce:
        raise ClosedInvitationError
    if user.is_staff:
        raise ValidationError("Un agent de l’État n’agit pour aucun fournisseur.")
    proven = EmailAddress.objects.filter(user=user, email__iexact=fresh.email, verified=True)
    if not proven.exists():
        raise OtherAddressError(fresh.email)
    if Membership.objects.of(supplier).in_force(clock.today()).filter(user=user).exists():
        raise ValidationError("Vous êtes déjà membre de cette organisation : rien n’a changé.")
    rights = {
        "role": fresh.role,
        "is_administrator": fresh.is_administrator,
        "expires_on": fresh.member_until,
        "suspended_at": None,
    }
    membership, _ = Membership.objects.update_or_create(
        user=user, supplier=supplier, defaults=rights
    )
    fresh.accepted_at, fresh.accepted_by = clock.now(), user
    fresh.save()
    close_other_ways(user, supplier)
    data = {"member": user.email, "role": fresh.role}
    write_journal(supplier, "join", actor=user, data=data, is_public=False)
    notify(
        users=[one for one in administrators_of(supplier) if one.pk != user.pk],
        kind=NoticeKind.ACCOUNT,
        title=f"{user} a rejoint {supplier}",
        body=f"Son rôle : {membership.get_role_display()}.",
        url=reverse("members"),
    )
    return membership


@transaction.atomic
def open_invited_account(
    invitation: Invitation, *, first_name: str, last_name: str, phone: str, password: str
) -> User:
    """Open an account for the address invited, proven by the link, and make it a member.

    Raises ClosedInvitationError; ValidationError when the address already has an account.
    """
    email = invitation.email.lower()
    if User.objects.filter(email__iexact=email).exists():
        raise ValidationError("Cette adresse a déjà un compte : connectez-vous pour accepter.")
    user = User.objects.create_user(
        email, password, first_name=first_name, last_name=last_name, phone=phone
    )
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    accept_invitation(invitation, user=user)
    return user
