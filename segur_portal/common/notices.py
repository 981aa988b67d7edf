"""Telling people: on screen always, by mail as they chose.

    notify(users=members, kind=NoticeKind.DECISION, title="…", body="…", url=reverse(…),
           mail_template="enrolment_correction", context={…}, key=f"enrolment-{pk}-correction-2")

Supplier's members never receive an internal note, whatever the caller passes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from segur_portal.common import clock
from segur_portal.common.mails import portal_url, queue_mail, queue_mails
from segur_portal.common.models import (
    DEFAULT_CHANNELS,
    MANDATORY_KINDS,
    Channel,
    NoticeKind,
    Notification,
    NotificationPreference,
)

_TITLE: int = Notification._meta.get_field("title").max_length or 0


@transaction.atomic
def notify(
    *,
    users: Iterable[Any],
    kind: str,
    title: str,
    body: str = "",
    url: str = "",
    mail_template: str = "notification",
    context: dict[str, Any] | None = None,
    internal_note: str = "",
    key: str = "",
) -> list[Notification]:
    """Tell each of these people a piece of news, in the current transaction.

    On screen for all; by mail (`mails/<mail_template>`, with `title`, `body`, `url`, `context`),
    in the next morning's summary, or on screen alone, as each chose for this kind. Closed accounts
    are skipped. With a `key`, a person already told of this fact is not told again. `url` is a
    path of the portal. Returns the notifications written.
    """
    people = [user for user in {user.pk: user for user in users}.values() if user.is_active]
    channels = channels_of(people, kind)
    told = _already_told(people, key)
    now = clock.now()
    written = []
    for user in people:
        if user.pk in told:
            continue
        note = internal_note if user.is_staff else ""
        notification = Notification.objects.create(
            user=user,
            kind=kind,
            key=key,
            title=_short(title),
            body=body,
            internal_note=note,
            url=url,
            created_at=now,
            is_for_digest=channels[user.pk] == Channel.DAILY,
        )
        written.append(notification)
        if channels[user.pk] == Channel.EACH:
            queue_mail(
                to=user,
                template=mail_template,
                subject=title,
                key=f"notification-{notification.pk}",
                context={
                    **(context or {}),
                    "title": title,
                    "body": body,
                    "internal_note": note,
                    "url": portal_url(url) if url else "",
                },
            )
    return written


@dataclass(frozen=True, slots=True)
class News:
    """A piece of news for one person: see `notify`."""

    user: Any
    title: str
    body: str
    url: str
    key: str


@transaction.atomic
def notify_all(news: Iterable[News], *, kind: str) -> list[Notification]:
    """Tell many pieces of news of one kind, in a number of queries that does not depend on how
    many; what a person was told under the same key is not told again."""
    news = [one for one in news if one.user.is_active]
    if not news:
        return []
    people = list({one.user.pk: one.user for one in news}.values())
    channels, now = channels_of(people, kind), clock.now()
    told = _told_under(people, {one.key for one in news})
    fresh = [one for one in news if (one.user.pk, one.key) not in told]
    written = Notification.objects.bulk_create(
        Notification(
            user=one.user,
            kind=kind,
            key=one.key,
            title=_short(one.title),
            body=one.body,
            url=one.url,
            created_at=now,
            is_for_digest=channels[one.user.pk] == Channel.DAILY,
        )
        for one in fresh
    )
    queue_mails(
        [
            (row.user, row.title, _mailed(row), f"notification-{row.pk}")
            for row in written
            if channels[row.user_id] == Channel.EACH
        ],
        template="notification",
    )
    return written


def _short(title: str) -> str:
    """The title, cut where a long name of solution or of person overflows it."""
    return title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"


def _mailed(row: Notification) -> dict[str, Any]:
    url = portal_url(row.url) if row.url else ""
    return {"title": row.title, "body": row.body, "internal_note": row.internal_note, "url": url}


def _told_under(people: list[Any], keys: set[str]) -> set[tuple[int, str]]:
    """Who was told of which of these facts; locked as by `_already_told`."""
    ids = sorted(user.pk for user in people)
    users = get_user_model()._default_manager
    list(users.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values("pk"))
    rows = Notification.objects.filter(user__in=ids, key__in=keys - {""})
    return set(rows.values_list("user", "key"))


def _already_told(people: list[Any], key: str) -> set[int]:
    """The people who hold a notification of this fact; their rows are locked, so that two tellers
    of the same fact take turns."""
    if not key:
        return set()
    ids = sorted(user.pk for user in people)
    users = get_user_model()._default_manager
    list(users.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values("pk"))
    return set(Notification.objects.filter(user__in=ids, key=key).values_list("user", flat=True))


def channels_of(people: Iterable[Any], kind: str) -> dict[int, str]:
    """How each of these people is told of a kind of news; a mandatory kind is always mailed."""
    ids = [user.pk for user in people]
    if kind in MANDATORY_KINDS:
        return dict.fromkeys(ids, Channel.EACH)
    chosen = NotificationPreference.objects.filter(user__in=ids, kind=kind)
    default = DEFAULT_CHANNELS[kind]
    return {**dict.fromkeys(ids, default), **dict(chosen.values_list("user", "channel"))}


@transaction.atomic
def choose_channels(user: Any, channels: dict[str, str]) -> None:
    """Keep what a person chose, by kind; mandatory kinds are left as they are."""
    for kind, channel in channels.items():
        if kind not in MANDATORY_KINDS:
            NotificationPreference.objects.update_or_create(
                user=user, kind=NoticeKind(kind), defaults={"channel": Channel(channel)}
            )


def mark_read(user: Any, *, notification_id: int | None = None) -> int:
    """Mark as read one notification of this person, or all of them. Returns how many changed."""
    mine = Notification.objects.of(user).unread()
    if notification_id is not None:
        mine = mine.filter(pk=notification_id)
    return int(mine.update(read_at=clock.now(), is_for_digest=False))


def send_digests() -> int:
    """Write the morning's summary of each person who has news in it. Returns how many."""
    waiting = Notification.objects.for_digest().values_list("user", flat=True)
    return sum(_write_digest(pk) for pk in list(waiting.order_by("user").distinct()))


@transaction.atomic
def _write_digest(user_id: int) -> bool:
    """One person's summary: nothing is written when another process has just done it."""
    rows = Notification.objects.for_digest().filter(user=user_id)
    news = list(rows.select_for_update(of=("self",)).select_related("user").order_by("created_at"))
    Notification.objects.filter(user=user_id, is_for_digest=True).update(is_for_digest=False)
    if not news or not news[0].user.is_active:
        return False
    queue_mail(
        to=news[0].user,
        template="digest",
        subject=f"Votre résumé du {clock.today():%d/%m/%Y}",
        key=f"digest-{user_id}-{news[-1].pk}",
        context={"news": news},
    )
    return True
