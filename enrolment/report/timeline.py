"""The life of an enrolment as its supplier reads it: public wording, public notes only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from enrolment.models import Amendment, Enrolment
from enrolment.workflow import ENROLMENT
from segur_portal.common.models import JournalEntry, Reason

_VERBS = {
    "start": "Enrôlement commencé",
    "deposit_document": "Pièce déposée",
    "declare_solution": "Solution déclarée",
    "declare_distribution": "Distribution déclarée",
    "add_solution": "Ajout d’une solution demandé",
    "drop_solution": "Ajout d’une solution abandonné",
    "enrol_solution": "Solution ajoutée à l’enrôlement",
    "request_correction": "L’ASP a demandé une correction",
    "refuse": "L’ASP a refusé l’enrôlement",
}
_CHANGES = {
    "start": "Changement commencé",
    "submit": "Changement transmis à l’ASP",
    "accept": "L’ASP a accepté le changement",
    "send_back": "L’ASP a renvoyé le changement, à corriger",
    "refuse": "L’ASP a refusé le changement",
    "withdraw": "Changement abandonné",
}
# What an agent wrote there was for colleagues.
_OWN_NOTES = frozenset({"take", "accept"})
LENGTH = 100


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    at: datetime
    title: str
    who: str
    reason: str
    note: str


def timeline_of(enrolment: Enrolment) -> Iterator[Event]:
    """The public events, latest first. Agents are not named."""
    changes = Amendment.objects.filter(enrolment=enrolment).values_list("pk", flat=True)
    entries = JournalEntry.objects.filter(
        Q(subject=Enrolment._meta.label, subject_id=str(enrolment.pk))
        | Q(subject=Amendment._meta.label, subject_id__in=[str(pk) for pk in changes]),
        is_public=True,
    )
    reasons = dict(Reason.objects.filter(subject="enrolment").values_list("code", "label"))
    for entry in entries.select_related("actor").order_by("-at", "-pk")[:LENGTH]:
        yield Event(
            entry.at,
            _title(entry),
            _who(entry.actor),
            reasons.get(entry.reason_code, ""),
            "" if entry.verb in _OWN_NOTES else entry.note,
        )


def _title(entry: JournalEntry) -> str:
    if entry.subject == Amendment._meta.label:
        return _CHANGES[entry.verb]
    state = ENROLMENT.states.get(entry.target)
    return _VERBS.get(entry.verb) or (state.public if state else entry.verb)


def _who(actor: Any) -> str:
    if actor is None:
        return "Le portail"
    return "L’ASP" if actor.is_staff else str(actor)
