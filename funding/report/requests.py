"""A request as its supplier reads it: its history, what was received."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from enrolment.models import User
from funding.models import FundingRequest
from funding.workflow import REQUEST
from segur_portal.common.models import JournalEntry
from segur_portal.common.rules import Finding

from .entries import FindingRow, finding_rows

_VERBS = {
    "integrate": "Demande intégrée",
    "release": "Attente levée : le client a une demande RIS",
    "take": "Instruction commencée",
    "give_back": "Demande remise en attente d’instruction",
    "request_correction": "Correction demandée",
    "answer_correction": "Correction transmise",
    "answer_and_wait": "Correction transmise ; en attente d’une demande RIS du client",
    "hold_again": "Instruction suspendue : le client n’a plus de demande RIS",
    "accept": "Demande acceptée",
    "refuse": "Demande refusée",
    "cancel": "Demande annulée",
    "expire": "Demande annulée à la date limite",
    "prepare_payment": "Paiement en préparation",
    "pay": "Demande payée",
    "leave_base": "Client sorti de la base des clients éligibles",
    "return_to_base": "Client de nouveau dans la base",
    "isolate_document": "Document infecté, isolé",
}


# Officers comment these moves for one another: the supplier reads the move, not the comment.
_KEPT_INSIDE = frozenset({"take", "give_back"})


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a request's life: when, what, by whom, why."""

    at: datetime
    what: str
    who: str
    note: str = ""


def history(one: FundingRequest, entries: Iterable[JournalEntry]) -> list[Event]:
    """The public journal of a request, from its reception; agents are not named."""
    deposited_by = one.deposit.deposited_by
    received = Event(
        one.received_at,
        f"Fichier reçu en entier, demande n°\u00a0{one.position} du dépôt {one.deposit.number}",
        str(deposited_by),
    )
    return [received, *map(_event, entries)]


def _event(entry: JournalEntry) -> Event:
    target = REQUEST.states.get(entry.target)
    what = _VERBS.get(entry.verb) or (target.public if target else "Demande mise à jour")
    note = "" if entry.verb in _KEPT_INSIDE else entry.note
    return Event(entry.at, what, _who(entry.actor, entry.verb), note)


def _who(actor: User | None, verb: str) -> str:
    """A colleague by name; an agent by its house; the portal when nobody acted."""
    if actor is None or verb == "integrate":
        return "Le portail"
    return "L’ASP" if actor.is_staff else str(actor)


def alerts_of(one: FundingRequest) -> tuple[FindingRow, ...]:
    """The alerts of a request, with their place in words."""
    findings = map(Finding.from_dict, one.alerts)
    return finding_rows(findings, scheme=one.scheme_id, kind=one.kind)


def received(one: FundingRequest) -> dict[str, Any]:
    """What was received: the request's blocks, and its JSON as it can be read."""
    return {
        "alerts": alerts_of(one),
        "payload": one.payload,
        "document": json.dumps(one.payload, ensure_ascii=False, indent=2),
    }
