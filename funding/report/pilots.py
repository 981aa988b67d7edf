"""Where a supplier's pilots stand on each scheme: what its balances will meet (PIL-001)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from enrolment.models import Enrolment, Supplier
from funding.actions.standing import pilot_facts
from funding.rules.catalogue import CATALOGUE
from funding.rules.facts import BalanceFacts, PilotFacts
from pilots.models import PilotProof

Pilots = Mapping[str, tuple[PilotFacts, ...]]


def pilots_of(supplier: Supplier, enrolments: Iterable[Enrolment]) -> Pilots:
    """What is required and what is compliant, for each enrolled solution of each scheme."""
    enrolled = {one.scheme_id: list(one.solutions.all()) for one in enrolments}
    campaigns = PilotProof.objects.of(supplier).campaigns(
        solution for solutions in enrolled.values() for solution in solutions
    )
    return {
        scheme: tuple(pilot_facts(campaigns[solution.pk]) for solution in solutions)
        for scheme, solutions in enrolled.items()
    }


def missing_pilots(solutions: Iterable[PilotFacts]) -> str:
    """Nothing when one solution may ask for its balances, otherwise what the law says is missing
    to the one nearest to it."""
    faults = [
        [finding.message for finding in CATALOGUE["PIL-001"].findings(_balance(pilots))]
        for pilots in sorted(solutions, key=lambda one: -one.reports_compliant)
    ]
    fewest: list[str] = min(faults, key=len, default=[])
    return " ".join(fewest)


def _balance(pilots: PilotFacts) -> BalanceFacts:
    return BalanceFacts(reference="", named_number="", advance=None, deployed=(), pilots=pilots)
