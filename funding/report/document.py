"""The report as a JSON document: what the page says, for the supplier's own software."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from funding.enums import Verdict

from .entries import Entry, FindingRow, Report

DOCUMENT_VERSION = "1.0"
_VERDICT_VALUES = {
    Verdict.KO.value: "KO",
    Verdict.ALERT.value: "INTEGREE_AVEC_ALERTE",
    Verdict.OK.value: "INTEGREE",
    Verdict.ANSWERED.value: "REPONSE_CORRECTION",
    Verdict.ALREADY.value: "DEJA_INTEGREE",
}
_SEVERITY_VALUES = {"ko": "KO", "alert": "ALERTE", "wait": "ATTENTE"}


def report_document(report: Report) -> dict[str, Any]:
    """The whole report; keys are those of the deposit format where they speak of the same."""
    return {
        "versionCompteRendu": DOCUMENT_VERSION,
        "simulation": report.is_simulation,
        "fichier": report.name,
        "dispositif": report.scheme or None,
        "typeDemande": report.kind or None,
        **report.header,
        "nombres": _counts(report),
        "constatsFichier": [finding_document(row) for row in report.file_rows],
        "demandes": [_entry(entry) for entry in report.entries],
    }


def _counts(report: Report) -> dict[str, int]:
    counts = report.counts
    values = {value: counts[verdict] for verdict, value in _VERDICT_VALUES.items()}
    return {"total": len(report.entries), **values}


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "indice": entry.index,
        "referenceFournisseur": entry.reference or None,
        "verdict": _VERDICT_VALUES[entry.verdict],
        "numeroDossier": entry.number or None,
        "montantAVerser": None if entry.amount_due is None else str(entry.amount_due),
        "calcul": _pricing(entry.pricing),
        "constats": [finding_document(row) for row in entry.rows],
    }


def _pricing(pricing: Mapping[str, Any] | None) -> list[str] | None:
    """The calculation in sentences, as the page shows it."""
    return None if pricing is None else list(pricing.get("sentences", ()))


def finding_document(row: FindingRow) -> dict[str, Any]:
    """A finding: what, where, found, expected, what to do."""
    finding = row.finding
    return {
        "code": finding.code,
        "gravite": _SEVERITY_VALUES[finding.severity.value],
        "message": finding.message,
        "ou": row.where,
        "pointeur": row.pointer,
        "trouve": finding.found,
        "attendu": finding.expected,
        "queFaire": finding.advice,
        "ligne": finding.line,
        "colonne": finding.column,
    }
