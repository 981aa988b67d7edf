"""For which of its solutions a supplier's orders would be taken: what the rules on the supplier say
of each (ENR-002 to ENR-004), before any file is deposited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from enrolment.models import Enrolment
from enrolment.rules import SolutionFacts, SupplierFacts
from funding.actions.standing import solutions_of
from funding.rules.catalogue import CATALOGUE
from segur_portal.common.rules import Finding

# A finalisation settles the referencing; what is left is said from the early stage on.
_CODES = {"early": ("ENR-003", "ENR-004"), "final": ("ENR-002", "ENR-003", "ENR-004")}


@dataclass(frozen=True, slots=True)
class Right:
    """A solution of a validated enrolment, and why its orders would be refused, if they would."""

    solution: str
    refusal: Finding | None


def rights_of(
    enrolment: Enrolment, stage: str, on: date, ended: Mapping[int, date]
) -> tuple[Right, ...]:
    """What each solution of an enrolment opens; `ended` are the certificates that ended."""
    if stage not in _CODES:
        return ()
    supplier = enrolment.supplier
    solutions, _ = solutions_of(supplier, enrolment, enrolment.scheme_id, on, ended)
    enrolled = [one for one in solutions.values() if one.is_enrolled]
    holds_osu = supplier.holds_osu(on)
    return tuple(_right(one, stage, on, holds_osu=holds_osu) for one in enrolled)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why orders are refused, and of which solutions."""

    finding: Finding
    solutions: tuple[str, ...]


def refusals_of(rights: Iterable[Right]) -> list[Refusal]:
    """What is refused, each reason once: the want of an habilitation is that of all solutions."""
    found: dict[str, list[Right]] = {}
    for one in rights:
        if one.refusal is not None:
            found.setdefault(one.refusal.message, []).append(one)
    return [
        Refusal(same[0].refusal, tuple(one.solution for one in same))
        for same in found.values()
        if same[0].refusal is not None
    ]


def _right(solution: SolutionFacts, stage: str, on: date, *, holds_osu: bool) -> Right:
    return Right(
        f"{solution.name} {solution.version}",
        next(_findings(solution, stage, on, holds_osu=holds_osu), None),
    )


def _findings(
    solution: SolutionFacts, stage: str, on: date, *, holds_osu: bool
) -> Iterator[Finding]:
    facts = SupplierFacts(
        on=on,
        stage=stage,
        is_simulation=False,
        named_solution=solution.name,
        named_version=solution.version,
        named_reference_number=solution.reference_number,
        solution=solution,
        enrolled_solutions=(),
        holds_osu=holds_osu,
        layout="asp",
    )
    for code in _CODES[stage]:
        yield from CATALOGUE[code].findings(facts)
