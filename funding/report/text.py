"""The report as plain text, for a terminal: one line per request, its findings under it."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from segur_portal.common.french import count

from .entries import Entry, FindingRow, Report, legend

WIDTH = 100


def report_text(report: Report) -> str:
    """What a person reads in a terminal; requests without anything to say are only counted."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"{'Simulation' if report.is_simulation else 'Compte rendu'} de {report.name}"
    for row in report.file_rows:
        yield from _finding(row)
    if report.file_rows:
        yield "Fichier refusé en entier."
        return
    for entry in report.entries:
        if entry.rows:
            yield from _entry(entry)
    yield _summary(report)


def _entry(entry: Entry) -> Iterator[str]:
    names = [f"n°\u00a0{entry.index}", entry.reference, entry.client_name]
    yield ""
    yield f"{entry.words.mark} {' – '.join(filter(None, names))} : {entry.label}"
    for row in entry.rows:
        yield from _finding(row)


def _finding(row: FindingRow) -> Iterator[str]:
    finding = row.finding
    yield from _paragraph(f"{finding.code} {row.severity_label} : {finding.message}", "    ")
    yield from _paragraph(f"où : {row.where}{f' ({row.pointer})' if row.pointer else ''}", "      ")
    if finding.advice:
        yield from _paragraph(f"→ {finding.advice}", "      ")


def _paragraph(text: str, margin: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=margin, subsequent_indent=f"{margin}  ") or [margin]


def _summary(report: Report) -> str:
    counts = report.counts
    labels = {entry.verdict: entry.label for entry in report.entries}
    said = [f"{one.count} « {one.label} »" for one in legend(counts, labels)]
    return f"\n{count(len(report.entries), 'demande')} : {', '.join(said)}."
