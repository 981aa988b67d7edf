"""Telling people, once each morning, what the night did not do to the base."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from enrolment.enums import UserKind
from enrolment.models import User
from orders.queries import late_schemes, stopped_imports
from segur_portal.common import clock
from segur_portal.common.mails import portal_url, queue_mail

SUBJECT = "Base des clients éligibles : l’import de la nuit demande votre attention"


@transaction.atomic
def send_alarms() -> int:
    """Mail the administrators and the officers of each scheme concerned; returns how many mails.

    One mail a day for each person, about the schemes they work on; nothing when all went well.
    """
    said: dict[User | str, list[str]] = defaultdict(list)
    for scheme_id, line in _alarms():
        for recipient in _recipients(scheme_id):
            said[recipient].append(line)
    for recipient, lines in said.items():
        address = recipient if isinstance(recipient, str) else recipient.email
        queue_mail(
            to=recipient,
            template="base_alarm",
            subject=SUBJECT,
            context={
                "lines": lines,
                "url": portal_url(reverse("admin:orders_baseimport_changelist")),
            },
            key=f"base-alarm-{clock.today():%Y%m%d}-{address}",
        )
    return len(said)


def _alarms() -> Iterator[tuple[str, str]]:
    for scheme in late_schemes(clock.now()):
        yield scheme.pk, f"{scheme.pk} : aucun fichier n’a été importé."
    for import_ in stopped_imports():
        what = import_.get_state_display().lower()
        day = f"{import_.business_date:%d/%m/%Y}"
        reason = import_.report.get("reason", "")
        yield import_.scheme_id, f"{import_.scheme_id}, base du {day} : {what}. {reason}".strip()


def _recipients(scheme_id: str) -> Iterator[User | str]:
    yield from (address for _, address in settings.ADMINS)
    yield from User.objects.filter(
        assignments__scheme=scheme_id, is_active=True, kind=UserKind.OFFICER
    ).order_by("email")
