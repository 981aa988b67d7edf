"""A request as exchanged: what its page says, for the supplier's own software."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from funding.models import FundingRequest
from funding.workflow import REQUEST
from segur_portal.common.models import JournalEntry

from .document import finding_document
from .requests import alerts_of, history
from .steps import Deadlines, next_step


def request_document(one: FundingRequest, closings: Deadlines) -> dict[str, Any]:
    """A request in a list; read with its deposit, advance and `has_balance`."""
    step = next_step(one, closings, has_balance=one.has_balance)  # type: ignore[attr-defined]
    return {
        "numeroDossier": one.number,
        "referenceFournisseur": one.reference,
        "dispositif": one.scheme_id,
        "typeDemande": one.kind,
        "depot": {"numero": one.deposit.number, "cle": str(one.deposit.key), "rang": one.position},
        "recueLe": one.received_at.isoformat(),
        "client": one.client_name,
        "etat": REQUEST.states[one.state].public,
        "depuisLe": one.state_since.isoformat(),
        "quiDoitAgir": step.owner or None,
        "jusquAu": step.until.isoformat() if step.until else None,
        "estTerminee": REQUEST.states[one.state].is_final,
        "montants": {"HT": str(one.net), "TVA": str(one.vat), "TTC": str(one.gross)},
        "plafondHT": str(one.ceiling_net),
        "montantAVerser": str(one.amount_due),
        "avance": one.advance.number if one.advance else None,
        "nombreAlertes": one.alert_count,
        "clientSortiDeLaBase": one.has_client_left_base,
    }


def whole_request_document(
    one: FundingRequest, closings: Deadlines, entries: Iterable[JournalEntry]
) -> dict[str, Any]:
    """One request whole: its history, the calculation of its amount, its alerts, its content."""
    return {
        **request_document(one, closings),
        "calcul": list(one.explained.get("sentences", ())),
        "baremeOfficiel": one.price_scale.is_official,
        "alertes": [finding_document(row) for row in alerts_of(one)],
        "historique": [
            {
                "le": event.at.isoformat(),
                "quoi": event.what,
                "qui": event.who,
                "texte": event.note or None,
            }
            for event in history(one, entries)
        ],
        "demande": one.payload,
    }
