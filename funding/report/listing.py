"""The list of requests: what its filters keep, and the list as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from funding.enums import AWAITING_YOU
from funding.models import FundingRequest
from funding.queries import FundingRequestQuerySet
from funding.workflow import REQUEST
from segur_portal.common.clock import PARIS, paris_instant
from segur_portal.common.money import in_french

from .lookup import forms_of
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


def kept(requests: FundingRequestQuerySet, wanted: Mapping[str, Any]) -> FundingRequestQuerySet:
    """The requests that these filters keep: `q`, `dispositif`, `type`, `etat`, `alerte`, `sortie`,
    `du` and `au` (days of reception in Paris, both included)."""
    if text := wanted.get("q"):
        requests = requests.matching(text, forms_of(text))
    if scheme := wanted.get("dispositif"):
        requests = requests.filter(scheme=scheme)
    if kind := wanted.get("type"):
        requests = requests.filter(kind=kind)
    if state := wanted.get("etat"):
        is_yours = state == AWAITING_YOU
        requests = requests.awaiting_supplier() if is_yours else requests.filter(state=state)
    if wanted.get("alerte"):
        requests = requests.filter(alert_count__gt=0)
    if wanted.get("sortie"):
        requests = requests.filter(has_client_left_base=True)
    return requests.filter(**_period(wanted))


def _period(wanted: Mapping[str, Any]) -> dict[str, datetime]:
    bounds: dict[str, datetime] = {}
    if first := wanted.get("du"):
        bounds["received_at__gte"] = paris_instant(first, time())
    if last := wanted.get("au"):
        bounds["received_at__lt"] = paris_instant(last + timedelta(days=1), time())
    return bounds


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
