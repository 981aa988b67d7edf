"""Opening and keeping accounts: rights follow the profile, the address follows the user."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction

from enrolment.actions.permissions import place_in_group
from enrolment.enums import STAFF_KINDS
from enrolment.models import User
from segur_portal.common.actions import write_journal


@transaction.atomic
def save_account(user: User) -> None:
    """Save a user: access follows its kind, and its address is the one it signs in with.

    A new account has no password: its user chooses one through a link sent to its address, which
    is thereby proven. A changed address must be confirmed by the user at the next sign-in.
    """
    if user._state.adding:
        user.set_unusable_password()
    user.email = user.email.lower()
    user.is_staff = user.kind in STAFF_KINDS
    user.save()
    place_in_group(user)
    _settle_address(user)


def _settle_address(user: User) -> None:
    addresses = EmailAddress.objects.filter(user=user)
    if addresses.filter(email__iexact=user.email).exists():
        return
    is_first = not addresses.exists()
    addresses.delete()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=is_first)


@transaction.atomic
def remove_second_factor(user: User, *, actor: User, note: str) -> int:
    """Remove the second factors of a user who lost them; an agent must add one at next sign-in.

    Returns how many were removed.
    """
    removed: int = Authenticator.objects.filter(user=user).delete()[0]
    write_journal(user, "remove_second_factor", actor=actor, note=note, is_public=False)
    return removed


@transaction.atomic
def change_own_details(user: User, *, first_name: str, last_name: str, phone: str) -> None:
    """Keep the name and telephone that a person gives of themselves."""
    changes = {"first_name": first_name, "last_name": last_name, "phone": phone}
    User.objects.filter(pk=user.pk).update(**changes)
    write_journal(user, "change_details", actor=user, is_public=False)
