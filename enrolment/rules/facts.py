"""What the rules on the supplier know: frozen facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .layouts import OrderPaper


@dataclass(frozen=True, slots=True)
class SolutionFacts:
    """A solution's version, as known for this supplier and scheme.

    The mandate's fields speak of the supplier as distributor; they are None for the editor.
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
    `lapsed` says in words which accepted documents of the enrolment have ended.
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
