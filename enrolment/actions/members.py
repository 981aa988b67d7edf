"""Who acts for a supplier: roles, ends, suspension, departure, hand-over of the administration."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from enrolment.enums import MemberRole
from enrolment.models import Invitation, JoinRequest, Membership, Supplier, User
from segur_portal.common import clock
from segur_portal.common.actions import write_journal
from segur_portal.common.models import NoticeKind
from segur_portal.common.notices import notify


class LastAdministratorError(ValidationError):
    """The organisation would be left without an administrator; the message is in French."""

    def __init__(self) -> None:
        super().__init__(
            "Une organisation garde toujours un administrateur : désignez-en d’abord un autre."
        )


class NotAdministratorError(ValidationError):
    """The person may not manage the members of this organisation; the message is in French."""

    def __init__(self) -> None:
        super().__init__("Seul un administrateur de l’organisation gère ses membres.")


def lock_supplier(supplier_id: int) -> Supplier:
    """The supplier's row, held until the end of the transaction: who changes its members waits."""
    supplier: Supplier = Supplier.objects.select_for_update(no_key=True).get(pk=supplier_id)
    return supplier


def check_administrator(supplier: Supplier, actor: User) -> None:
    """Refuse who does not administer the organisation. Raises NotAdministratorError.

    A superuser passes: an officer repairs an organisation whose administrator is gone.
    """
    if actor.is_superuser and actor.is_active:
        return
    if not Membership.objects.of(supplier).administrators().filter(user=actor).exists():
        raise NotAdministratorError


def close_other_ways(user: User, supplier: Supplier) -> None:
    """Close what else could give the person rights for this organisation, now that they have some:
    requests to join that wait, links that were sent. An old one would overwrite the new rights."""
    now = clock.now()
    Invitation.objects.of(supplier).pending().filter(email__in=_addresses_of(user)).update(
        cancelled_at=now
    )
    requests = JoinRequest.objects.filter(user=user, siret=supplier.siret, decided_at=None)
    requests.filter(confirmed_at=None).update(confirmed_at=now)
    requests.update(decided_at=now, is_accepted=True)


def _close_invited_by(member: Membership, actor: User) -> None:
    """Close the links by which somebody who is put out had invited administrators: they would be a
    way back in. One who leaves by themselves keeps those that they sent."""
    if member.user_id == actor.pk:
        return
    sent = Invitation.objects.of(member.supplier).pending().filter(invited_by=member.user)
    sent.filter(is_administrator=True).update(cancelled_at=clock.now())


def _addresses_of(user: User) -> list[str]:
    """The addresses proven to be theirs, as invitations write them."""
    rows = EmailAddress.objects.filter(user=user, verified=True)
    return [user.email.lower(), *(one.lower() for one in rows.values_list("email", flat=True))]


def administrators_of(supplier: Supplier) -> list[User]:
    """The people who manage the members of a supplier."""
    rows = Membership.objects.of(supplier).administrators().select_related("user")
    return [membership.user for membership in rows.order_by("pk")]


def check_end(member_until: date | None, *, is_administrator: bool) -> None:
    """Refuse an end already past, or an end for an administrator. Raises ValidationError."""
    if member_until is None:
        return
    if member_until < clock.today():
        raise ValidationError({"expires_on": "Cette date est déjà passée."})
    if is_administrator:
        raise ValidationError(
            {"expires_on": "Un administrateur n’a pas de date de fin : retirez l’une des deux."}
        )


def _locked(membership: Membership, actor: User) -> Membership:
    """The membership as it is now, once the supplier is locked and the actor's right re-read."""
    supplier = lock_supplier(membership.supplier_id)
    check_administrator(supplier, actor)
    fresh = Membership.objects.of(supplier).select_related("user", "supplier")
    found = fresh.filter(pk=membership.pk).first()
    if found is None:
        raise ValidationError("Cette personne n’est plus membre de l’organisation.")
    return found  # type: ignore[no-any-return]


def _check_remains(membership: Membership) -> None:
    """Refuse that an administrator goes when there is no other. Raises LastAdministratorError."""
    others = Membership.objects.of(membership.supplier).administrators()
    if membership.is_administrator and not others.exclude(pk=membership.pk).exists():
        raise LastAdministratorError


@transaction.atomic
def change_member(
    membership: Membership,
    *,
    actor: User,
    role: str,
    is_administrator: bool,
    expires_on: date | None,
) -> None:
    """Change a member's role, end and right to manage the others.

    Raises NotAdministratorError, LastAdministratorError, ValidationError, all in French.
    """
    member = _locked(membership, actor)
    check_end(expires_on, is_administrator=is_administrator)
    if not is_administrator:
        _check_remains(member)
    before = _words(member)
    member.role, member.expires_on = MemberRole(role), expires_on
    member.is_administrator = is_administrator
    member.save()
    if _words(member) != before:
        _record(member, "change_member", actor, note=f"{before} → {_words(member)}")
        _tell(
            [member.user],
            member,
            f"Vos droits pour {member.supplier} ont changé",
            f"Vous êtes maintenant : {_words(member)}.",
        )


@transaction.atomic
def suspend_member(membership: Membership, *, actor: User) -> None:
    """Close the organisation to a member, until restored. Raises as `change_member`."""
    member = _locked(membership, actor)
    _check_remains(member)
    if member.suspended_at is not None:
        return
    member.suspended_at = clock.now()
    member.save()
    _close_invited_by(member, actor)
    _record(member, "suspend_member", actor)
    title = f"Votre accès pour {member.supplier} est suspendu"
    _tell([member.user], member, title, "Un administrateur de l’organisation l’a suspendu.")


@transaction.atomic
def restore_member(membership: Membership, *, actor: User) -> None:
    """Open the organisation again to a suspended member. Raises as `change_member`."""
    member = _locked(membership, actor)
    if member.suspended_at is None:
        return
    member.suspended_at = None
    member.save()
    _record(member, "restore_member", actor)
    _tell([member.user], member, f"Votre accès pour {member.supplier} est rétabli", "")


@transaction.atomic
def remove_member(membership: Membership, *, actor: User) -> None:
    """Take somebody out of the organisation; what they deposited stays the organisation's.

    Raises as `change_member`.
    """
    member = _locked(membership, actor)
    _check_remains(member)
    _close_invited_by(member, actor)
    _record(member, "remove_member", actor, note=_words(member))
    title = f"Vous n’êtes plus membre de {member.supplier}"
    _tell([member.user], member, title, "Un administrateur de l’organisation vous en a retiré.")
    member.delete()


@transaction.atomic
def hand_over(membership: Membership, *, actor: User) -> None:
    """Make a member the administrator in the actor's place; the actor keeps their other rights.

    Raises as `change_member`; oneself, or a member who may not act now, is refused: suspended, past
    their end, of a closed account.
    """
    member = _locked(membership, actor)
    able = Membership.objects.in_force(clock.today()).filter(pk=member.pk, user__is_active=True)
    if member.user_id == actor.pk or not able.exists():
        raise ValidationError("L’administration se transmet à un autre membre, en activité.")
    member.is_administrator, member.expires_on = True, None
    member.save()
    Membership.objects.of(member.supplier).filter(user=actor).update(is_administrator=False)
    _record(member, "hand_over", actor)
    title = f"Vous administrez maintenant {member.supplier}"
    _tell([member.user], member, title, f"{actor} vous a transmis l’administration des membres.")


def _words(member: Membership) -> str:
    """What a member is, in French."""
    words = [member.get_role_display()]
    if member.is_administrator:
        words.append("administrateur")
    if member.expires_on:
        words.append(f"jusqu’au {member.expires_on:%d/%m/%Y}")
    return ", ".join(words)


def _record(member: Membership, verb: str, actor: User, note: str = "") -> None:
    """Write the deed in the supplier's journal, where it outlives the membership."""
    data = {"member": member.user.email, "role": member.role}
    write_journal(member.supplier, verb, actor=actor, note=note, data=data, is_public=False)


def _tell(users: Iterable[Any], member: Membership, title: str, body: str) -> None:
    notify(users=users, kind=NoticeKind.ACCOUNT, title=title, body=body, url=reverse("home"))
