"""What an officer decides of a change declared on a validated enrolment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest

from enrolment.actions.amendments import decide_amendment, differences
from enrolment.models import Amendment, Enrolment
from enrolment.workflow import AMENDMENT
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.forms import NoteForm, reason_form
from segur_portal.common.admin.panels import TIMELINE_LENGTH, Panel, table, timeline, when
from segur_portal.common.models import JournalEntry, Reason

# Name of the deed on the enrolment → move of the change.
CHANGE_DEEDS = {
    "accept_change": "accept",
    "send_back_change": "send_back",
    "refuse_change": "refuse",
}
_EXPLANATIONS = {
    "accept": "Les réponses déclarées deviennent celles de l’enrôlement ; chaque pièce demandée "
    "doit être acceptée.",
    "send_back": "Le fournisseur corrige, puis transmet de nouveau ; l’enrôlement garde ses "
    "droits.",
    "refuse": "L’enrôlement reste comme il est validé ; le fournisseur peut déclarer un autre "
    "changement.",
}


def change_deeds(
    request: HttpRequest, change: Amendment, reasons: list[tuple[str, str]]
) -> list[Deed]:
    """Accepting a change, sending it back, refusing it."""
    return [_deed(request, change, name, move, reasons) for name, move in CHANGE_DEEDS.items()]


def _deed(
    request: HttpRequest, change: Amendment, name: str, move: str, reasons: list[tuple[str, str]]
) -> Deed:
    step = AMENDMENT.moves[move]

    def run(data: dict[str, Any]) -> str:
        decide_amendment(change, move, actor=request.user, **data)  # type: ignore[arg-type]
        return f"{change} : {change.get_state_display().lower()}."

    return Deed(
        name,
        step.label,
        run,
        reason_form(lambda: reasons) if step.needs_reason else NoteForm,
        _EXPLANATIONS[move],
        is_grave=move == "refuse",
        consequences=tuple(
            f"{one['label']} : {one['before']} → {one['after']}"
            for one in differences(change.enrolment, change)
        ),
    )


def changes_panels(enrolment: Enrolment) -> list[Panel]:
    """Every change declared, the last first; nothing where there never was one."""
    rows = enrolment.amendments.select_related("submission__signed_by", "decided_by", "reason")
    found = list(rows.order_by("-number"))
    if not found:
        return []
    lines = (
        (
            f"{one.number}",
            one.get_state_display(),
            " ; ".join(_line(each) for each in one.changes) or "–",
            str(one.submission.signed_by) if one.submission else "–",
            when(one.submission.signed_at) if one.submission else "–",
            str(one.decided_by) if one.decided_by else "–",
            f"{one.reason} : {one.message}" if one.reason else "–",
        )
        for one in found
    )
    headers = ("N°", "État", "Ce qui change", "Certifié par", "Le", "Décidé par", "Motif")
    return [table("Changements déclarés", headers, lines), _journal(found)]


def _journal(changes: list[Amendment]) -> Panel:
    """Every deed on the changes, the last first, in the officers' words."""
    keys = [str(one.pk) for one in changes]
    entries = JournalEntry.objects.filter(subject=Amendment._meta.label, subject_id__in=keys)
    entries = entries.select_related("actor").order_by("-at", "-pk")[:TIMELINE_LENGTH]
    words = {
        "start": "Commencer",
        **dict(Reason.objects.filter(subject="enrolment").values_list("code", "label")),
    }
    panel = timeline(changes[0], workflow=AMENDMENT, words=words, entries=entries)
    return replace(panel, title="Journal des changements")


def _line(change: dict[str, str]) -> str:
    return f"{change['label']} : {change['before']} → {change['after']}"
