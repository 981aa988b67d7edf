"""Letting in agents whom their administration's provider vouches for."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction

from enrolment.enums import STAFF_KINDS
from enrolment.models import User
from segur_portal.common.actions import write_journal

UNKNOWN = (
    "Votre identité est vérifiée, mais aucun compte d’agent ne lui correspond sur ce portail. "
    "Demandez à un administrateur du portail de vous en ouvrir un."
)


class StrangerError(Exception):
    """Somebody the provider knows and the portal does not let in; the message is in French."""


def agent_of(known: User | None, claims: dict[str, Any]) -> User:
    """The agent that a provider's claims designate.

    `known` is who already signed in under the provider's `sub`, which is the key from then on. The
    first time, the account opened by an administrator with the same address, proven on both sides,
    not yet bound to anybody. Raises StrangerError: unknown, closed, not an agent, another
    administration's.
    """
    if settings.OIDC_SIRETS and claims.get("siret") not in settings.OIDC_SIRETS:
        raise StrangerError("Ce portail est réservé aux agents de l’ASP et de l’ANS.")
    agent = known or _invited(claims)
    if not agent.is_active or not agent.is_staff or agent.kind not in STAFF_KINDS:
        raise StrangerError(UNKNOWN)
    return agent


@transaction.atomic
def _invited(claims: dict[str, Any]) -> User:
    """The agent's account that waits for the person of this address. Raises StrangerError."""
    email = str(claims.get("email") or "")
    is_proven = claims.get("email_verified") is True or settings.OIDC_TRUSTS_EMAIL
    if not email or not is_proven:
        raise StrangerError(UNKNOWN)
    address = (
        EmailAddress.objects.filter(
            email__iexact=email, verified=True, user__kind__in=sorted(STAFF_KINDS)
        )
        .select_related("user")
        .first()
    )
    if address is None or SocialAccount.objects.filter(user=address.user).exists():
        raise StrangerError(UNKNOWN)
    agent: User = address.user
    write_journal(agent, "bind_identity", actor=agent, is_public=False)
    return agent
