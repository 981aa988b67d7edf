"""The list of requests as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from funding.models import FundingRequest
from funding.workflow import REQUEST
from segur_portal.common.clock import PARIS
from segur_portal.common.money import in_french

from .sheet import sheet
from .steps import Deadlines, next_step

_HEADERS = (
    "Dossier",
    "Référence",
    "Dispositif",
    "Demande",
    "Client",
    "Bon de commande",
    "Reçue le",
    "Dépôt",
    "État",
    "Qui doit agir",
    "Jusqu’au",
    "Montant HT",
    "TVA",
    "Montant TTC",
    "Plafond HT",
    "Montant à verser",
    "Alertes",
    "Client sorti de la base",
)


def request_sheet(requests: Iterable[FundingRequest], closings: Deadlines) -> Iterator[str]:
    """One row per request, read with its scheme, deposit and order, and `has_balance`."""
    return sheet(_HEADERS, (_row(one, closings) for one in requests))


def _row(one: FundingRequest, closings: Deadlines) -> list[Any]:
    step = next_step(one, closings, has_balance=one.has_balance)  # type: ignore[attr-defined]
    return [
        one.number,
        one.reference,
        one.scheme_id,
        one.get_kind_display(),
        one.client_name,
        one.order.number,
        f"{one.received_at.astimezone(PARIS):%d/%m/%Y %H:%M:%S}",
        one.deposit.number,
        REQUEST.states[one.state].public,
        step.owner,
        f"{step.until.astimezone(PARIS):%d/%m/%Y %H:%M}" if step.until else "",
        *(_amount(value) for value in (one.net, one.vat, one.gross, one.ceiling_net)),
        _amount(one.amount_due),
        one.alert_count,
        "oui" if one.has_client_left_base else "non",
    ]


def _amount(value: Any) -> str:
    """`1234,50`: a spreadsheet reads it as a number."""
    return in_french(value).replace("\u202f", "").replace("\u00a0€", "")
