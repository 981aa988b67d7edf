"""Where a deposit stands, in words and in one cell per request: real counts only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from funding.models import Deposit
from funding.workflow import DEPOSIT
from segur_portal.common.french import number

from .entries import VERDICTS, Count, VerdictWords, count_verdicts, legend, verdict_of

PAGE_SIZE = 50
WAITING = frozenset({"received", "running"})


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What the grid needs of a line, without its findings."""

    index: int
    reference: str
    outcome: str
    alert_count: int

    @property
    def verdict(self) -> str:
        """One of `funding.enums.Verdict`."""
        return verdict_of(self.outcome, self.alert_count)


@dataclass(frozen=True, slots=True)
class Cell:
    """One request in the grid; `page` is that of its block in the unfiltered report."""

    index: int
    verdict: str
    reference: str = ""
    page: int = 1

    @property
    def words(self) -> VerdictWords | None:
        """How its verdict is written; None while it waits."""
        return VERDICTS.get(self.verdict)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a deposit stands. `mark` changes exactly when the page must."""

    deposit: Deposit
    cells: Sequence[Cell]
    counts: dict[str, int]
    ahead: int
    is_silent: bool
    documents_read: int = 0

    @property
    def is_waiting(self) -> bool:
        """Whether no worker has finished it."""
        return self.deposit.state in WAITING

    @property
    def is_watched(self) -> bool:
        """Whether the page still looks for news; a failed deposit may be started again."""
        return self.is_waiting or self.deposit.state == "failed"

    @property
    def period(self) -> str:
        """How often the page looks for news."""
        return "1s" if self.is_waiting else "15s"

    @property
    def legend(self) -> list[Count]:
        """The verdicts given so far, counted."""
        return legend(self.counts)

    @property
    def treated(self) -> int:
        """How many requests have their verdict."""
        return sum(self.counts.values())

    @property
    def pending(self) -> int:
        """How many requests announced by the file wait for theirs."""
        return len(self.cells) - self.treated

    @property
    def mark(self) -> str:
        """What the page already shows, as a word; it begins with the state."""
        deposit = self.deposit
        silent = int(self.is_silent)
        counts = f"{self.treated}-{self.ahead}-{silent}-{self.documents_read}"
        return f"{deposit.state}-{deposit.attempts}-{counts}"

    @property
    def state_label(self) -> str:
        """The supplier's wording of the state."""
        return DEPOSIT.states[self.deposit.state].public

    @property
    def owner(self) -> str:
        """Who must act, in words; nobody when all of it is integrated."""
        return owner_of(self.deposit)

    @property
    def has_restarted(self) -> bool:
        """Whether the treatment was started again by itself."""
        return self.deposit.attempts > 1

    @property
    def announcement(self) -> str:
        """One sentence for who does not see the page change."""
        if self.deposit.state != "done":
            return f"{self.state_label}."
        counted = ", ".join(f"{number(row.count)} {row.label}" for row in self.legend)
        return f"Traitement terminé : {counted}."


def owner_of(deposit: Deposit, *, left: int | None = None) -> str:
    """Who must act on a deposit: the supplier when something of it came back.

    `left` is how many of its KO requests were not deposited again since, when it was counted.
    """
    if deposit.state == "done" and (deposit.ko_count if left is None else left):
        return DEPOSIT.states["refused"].owner
    return DEPOSIT.states[deposit.state].owner


def progress_of(
    deposit: Deposit,
    lines: Iterable[LineFacts],
    *,
    ahead: int,
    machine_now: datetime,
    documents_read: int = 0,
) -> Progress:
    """The progress of a deposit from its light lines and the number of deposits before it."""
    treated = list(lines)
    return Progress(
        deposit=deposit,
        cells=[*_treated(treated), *_pending(deposit, treated)],
        counts=count_verdicts((line.outcome, line.alert_count) for line in treated),
        ahead=ahead,
        is_silent=_is_silent(deposit, machine_now, settings.DEPOSIT_STALE_AFTER),
        documents_read=documents_read,
    )


def _treated(lines: Sequence[LineFacts]) -> list[Cell]:
    """Cells in the order of the file, each with the page where its block stands."""
    shown = sorted(lines, key=lambda line: (VERDICTS[line.verdict].rank, line.index))
    pages = {line.index: rank // PAGE_SIZE + 1 for rank, line in enumerate(shown)}
    return [
        Cell(line.index, line.verdict, line.reference, pages[line.index])
        for line in sorted(lines, key=lambda line: line.index)
    ]


def _pending(deposit: Deposit, lines: Sequence[LineFacts]) -> list[Cell]:
    """Cells of the requests announced and not treated yet."""
    treated = {line.index for line in lines}
    return [
        Cell(index, "pending")
        for index in range(1, deposit.request_count + 1)
        if index not in treated
    ]


def _is_silent(deposit: Deposit, machine_now: datetime, limit: timedelta) -> bool:
    """Whether a waiting deposit gave no sign of life for so long that it will be started again."""
    sign = deposit.heartbeat_at
    return deposit.state in WAITING and sign is not None and machine_now - sign > limit
