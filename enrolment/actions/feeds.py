"""A person's calendar address: made, made again (the former one closes), closed, recognised."""

from __future__ import annotations

import secrets

from django.db import transaction

from enrolment.actions.tokens import digest_of
from enrolment.models import CalendarFeed, User
from segur_portal.common import clock
from segur_portal.common.actions import write_journal


@transaction.atomic
def open_feed(user: User) -> str:
    """A new secret, which nobody can read again afterwards; a former one opens nothing any more."""
    secret = secrets.token_urlsafe(32)
    feed, _ = CalendarFeed.objects.update_or_create(
        user=user, defaults={"digest": digest_of(secret), "created_at": clock.now()}
    )
    write_journal(feed, "open", actor=user, is_public=False)
    return secret


@transaction.atomic
def close_feed(user: User) -> bool:
    """Close the address for ever; False when there was none."""
    feed = CalendarFeed.objects.filter(user=user).first()
    if feed is None:
        return False
    write_journal(feed, "close", actor=user, is_public=False)
    feed.delete()
    return True


def recognise_feed(secret: str) -> User | None:
    """Whose address it is, if it opens and the account is not closed."""
    feed = CalendarFeed.objects.filter(digest=digest_of(secret), user__is_active=True)
    found = feed.select_related("user").first()
    return found.user if found else None
