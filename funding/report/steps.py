"""Who must act on a request, what they must do, until when: in words, for the supplier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from funding.models import FundingRequest
from funding.workflow import REQUEST, YOU
from segur_portal.common.enums import Kind, WindowKind
from segur_portal.common.models import Window

Deadlines = Mapping[tuple[str, str], datetime]

_WHAT = {
    "on_hold": (
        "Il manque une demande RIS pour ce client. Dès qu’elle sera déposée, l’instruction "
        "reprendra d’elle-même ; sans demande RIS validée à la date limite, celle-ci sera annulée."
    ),
    "to_instruct": "L’ASP va instruire la demande. Vous n’avez rien à faire.",
    "in_instruction": "Un gestionnaire de l’ASP instruit la demande. Vous n’avez rien à faire.",
    "correction_requested": (
        "L’ASP attend une correction de votre part ; son message est dans l’historique. "
        "L’instruction attend votre réponse, même après la fin des dépôts."
    ),
    "accepted": "La demande est acceptée. L’ASP va préparer le paiement.",
    "to_pay": "Le paiement est en préparation à l’ASP.",
    "paid": "Le paiement a été fait. Il n’y a plus rien à faire.",
    "refused": "La demande est refusée ; le motif est dans l’historique.",
    "cancelled": "La demande est annulée ; le motif est dans l’historique.",
}
_BALANCE_NEXT = "L’avance est payée. Réalisez la prestation, puis déposez la demande de solde."


@dataclass(frozen=True, slots=True)
class NextStep:
    """The next step of a request. `owner` is empty when nobody has anything left to do."""

    owner: str
    is_yours: bool
    what: str
    until: datetime | None = None


def deadlines() -> Deadlines:
    """The closing instant of every calendar line, by (scheme, kind of window). One query."""
    return {(row.scheme_id, row.kind): row.closes_at for row in Window.objects.order_by("pk")}


def next_step(request: FundingRequest, closings: Deadlines, *, has_balance: bool) -> NextStep:
    """Who must act on this request; `has_balance`: whether a live balance answers this advance."""
    state = REQUEST.states[request.state]
    if request.state == "paid" and request.kind == Kind.ADVANCE and not has_balance:
        until = closings.get((request.scheme_id, WindowKind.BALANCE))
        return NextStep(YOU, True, _BALANCE_NEXT, until)
    owner = "" if state.is_final else state.owner
    is_yours = owner == YOU
    # A correction has no last day: its request was received in time.
    is_held = request.state == "on_hold"
    until = closings.get((request.scheme_id, WindowKind.HOLD)) if is_held else None
    return NextStep(owner, is_yours, _WHAT[request.state], until)
