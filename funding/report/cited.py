"""What the numbers of layouts found on an order say, as both sides read them (ENR-005)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from enrolment.rules import LayoutFacts, OrderPaper, validity
from funding.actions.layouts import layouts_cited, own_layouts
from funding.documents import Reading
from funding.models import FundingRequest
from segur_portal.common.french import day


def notes_on(request: FundingRequest, reading: Reading | None) -> Mapping[str, str]:
    """For each number that an order cites: its scope, its validity, and whether that is right."""
    numbers = reading.citations if reading else ()
    block = request.payload.get("bonDeCommande")
    if not numbers or not block:
        return {}
    signed_on = date.fromisoformat(block["dateSignature"])
    paper = OrderPaper(request.scheme_id, signed_on)
    layouts = {**own_layouts(request.supplier), **layouts_cited(request.supplier, numbers)}
    return {
        number: _words(paper, layouts.get(number) or (LayoutFacts(number),)) for number in numbers
    }


def _words(paper: OrderPaper, named: tuple[LayoutFacts, ...]) -> str:
    layout = next(filter(paper.may_follow, named), named[0])
    if not layout.kind:
        return "Numéro inconnu parmi les modèles du fournisseur."
    scope = layout.scheme or "tous les dispositifs"
    if fault := paper.fault_of(layout):
        signed = f"ne convient pas à un bon de commande {paper.scheme} signé le"
        what = f"{layout.document}, {scope} : {fault}"
        return f"{what} ; {signed} {day(paper.signed_on)}."
    if layout.is_asp:
        return f"Modèle de l’ASP, {layout.document.lower()}, {scope}."
    return (
        f"{layout.document}, {scope}, {validity(layout)} : "
        f"en vigueur à la signature ({day(paper.signed_on)})."
    )
