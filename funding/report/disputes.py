"""A dispute as one of its parties reads it: its own words, the officer's question, the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from enrolment.models import Supplier
from funding.models import Dispute, DisputePart
from segur_portal.common.french import day

_COLOURS = {"contested": "info", "open": "warning", "answered": "info"}
_OPEN = "Litige ouvert : votre réponse est attendue"
_ANSWERED = "Litige ouvert : vous avez répondu"
_STATES = {
    True: {
        "contested": "Contestation transmise à l’ASP",
        "open": _OPEN,
        "answered": "L’ASP examine les réponses",
        "upheld": "La commande en place est confirmée",
        "overturned": "La commande en place est annulée",
        "dismissed": "Contestation écartée",
        "withdrawn": "Contestation retirée",
    },
    False: {
        "open": _OPEN,
        "answered": "L’ASP examine les réponses",
        "upheld": "Votre commande est confirmée",
        "overturned": "Votre commande est annulée",
        "withdrawn": "Contestation retirée : votre commande reste en place",
    },
}


@dataclass(frozen=True, slots=True)
class Side:
    """One party's view. `reference` names its own request: the KO one, or the one contested.

    Nothing of the other party is here: neither its name, nor its request, nor its documents, nor
    whether it answered.
    """

    pk: int
    number: str
    client: str
    is_challenger: bool
    state: str
    label: str
    colour: str
    may_answer: bool
    has_answered: bool
    may_withdraw: bool
    question: str
    due_on: date | None
    contested_at: datetime
    answer: str
    reference: str
    request_number: str
    parts: Sequence[DisputePart] = ()

    @property
    def role(self) -> str:
        """What the party is here."""
        if self.is_challenger:
            return "Vous contestez la commande en place"
        return "Votre commande est contestée"

    @property
    def advice(self) -> str:
        """What to do now."""
        if self.may_answer:
            assert self.due_on
            if self.has_answered:
                return f"Vous pouvez compléter votre réponse jusqu’au {day(self.due_on)} inclus."
            return f"Répondez avec vos pièces jusqu’au {day(self.due_on)} inclus."
        if self.is_challenger and self.state == "overturned":
            return "Déposez de nouveau votre demande : le client est libre, les délais courent."
        return ""


def side_of(dispute: Dispute, supplier: Supplier, today: date) -> Side:
    """The view of one party. `dispute` comes from `Dispute.objects.of(supplier)`."""
    is_challenger = dispute.challenger_id == supplier.pk
    state = _seen(dispute, today)
    parts = list(DisputePart.objects.of(supplier).filter(dispute=dispute).select_related("file"))
    has_answered = dispute.opened_at is not None and any(
        part.said_at >= dispute.opened_at for part in parts
    )
    is_told = state == "open" and has_answered
    return Side(
        pk=dispute.pk,
        number=dispute.number,
        client=dispute.client_name if is_challenger else dispute.request.client_name,
        is_challenger=is_challenger,
        state=state,
        label=_ANSWERED if is_told else _STATES[is_challenger][state],
        colour="info" if is_told else _COLOURS.get(state, ""),
        may_answer=state == "open",
        has_answered=has_answered,
        may_withdraw=is_challenger and state in ("contested", "open", "answered"),
        question=dispute.question,
        due_on=dispute.due_on,
        contested_at=dispute.contested_at if is_challenger else dispute.opened_at,  # type: ignore[arg-type]
        answer=dispute.answer,
        reference=dispute.line.reference if is_challenger else dispute.request.reference,
        request_number="" if is_challenger else dispute.request.number,
        parts=parts,
    )


def _seen(dispute: Dispute, today: date) -> str:
    """The state as a party sees it: the days to answer run to their end, whether or not the other
    party has answered already."""
    if dispute.state not in ("open", "answered"):
        return str(dispute.state)
    assert dispute.due_on
    return "open" if dispute.due_on >= today else "answered"
