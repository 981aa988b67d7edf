"""Telling people, once each morning, what the night did not do to the base."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from enrolment.enums import UserKind
from enrolment.models import OfficerAssignment
from orders.queries import late_schemes, stopped_imports
from segur_portal.common import clock

SUBJECT = "Base des clients éligibles : l’import de la nuit demande votre attention"
_INTRODUCTION = "Bonjour,\n\nL’import de la nuit de la base des clients éligibles vous attend :\n"
_END = (
    "\nTant que rien n’est fait, les demandes sont jugées sur la base en vigueur, inchangée."
    "\nPage « Imports » de l’administration du portail : elle dit pourquoi et propose quoi faire.\n"
)


def send_alarms() -> int:
    """Mail the administrators and the officers of each scheme concerned; returns how many mails.

    One mail for each person, about the schemes they work on; nothing when all went well.
    """
    lines: dict[str, list[str]] = defaultdict(list)
    for scheme_id, line in _alarms():
        for address in _recipients(scheme_id):
            lines[address].append(f"– {line}")
    messages = [
        EmailMessage(SUBJECT, "\n".join([_INTRODUCTION, *said, _END]), to=[address])
        for address, said in lines.items()
    ]
    return get_connection().send_messages(messages) or 0 if messages else 0


def _alarms() -> Iterator[tuple[str, str]]:
    for scheme in late_schemes(clock.now()):
        yield scheme.pk, f"{scheme.pk} : aucun fichier n’a été importé."
    for import_ in stopped_imports():
        what = import_.get_state_display().lower()
        day = f"{import_.business_date:%d/%m/%Y}"
        reason = import_.report.get("reason", "")
        yield import_.scheme_id, f"{import_.scheme_id}, base du {day} : {what}. {reason}".strip()


def _recipients(scheme_id: str) -> list[str]:
    officers = OfficerAssignment.objects.filter(
        scheme=scheme_id, user__is_active=True, user__kind=UserKind.OFFICER
    )
    addresses = officers.order_by("user__email").values_list("user__email", flat=True)
    return list(dict.fromkeys([*(address for _, address in settings.ADMINS), *addresses]))
