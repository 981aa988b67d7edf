"""CSV that a French spreadsheet opens well, and that cannot run a formula in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from .entries import FindingRow, Report

BOM = "\ufeff"
# What makes a spreadsheet take a cell for a formula (OWASP, « CSV injection »), full-width forms
# included.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_HEADERS = (
    "Demande n°",
    "Référence",
    "Verdict",
    "Numéro de dossier",
    "Code",
    "Gravité",
    "Constat",
    "Où",
    "Pointeur JSON",
    "Trouvé",
    "Attendu",
    "Que faire",
    "Ligne",
    "Colonne",
)


def sheet(headers: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The lines of a CSV file: UTF-8 mark first, `;` between cells, CRLF at the end."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    yield BOM
    for row in chain([headers], rows):
        writer.writerow([safe_cell(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def safe_cell(value: Any) -> str:
    """The cell as text; a text that a spreadsheet would run begins with an apostrophe.

    Numbers of ours stay as they are; what a supplier wrote is always text.
    """
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA_STARTS) else text


def report_sheet(report: Report) -> Iterator[str]:
    """One row per finding; a request without any has one row, so that every request is there."""
    return sheet(_HEADERS, _report_rows(report))


def _report_rows(report: Report) -> Iterator[list[Any]]:
    for row in report.file_rows:
        yield ["", "", "Fichier refusé", "", *_finding_cells(row)]
    for entry in report.entries:
        head = [entry.index, entry.reference, entry.label, entry.number]
        for finding in entry.rows:
            yield [*head, *_finding_cells(finding)]
        if not entry.rows:
            yield [*head, *[""] * (len(_HEADERS) - len(head))]


def _finding_cells(row: FindingRow) -> list[Any]:
    finding = row.finding
    return [
        finding.code,
        row.severity_label,
        finding.message,
        row.where,
        row.pointer,
        finding.found,
        finding.expected,
        finding.advice,
        finding.line,
        finding.column,
    ]
