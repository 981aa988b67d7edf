"""What the rules on the supplier know: frozen facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .layouts import OrderPaper


@dataclass(frozen=True, slots=True)
class Mandate:
    """A distribution mandate that an officer accepted, and the days it runs."""

    accepted_on: date
    starts_on: date | None = None
    ends_on: date | None = None
    covers_osu: bool = False

    def runs_on(self, on: date) -> bool:
        """Whether its period covers that day, its last one included."""
        has_begun = self.starts_on is None or self.starts_on <= on
        return has_begun and (self.ends_on is None or on <= self.ends_on)


def mandate_for(mandates: Iterable[Mandate], on: date) -> Mandate | None:
    """The mandate that a distributor is judged on that day (ENR-003).

    A renewal never takes away what an earlier mandate gives: of those accepted by then, one that
    runs that day, the last accepted first. Failing that, the one that says best what is wrong.
    """
    return max(
        mandates,
        key=lambda one: (one.accepted_on <= on, one.runs_on(on), one.accepted_on),
        default=None,
    )


@dataclass(frozen=True, slots=True)
class SolutionFacts:
    """A solution's version, as known for this supplier and scheme.

    The mandate's fields speak of the supplier as distributor, and of the mandate that its day is
    judged on (`mandate_for`); they are None for the editor.
    """

    name: str
    version: str
    reference_number: str
    referenced_on: date | None
    file_submitted_on: date | None
    is_enrolled: bool
    is_editor: bool
    declared_on: date | None = None
    mandate_accepted_on: date | None = None
    mandate_starts_on: date | None = None
    mandate_ends_on: date | None = None
    mandate_covers_osu: bool = False
    editor_holds_osu: bool = False
    certificate_ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class SupplierFacts:
    """What ENR rules know, on the day `on` of reception.

    `stage` is `none`, `early` or `final`; `solution` is the one the request names, by name and
    version, when this supplier edits or distributes it; `enrolled_solutions` lists the
    « name version » of the enrolment; `layout` is `asp`, `compliant` or `unreviewed`:
    what the supplier declared and had reviewed; `paper` is its order, when its text was read;
    `lapsed` says in words which accepted documents of the enrolment have ended; `spelt` is the
    name and version, as recorded, of a solution that the request spells otherwise.
    """

    on: date
    stage: str
    is_simulation: bool
    named_solution: str
    named_version: str
    named_reference_number: str
    solution: SolutionFacts | None
    enrolled_solutions: tuple[str, ...]
    holds_osu: bool
    layout: str
    lapsed: tuple[str, ...] = ()
    paper: OrderPaper | None = None
    spelt: tuple[str, str] | None = None
