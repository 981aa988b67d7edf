"""The whole report of a deposit, as exported; the page reads it by pages instead."""

from __future__ import annotations

from typing import Any

from funding.actions.pieces import deadline_of, inventory_of
from funding.models import Deposit
from funding.workflow import DEPOSIT
from segur_portal.common.rules import Finding

from .entries import Report, entries_of_lines, finding_rows


def report_of_deposit(deposit: Deposit) -> Report:
    """The report of a treated deposit, every request in the order of the file. Two queries."""
    words = {"scheme": deposit.scheme_id or "", "kind": deposit.kind}
    lines = deposit.lines.select_related("request").order_by("index")
    return Report(
        name=deposit.file_name,
        scheme=deposit.scheme_id or "",
        kind=deposit.kind,
        file_rows=finding_rows(map(Finding.from_dict, deposit.findings), **words),
        entries=tuple(entries_of_lines(lines, **words)),
        header={"depot": deposit_document(deposit)},
    )


def deposit_document(deposit: Deposit) -> dict[str, Any]:
    """A deposit's state as exchanged; the counts are final once it is treated."""
    return {
        "numero": deposit.number,
        "cle": str(deposit.key),
        "fichier": deposit.file_name or None,
        "dispositif": deposit.scheme_id,
        "typeDemande": deposit.kind or None,
        "recuLe": deposit.received_at.isoformat(),
        "etat": deposit.state,
        "etatLibelle": DEPOSIT.states[deposit.state].public,
        "estTermine": DEPOSIT.states[deposit.state].is_final,
        "tentatives": deposit.attempts,
        "termineLe": deposit.finished_at.isoformat() if deposit.finished_at else None,
        "piecesManquantes": deposit.missing_count if deposit.state == "incomplete" else 0,
        "nombres": {
            "total": deposit.request_count,
            "integrees": deposit.integrated_count,
            "avecAlerte": deposit.alert_count,
            "reponses": deposit.answered_count,
            "dejaIntegrees": deposit.already_count,
            "ko": deposit.ko_count,
        },
        "versions": {
            "format": deposit.format_version or None,
            "regles": deposit.rules_version or None,
        },
    }


def pieces_document(deposit: Deposit) -> dict[str, Any]:
    """What an incomplete deposit lacks, as exchanged; nothing for any other."""
    is_open = deposit.state == "incomplete"
    stock = inventory_of(deposit) if is_open else None
    return {
        "depot": deposit_document(deposit),
        "limite": deadline_of(deposit)[0].isoformat() if is_open else None,
        "fichierManque": bool(stock and not stock.has_json),
        "documentsManquants": [
            {
                "rang": piece.index,
                "referenceFournisseur": piece.reference,
                "nomAttendu": piece.name,
                "presentDans": list(piece.places),
                "ressemble": piece.near or None,
            }
            for piece in (stock.missing if stock else ())
        ],
        "zip": [archive.name for archive in deposit.archives.all()],
    }
