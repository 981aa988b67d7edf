"""Keys of the API: created and revoked by those who administer, recognised at each call."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from enrolment.models import ApiToken, Supplier, User
from segur_portal.common import clock
from segur_portal.common.actions import write_journal

MAX_TOKENS = 20
LONGEST_DAYS = 366
# Writing the last call at each call would make every reading a writing.
USED_AGAIN = timedelta(minutes=1)


@transaction.atomic
def create_token(
    *, supplier: Supplier, actor: User, name: str, role: str, expires_on: date
) -> tuple[ApiToken, str]:
    """A new key and its secret, which nobody can read again afterwards.

    Raises ValidationError, in French: a day past or further than a year, too many living keys.
    """
    today = clock.today()
    if not today <= expires_on <= today + timedelta(days=LONGEST_DAYS):
        raise ValidationError({"expires_on": "Choisissez une date d’ici un an au plus."})
    Supplier.objects.select_for_update().get(pk=supplier.pk)
    if ApiToken.objects.of(supplier).usable(today).count() >= MAX_TOKENS:
        raise ValidationError(f"{MAX_TOKENS} clés sont déjà en service : révoquez-en une d’abord.")
    prefix = f"segur_{secrets.token_hex(3)}"
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        supplier=supplier,
        name=name,
        role=role,
        prefix=prefix,
        digest=digest_of(secret),
        created_by=actor,
        created_at=clock.now(),
        expires_on=expires_on,
    )
    write_journal(token, "create", actor=actor, target=role)
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: User) -> None:
    """Close a key for ever; harmless when it is closed already."""
    current = ApiToken.objects.select_for_update().get(pk=token.pk)
    if current.revoked_at is None:
        current.revoked_at = clock.now()
        current.save(update_fields=["revoked_at"])
        write_journal(current, "revoke", actor=actor)


def recognise_token(secret: str) -> ApiToken | None:
    """The key of this secret, if it opens the API today; its last call is written down."""
    found: ApiToken | None = (
        ApiToken.objects.select_related("supplier", "created_by")
        .filter(digest=digest_of(secret))
        .first()
    )
    if found is None or not found.is_usable(clock.today()):
        return None
    now = clock.now()
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - USED_AGAIN)
    ApiToken.objects.filter(stale, pk=found.pk).update(last_used_at=now)
    return found


def digest_of(secret: str) -> str:
    """What is kept of a secret: it has 256 bits of chance, no salt would add to them."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
