"""How an amount was computed, and what answers a request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from funding.actions.acceptance import aid_of, without_ris
from funding.models import DepositDocument, FundingRequest, RequestRevision
from funding.report.papers import Paper, label_of
from funding.report.viewer import Addresses, viewer_of
from funding.workflow import ANSWERS, GRANTED, IN_PROGRESS, REQUEST
from segur_portal.common.admin.panels import Panel, sentences, table
from segur_portal.common.enums import Kind
from segur_portal.common.french import instant
from segur_portal.common.money import in_french


def pricing_panels(request: FundingRequest) -> list[Panel]:
    """« Pourquoi ce montant » : the calculation in sentences, then line by line."""
    pricing: Mapping[str, Any] = request.explained
    panels = [sentences("Pourquoi ce montant", pricing.get("sentences", []))]
    lines = [_priced_line(line) for line in pricing.get("lines", [])]
    if lines:
        headers = ("Identifiant", "Valeur", "Activité 2023", "Comptée", "Pourquoi")
        panels.append(table("Calcul, ligne par ligne", headers, lines))
    return panels


def revision_panels(request: FundingRequest) -> list[Panel]:
    """What the request said, and how its amount was computed, before each correction. No query
    when its journal, read already, tells of none."""
    journal = vars(request).get("journal")
    if journal is not None and not any(entry.verb in ANSWERS for entry in journal):
        return []
    return [_revision(one) for one in request.revisions.all()]


def _revision(one: RequestRevision) -> Panel:
    amounts = (one.net, one.vat, one.gross, one.amount_due)
    content = {
        "amounts": {
            "headers": ["Client", "HT", "TVA", "TTC", "À verser"],
            "rows": [[one.client_name, *(in_french(amount) for amount in amounts)]],
        },
        "sentences": one.pricing.get("sentences", []),
        "alerts": [alert.get("message", "") for alert in one.alerts],
        "text": json.dumps(one.payload, ensure_ascii=False, indent=2),
    }
    title = f"Avant la correction transmise {instant(one.replaced_at)}"
    return Panel(title, "admin/parts/revision.html", content)


def _priced_line(line: Mapping[str, Any]) -> tuple[Any, ...]:
    known = line.get("known")
    return (
        line.get("kind", ""),
        line.get("value", ""),
        "inconnue" if known is None else known,
        line.get("counted", ""),
        line.get("reason", ""),
    )


def ris_panels(request: FundingRequest) -> list[Panel]:
    """What a DRIMbox request lacks to be accepted, or to stay so (ATT-002)."""
    missing = without_ris(request)
    if not missing or not REQUEST.states[request.state].is_live:
        return []
    lines = [f"Aucune demande RIS acceptée par l’ASP pour le SIREN {siren}." for siren in missing]
    if request.state in GRANTED:
        advice = (
            "Cette demande DRIMbox est acceptée : sans demande RIS acceptée à la date limite, elle "
            "est à annuler (ATT-002)."
        )
    else:
        advice = "Elle ne peut pas être acceptée d’ici là (ATT-002)."
    return [sentences("Demande RIS du client", [*lines, advice])]


def aid_panels(request: FundingRequest) -> list[Panel]:
    """What is counted against the *de minimis* ceiling, for an advance in progress that the alert
    MNT-005 concerns; without it, a refused acceptance says as much.

    Officers only: it counts what other suppliers' orders were granted."""
    is_told = any(alert["code"] == "MNT-005" for alert in request.alerts)
    if not is_told or request.kind != Kind.ADVANCE or request.state not in IN_PROGRESS:
        return []
    headers = (
        "Client",
        "Déclarées",
        "Accordées, ce fournisseur",
        "Accordées, autres fournisseurs",
        "Cette demande",
        "Total",
        "Plafond",
    )
    rows = [
        (
            aid.client,
            in_french(aid.declared),
            in_french(aid.granted.own),
            in_french(aid.granted.others),
            in_french(aid.requested),
            in_french(aid.total),
            in_french(aid.ceiling),
        )
        for aid in aid_of(request)
    ]
    title = "Aides de minimis au jour d’aujourd’hui"
    if not rows:
        return [sentences(title, ["Établissements de santé : non concernés."])]
    return [table(title, headers, rows)]


def balances(request: FundingRequest) -> list[Panel]:
    """The balance requests that answer an advance."""
    found = FundingRequest.objects.filter(advance=request).order_by("pk")
    rows = [
        (one.number, one.get_state_display(), in_french(Decimal(one.amount_due)))
        for one in found.only("number", "state", "amount_due")
    ]
    return [table("Demandes de solde", ("Dossier", "État", "À verser"), rows)] if rows else []


def viewer_panel(
    document: DepositDocument, one: FundingRequest | None, *, is_text: bool = False
) -> Panel:
    """A document beside the data of its request, as its supplier sees it too."""
    label = label_of(document, one)
    page = reverse("admin:funding_depositdocument_change", args=(document.pk,))
    addresses = Addresses(
        page=lambda number: reverse(
            "admin:funding_depositdocument_page", args=(document.pk, number)
        ),
        download=reverse("admin:funding_depositdocument_file", args=(document.pk,)),
        reading=page,
    )
    viewer = viewer_of(document, addresses, label=label, request=one, is_text=is_text)
    title = f"{label[0].upper()}{label[1:]} {document.name}"
    return Panel(title, "admin/parts/viewer.html", {"viewer": viewer})


def request_viewers(request: FundingRequest, papers: Iterable[Paper]) -> list[Panel]:
    """Each document of a request beside its data."""
    return [viewer_panel(paper.document, request) for paper in papers if paper.document]


def request_papers(papers: Iterable[Paper]) -> list[Panel]:
    """The documents of a request, each with the link to its page."""
    rows = [
        (
            paper.label,
            format_html(
                '<a class="underline" href="{}">{}</a>',
                reverse("admin:funding_depositdocument_change", args=(paper.document.pk,)),
                paper.name,
            )
            if paper.document
            else paper.name,
            paper.signature[0],
            paper.verdict,
        )
        for paper in papers
    ]
    headers = ("Document", "Fichier", "Signature", "Lecture")
    return [table("Documents signés", headers, rows)] if rows else []
