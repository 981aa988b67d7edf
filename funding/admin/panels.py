"""How an amount was computed, and what answers a request."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from funding.models import FundingRequest
from segur_portal.common.admin.panels import Panel, sentences, table
from segur_portal.common.money import in_french


def pricing_panels(request: FundingRequest) -> list[Panel]:
    """« Pourquoi ce montant » : the calculation in sentences, then line by line."""
    pricing: Mapping[str, Any] = request.pricing
    panels = [sentences("Pourquoi ce montant", pricing.get("sentences", []))]
    lines = [_priced_line(line) for line in pricing.get("lines", [])]
    if lines:
        headers = ("Identifiant", "Valeur", "Activité 2023", "Comptée", "Pourquoi")
        panels.append(table("Calcul, ligne par ligne", headers, lines))
    return panels


def _priced_line(line: Mapping[str, Any]) -> tuple[Any, ...]:
    known = line.get("known")
    return (
        line.get("kind", ""),
        line.get("value", ""),
        "inconnue" if known is None else known,
        line.get("counted", ""),
        line.get("reason", ""),
    )


def balances(request: FundingRequest) -> list[Panel]:
    """The balance requests that answer an advance."""
    found = FundingRequest.objects.filter(advance=request).order_by("pk")
    rows = [
        (one.number, one.get_state_display(), in_french(Decimal(one.amount_due)))
        for one in found.only("number", "state", "amount_due")
    ]
    return [table("Demandes de solde", ("Dossier", "État", "À verser"), rows)] if rows else []
