"""Declaring anew what a validated enrolment says: another legal representative, another agent, the
VAT status, the OSU habilitation… (domain page, section 3).

The enrolment keeps its answers, and its rights, until an officer accepts the change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse

from enrolment.actions.files import (
    check_complete,
    check_recap,
    osu_in_words,
    sign,
    take_answers,
)
from enrolment.actions.paperwork import (
    amendment_of,
    asked_by_change,
    lacks_of_change,
    with_answers,
)
from enrolment.actions.permissions import check_assigned
from enrolment.actions.reviews import check_accepted, facts_in, members_of, points_of, take_facts
from enrolment.enums import SIGNING_ROLES
from enrolment.models import Amendment, Enrolment, Membership, Submission, User
from enrolment.models.answers import FACTS, Answers
from enrolment.rules.documents import Osu
from enrolment.workflow import AMENDMENT
from segur_portal.common import clock
from segur_portal.common.actions import move, write_journal
from segur_portal.common.models import NoticeKind, Reason
from segur_portal.common.notices import notify
from segur_portal.common.workflow import ForbiddenMoveError

_OSU = ("osu", "osu_granted_on", "osu_expires_on")
_LABELS = {
    "legal_representative": "Représentant légal",
    "wanted_name": "Autre nom souhaité",
    "is_vat_subject": "Assujetti à la TVA",
    "hosts_data": "Héberge des données de santé",
    "proxy": "Mandataire",
    "proxy_name": "Nom du mandataire",
    "osu": "Habilitation OSU",
    "uses_own_order_layout": "Son propre modèle de bon de commande",
}
_TITLES = {
    "accept": "Votre changement est accepté",
    "send_back": "Votre changement est à corriger",
    "refuse": "Votre changement est refusé",
}


def draft_amendment(enrolment: Enrolment) -> Amendment:
    """A change that is not begun, with the answers of today. Raises ForbiddenMoveError for an
    enrolment that is not final: before, its own steps are open."""
    if enrolment.state != "final":
        raise ForbiddenMoveError("Un changement se déclare sur un enrôlement définitif validé.")
    supplier = enrolment.supplier
    answers = {name: getattr(enrolment, name) for name in FACTS}
    # The organisation's own facts may have moved through another enrolment.
    answers["is_vat_subject"] = supplier.is_vat_subject
    if supplier.osu_granted_on is not None:
        held = (Osu.HELD.value, supplier.osu_granted_on, supplier.osu_expires_on)
        answers.update(zip(_OSU, held, strict=True))
    known = {**facts_in(supplier), "name": enrolment.wanted_name}
    return Amendment(enrolment=enrolment, known_facts=known, **answers)


@transaction.atomic
def start_amendment(enrolment: Enrolment, *, actor: User) -> Amendment:
    """Begin a change of a validated enrolment, or give back the one under way. Raises
    ForbiddenMoveError."""
    locked = _locked(enrolment)
    if (found := amendment_of(locked)) is not None:
        return found
    change = draft_amendment(locked)
    change.number, change.started_by = locked.amendments.count() + 1, actor
    change.started_at = change.state_since = clock.now()
    change.save()
    write_journal(change, "start", actor=actor, target="draft")
    return change


@transaction.atomic
def save_amendment(change: Amendment, data: Mapping[str, Any], *, shown: str = "") -> None:
    """Keep the answers of a change, `shown` being those of the page (`answers_shown`). Raises
    ForbiddenMoveError when it is sent or over, StaleError."""
    _, locked = _both(change)
    if not locked.is_open:
        raise ForbiddenMoveError("Ce changement est transmis : il ne se modifie plus.")
    take_answers(locked, data, shown)
    locked.full_clean(exclude=["enrolment"])
    locked.save(update_fields=list(FACTS))


@transaction.atomic
def submit_amendment(change: Amendment, *, membership: Membership, seen: str = "") -> Submission:
    """Sign and send a change, with a receipt; `seen` is the digest of the recap that was shown.

    Raises ForbiddenMoveError: who may not sign, nothing that changes, a change that is sent
    already; IncompleteError, everything missing in words; StaleError.
    """
    enrolment, locked = _both(change)
    if membership.role not in SIGNING_ROLES or membership.supplier_id != enrolment.supplier_id:
        raise ForbiddenMoveError("Seul le représentant légal ou le mandataire peut transmettre.")
    AMENDMENT.check("submit", source=locked.state, role="supplier")
    changes = list(differences(enrolment, locked))
    if not changes:
        raise ForbiddenMoveError("Rien ne change : modifiez au moins une réponse, ou abandonnez.")
    amended = with_answers(enrolment, locked)
    check_complete(lacks_of_change(enrolment, amended, membership.role))
    check_recap(amended, seen)
    submission = sign(amended, membership, changes=changes)
    _move(
        change,
        "submit",
        actor=membership.user,
        role="supplier",
        note=submission.reference,
        submission=submission,
        changes=changes,
        reason=None,
        message="",
    )
    return submission


@transaction.atomic
def withdraw_amendment(change: Amendment, *, actor: User) -> None:
    """Give up a change: the enrolment stays as it is. Raises ForbiddenMoveError."""
    _both(change)
    _move(change, "withdraw", actor=actor, role="supplier", reason=None, message="")


@transaction.atomic
def decide_amendment(
    change: Amendment, name: str, *, actor: User, reason_code: str = "", note: str = ""
) -> None:
    """Accept a change, send it back, or refuse it; its supplier's members are told.

    Accepted, its answers become those of the enrolment, and the organisation's facts follow. Raises
    ForbiddenMoveError, in French: the state table, an officer's schemes, an enrolment that a
    colleague holds, documents not accepted yet, facts changed elsewhere since.
    """
    enrolment, locked = _both(change)
    check_assigned(actor, enrolment.scheme_id)
    AMENDMENT.check(name, source=locked.state, role="officer", reason=note, code=reason_code)
    if enrolment.assigned_to_id not in (None, actor.pk):
        raise ForbiddenMoveError(f"Cet enrôlement est attribué à {enrolment.assigned_to}.")
    values: dict[str, Any] = {
        "decided_by": actor,
        "reason": None,
        "message": "",
    }
    if name == "accept":
        amended = with_answers(enrolment, locked)
        check_accepted(amended, asked_by_change(enrolment, amended))
        _take(enrolment, locked)
    else:
        values["reason"] = Reason.objects.filter(subject="enrolment", code=reason_code).first()
        values["message"] = note.strip()
    points = list(points_of(enrolment)) if name == "send_back" else []
    _move(change, name, actor=actor, role="officer", reason_code=reason_code, note=note, **values)
    _tell(change, name, [values["message"], *(f"– {point}" for point in points)])


def differences(enrolment: Enrolment, change: Amendment) -> Iterator[dict[str, str]]:
    """What a change would change, in words: `{"label", "before", "after"}`."""
    for name, label in _LABELS.items():
        before, after = _said(enrolment, name), _said(change, name)
        if before != after:
            yield {"label": label, "before": before, "after": after}


def _said(answers: Answers, name: str) -> str:
    if name == "osu":
        return osu_in_words(answers)
    value = getattr(answers, name)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if name == "proxy":
        return str(answers.get_proxy_display())
    return str(value or "").strip() or "–"


def _take(enrolment: Enrolment, change: Amendment) -> None:
    """Give the enrolment the answers of a change, and the organisation the facts that moved."""
    for name in FACTS:
        setattr(enrolment, name, getattr(change, name))
    enrolment.known_facts = change.known_facts
    enrolment.save(update_fields=[*FACTS, "known_facts"])
    take_facts(enrolment)


def _tell(change: Amendment, name: str, lines: list[str]) -> None:
    enrolment = change.enrolment
    accepted = "Vos nouvelles réponses sont celles de l’enrôlement."
    former = "L’enrôlement validé garde ses réponses et ses droits."
    first = [accepted] if name == "accept" else [former]
    notify(
        users=members_of(enrolment.supplier_id),
        kind=NoticeKind.DECISION,
        title=f"{_TITLES[name]} – {enrolment.scheme.software}",
        body="\n".join(line for line in [*lines, *first] if line),
        url=reverse("enrolment_change", args=[enrolment.pk])
        if name == "send_back"
        else reverse("enrolment_detail", args=[enrolment.pk]),
        key=f"amendment-{change.pk}-{name}-{change.state_since:%Y%m%d%H%M%S%f}",
    )


def _locked(enrolment: Enrolment) -> Enrolment:
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("scheme", "supplier")
    locked: Enrolment = rows.get(pk=enrolment.pk)
    return locked


def _both(change: Amendment) -> tuple[Enrolment, Amendment]:
    """The enrolment, then the change, as they are now and locked in that order."""
    enrolment = _locked(change.enrolment)
    locked = Amendment.objects.select_for_update(of=("self",)).get(pk=change.pk)
    locked.enrolment = enrolment
    return enrolment, locked


def _move(change: Amendment, name: str, **values: Any) -> None:
    move(change, name, workflow=AMENDMENT, **values)
