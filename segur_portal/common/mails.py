"""Mails: written with the deed, sent after it is committed, tried again until accepted.

    queue_mail(to=user, template="invitation", subject="…", context={…}, key=f"invitation-{pk}")

The templates are `mails/<template>.txt` and `.html`, rendered at once: a mail says what was true
when the deed was done. A crash between the provider's acceptance and our note of it sends the mail
again under the same Message-ID, by which a mail server knows a double.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Iterable
from datetime import timedelta
from email.utils import parseaddr
from functools import partial
from typing import Any
from uuid import uuid4

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from kombu.exceptions import OperationalError

from segur_portal.common import clock
from segur_portal.common.french import spaced
from segur_portal.common.models import OutgoingMail

logger = logging.getLogger(__name__)

# Waits between two attempts; after the last the mail is given up and an administrator sees it.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
# A server answers 5xx when asking again would not help.
PERMANENT = 500


def portal_url(path: str = "") -> str:
    """The full address of a page of the portal, for a mail."""
    return f"{settings.PORTAL_URL.rstrip('/')}{path}"


def queue_mail(
    *,
    to: Any,
    template: str,
    subject: str,
    context: dict[str, Any] | None = None,
    key: str = "",
    is_secret: bool = False,
) -> OutgoingMail:
    """Write a mail in the current transaction; it leaves once this is committed.

    `to` is a user or an address. A mail already queued under `key` is given back, not written
    again. `is_secret`: its words are erased once sent, except in demonstration, where a page shows
    them. Line breaks of the subject are removed.
    """
    fields = _written(to, template, subject, context)
    return store_mail(subject=subject, key=key, is_secret=is_secret, **fields)


@transaction.atomic
def queue_mails(
    mails: Iterable[tuple[Any, str, dict[str, Any], str]], *, template: str
) -> list[OutgoingMail]:
    """Write many mails of one template in one insertion; each is (to, subject, context, key), its
    key never used before. See `queue_mail`."""
    rows = [
        OutgoingMail(
            key=key,
            subject=_one_line(subject),
            queued_at=clock.now(),
            next_attempt_at=clock.machine_now(),
            **_written(to, template, subject, context),
        )
        for to, subject, context, key in mails
    ]
    OutgoingMail.objects.bulk_create(rows)
    for row in rows:
        transaction.on_commit(partial(_wake_sender, row.pk))
    return rows


def _written(
    to: Any, template: str, subject: str, context: dict[str, Any] | None
) -> dict[str, Any]:
    """A mail in words, for its recipient."""
    recipient = None if isinstance(to, str) else to
    words = {**(context or {}), "subject": subject, "recipient": recipient}
    words["portal_url"] = portal_url()
    return {
        "address": to if recipient is None else recipient.email,
        "recipient": recipient,
        "template": template,
        "text": render_to_string(f"mails/{template}.txt", words),
        "html": spaced(render_to_string(f"mails/{template}.html", words)),
    }


def _one_line(subject: str) -> str:
    return " ".join(subject.split())[:200]


@transaction.atomic
def store_mail(
    *, key: str = "", subject: str, is_secret: bool = False, **fields: Any
) -> OutgoingMail:
    """Write a mail whose words are ready; see `queue_mail`."""
    mail, is_new = OutgoingMail.objects.get_or_create(
        key=key or f"mail-{uuid4()}",
        defaults={
            "subject": _one_line(subject),
            "queued_at": clock.now(),
            "next_attempt_at": clock.machine_now(),
            "is_secret": is_secret and not settings.DEMONSTRATION,
            **fields,
        },
    )
    if is_new:
        transaction.on_commit(lambda: _wake_sender(mail.pk))
    return mail


def _wake_sender(mail_id: int) -> None:
    """Tell a worker that a mail waits; when the broker is down, the sweeper sends it."""
    try:
        current_app.send_task("common.send_mail", args=[mail_id])
    except (OperationalError, OSError):
        logger.warning("The broker did not answer; mail %s waits for the sweeper.", mail_id)


@transaction.atomic
def send_queued(mail_id: int) -> bool:
    """Try to send a mail that is due; two workers never try the same one at once.

    Returns whether it was accepted. A failure is noted and tried later, not raised.
    """
    due = OutgoingMail.objects.due(clock.machine_now()).filter(pk=mail_id)
    mail = due.select_for_update(skip_locked=True).first()
    if mail is None:
        return False
    mail.attempts += 1
    try:
        mail.answer = _deliver(mail)
    except (smtplib.SMTPException, OSError) as failure:
        _note_failure(mail, failure)
    else:
        mail.sent_at, mail.next_attempt_at = clock.now(), None
        if mail.is_secret:
            mail.text = mail.html = ""
    mail.save()
    return mail.sent_at is not None


def send_due() -> int:
    """Send every mail that is due: those the broker forgot, those to try again. Returns a count."""
    waiting = OutgoingMail.objects.due(clock.machine_now()).values_list("pk", flat=True)
    return sum(send_queued(pk) for pk in list(waiting))


@transaction.atomic
def retry_mail(mail: OutgoingMail) -> None:
    """Put back in the queue a mail that was given up."""
    now = clock.machine_now()
    OutgoingMail.objects.filter(pk=mail.pk, given_up_at__isnull=False).update(
        given_up_at=None, next_attempt_at=now, attempts=0
    )
    transaction.on_commit(lambda: _wake_sender(mail.pk))


def _deliver(mail: OutgoingMail) -> str:
    """Hand the mail to the provider; its answer, when the backend tells it."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        to=[mail.address],
        headers={"Message-ID": f"<mail-{mail.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(mail.html, "text/html")
    message.send()
    return str(getattr(message, "answer", ""))


def _note_failure(mail: OutgoingMail, failure: Exception) -> None:
    """Say when to try again, or give up."""
    mail.answer = str(failure)[:2000] or type(failure).__name__
    if _is_permanent(failure) or mail.attempts > len(BACK_OFF):
        mail.given_up_at, mail.next_attempt_at = clock.now(), None
        logger.error("Mail %s is given up after %s attempts", mail.pk, mail.attempts)
        return
    mail.next_attempt_at = clock.machine_now() + BACK_OFF[mail.attempts - 1]
    logger.warning("Mail %s was not accepted, attempt %s", mail.pk, mail.attempts)


def _is_permanent(failure: Exception) -> bool:
    """Whether the server said that this mail will never be accepted."""
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _ in failure.recipients.values())
    # A refused sign-in is our configuration's fault: it is repaired, and the mail then leaves.
    if isinstance(failure, smtplib.SMTPAuthenticationError):
        return False
    return isinstance(failure, smtplib.SMTPResponseException) and failure.smtp_code >= PERMANENT
