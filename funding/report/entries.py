"""The lines of a report: one entry per request of a file, whether deposited or simulated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from funding.actions.disputes import contestable
from funding.enums import Outcome, Verdict
from funding.models import DepositLine
from segur_portal.common.rules import Finding, Severity

from .words import absolute_pointer, place

SHOWN_FINDINGS = 20


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """How a verdict is written. `mark` doubles the colour for who does not see it; `rank` orders
    the report, what is to be corrected first."""

    label: str
    mark: str
    badge: str
    rank: int


VERDICTS: Mapping[str, VerdictWords] = {
    Verdict.KO.value: VerdictWords(Verdict.KO.label, "✕", "error", 0),
    Verdict.ALERT.value: VerdictWords(Verdict.ALERT.label, "!", "warning", 1),
    Verdict.OK.value: VerdictWords(Verdict.OK.label, "✓", "success", 2),
    Verdict.ANSWERED.value: VerdictWords(Verdict.ANSWERED.label, "↺", "success", 2),
    Verdict.ALREADY.value: VerdictWords(Verdict.ALREADY.label, "=", "info", 2),
}
_SEVERITIES = {
    Severity.KO: ("Bloquant", "error"),
    Severity.ALERT: ("Alerte", "warning"),
    Severity.WAIT: ("Mise en attente", "info"),
}


_OTHERS: Mapping[str, Verdict] = {
    Outcome.ANSWERED.value: Verdict.ANSWERED,
    Outcome.ALREADY.value: Verdict.ALREADY,
}


def verdict_of(outcome: str, alert_count: int) -> str:
    """The verdict that people read: an integrated request with alerts has its own."""
    if outcome == Outcome.INTEGRATED:
        return (Verdict.ALERT if alert_count else Verdict.OK).value
    return _OTHERS.get(outcome, Verdict.KO).value


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding with everything a page, a CSV row or a JSON item says of it."""

    finding: Finding
    where: str
    pointer: str

    @property
    def where_inside(self) -> str:
        """Where in its request, for a page that already says which; the whole place otherwise."""
        return self.where.partition(" › ")[2] or self.where

    @property
    def severity_label(self) -> str:
        """`Bloquant`, `Alerte` or `Mise en attente`."""
        return _SEVERITIES[self.finding.severity][0]

    @property
    def badge(self) -> str:
        """The DSFR badge of this severity."""
        return _SEVERITIES[self.finding.severity][1]


@dataclass(frozen=True, slots=True)
class Entry:
    """The verdict on one request. `number` is the file number it was given, if any; `amount_due`
    what is to be paid on acceptance."""

    index: int
    reference: str
    outcome: str
    alert_count: int
    label: str
    rows: tuple[FindingRow, ...] = ()
    number: str = ""
    client_name: str = ""
    pricing: Mapping[str, Any] | None = None
    amount_due: Any = None
    is_contestable: bool = False

    @property
    def shown_rows(self) -> tuple[FindingRow, ...]:
        """The findings that a page shows: it stays light, the exports have them all."""
        return self.rows[:SHOWN_FINDINGS]

    @property
    def hidden_count(self) -> int:
        """How many findings only the exports show."""
        return max(0, len(self.rows) - SHOWN_FINDINGS)

    @property
    def verdict(self) -> str:
        """One of `funding.enums.Verdict`."""
        return verdict_of(self.outcome, self.alert_count)

    @property
    def words(self) -> VerdictWords:
        """How the verdict is written."""
        return VERDICTS[self.verdict]


class JudgedLine(Protocol):
    """One line of a simulation (`funding.actions.LineReport`)."""

    @property
    def index(self) -> int: ...
    @property
    def reference(self) -> str | None: ...
    @property
    def outcome(self) -> str: ...
    @property
    def findings(self) -> tuple[Finding, ...]: ...
    @property
    def pricing(self) -> Mapping[str, Any] | None: ...
    @property
    def client_name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Report:
    """What is said of a file: its own faults, or its entries. Faces only read it."""

    name: str
    scheme: str
    kind: str
    file_rows: tuple[FindingRow, ...] = ()
    entries: tuple[Entry, ...] = ()
    is_simulation: bool = False
    header: Mapping[str, Any] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many requests of each verdict."""
        return count_verdicts((entry.outcome, entry.alert_count) for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Count:
    """How many requests have a verdict, as the legend of the grid says it."""

    verdict: str
    label: str
    mark: str
    count: int


def legend(counts: Mapping[str, int], labels: Mapping[str, str] | None = None) -> list[Count]:
    """The verdicts that were given, in report order; `labels` where they have other names."""
    return [
        Count(name, (labels or {}).get(name, words.label), words.mark, counts[name])
        for name, words in VERDICTS.items()
        if counts[name]
    ]


def count_verdicts(verdicts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """How many of each verdict among (outcome, number of alerts); every verdict is a key."""
    counts = dict.fromkeys(VERDICTS, 0)
    for outcome, alert_count in verdicts:
        counts[verdict_of(outcome, alert_count)] += 1
    return counts


def finding_rows(findings: Iterable[Finding], *, scheme: str, kind: str) -> tuple[FindingRow, ...]:
    """The findings with their place in words."""
    return tuple(
        FindingRow(item, place(item, scheme=scheme, kind=kind), absolute_pointer(item))
        for item in findings
    )


def entries_of_lines(lines: Iterable[DepositLine], *, scheme: str, kind: str) -> Iterator[Entry]:
    """Entries of a deposit's stored lines, read with their request."""
    for line in lines:
        request = line.request
        findings = map(Finding.from_dict, line.findings)
        yield Entry(
            index=line.index,
            reference=line.reference,
            outcome=line.outcome,
            alert_count=line.alert_count,
            label=VERDICTS[verdict_of(line.outcome, line.alert_count)].label,
            rows=finding_rows(findings, scheme=scheme, kind=kind),
            number=request.number if request else "",
            client_name=request.client_name if request else "",
            amount_due=request.amount_due if request else None,
            is_contestable=contestable(line),
        )


def entries_of_simulation(
    lines: Iterable[JudgedLine], labels: Mapping[str, str], *, scheme: str, kind: str
) -> Iterator[Entry]:
    """Entries of a simulation's lines, with the explanation of their amounts."""
    for line in lines:
        is_kept = line.outcome in (Outcome.INTEGRATED, Outcome.ANSWERED)
        alerts = sum(item.severity is not Severity.KO for item in line.findings) if is_kept else 0
        yield Entry(
            index=line.index,
            reference=line.reference or "",
            outcome=line.outcome,
            alert_count=alerts,
            label=labels[verdict_of(line.outcome, alerts)],
            rows=finding_rows(line.findings, scheme=scheme, kind=kind),
            client_name=line.client_name,
            pricing=line.pricing,
            amount_due=line.pricing.get("due") if line.pricing and is_kept else None,
        )
