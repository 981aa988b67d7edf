"""Where a supplier's pilots stand on each scheme: what its balances will meet (PIL-001)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Count

from enrolment.models import Enrolment, Supplier
from funding.rules.catalogue import CATALOGUE
from funding.rules.facts import BalanceFacts, PilotFacts
from pilots.models import PilotProof
from segur_portal.common.enums import ParameterCode
from segur_portal.common.models import Parameter

_CODES = (ParameterCode.PILOT_REPORTS, ParameterCode.TRAINING_MATERIALS)
Pilots = Mapping[str, tuple[PilotFacts, ...]]


def pilots_of(supplier: Supplier, enrolments: Iterable[Enrolment]) -> Pilots:
    """What is required and what is compliant, for each enrolled solution of each scheme."""
    asked = {
        (row.scheme_id, row.code): int(row.value)
        for row in Parameter.objects.filter(code__in=_CODES)
    }
    found = _compliant(supplier)
    return {
        enrolment.scheme_id: tuple(
            PilotFacts(
                reports_required=_asked(asked, enrolment.scheme_id, _CODES[0]),
                reports_compliant=found.get((solution.pk, PilotProof.Kind.REPORT), 0),
                training_required=_asked(asked, enrolment.scheme_id, _CODES[1]) > 0,
                training_compliant=found.get((solution.pk, PilotProof.Kind.TRAINING), 0) > 0,
            )
            for solution in enrolment.solutions.all()
        )
        for enrolment in enrolments
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


def _compliant(supplier: Supplier) -> dict[tuple[int, str], int]:
    """The number of compliant proofs by solution and kind."""
    rows = (
        PilotProof.objects.filter(supplier=supplier, state=PilotProof.State.COMPLIANT)
        .order_by()
        .values_list("solution_id", "kind")
        .annotate(proofs=Count("pk"))
    )
    return {(solution, kind): proofs for solution, kind, proofs in rows}


def _asked(asked: Mapping[tuple[str | None, str], int], scheme: str, code: str) -> int:
    """The scheme's own number, or the one that holds for all."""
    return asked.get((scheme, code), asked.get((None, code), 0))


def _balance(pilots: PilotFacts) -> BalanceFacts:
    return BalanceFacts(reference="", named_number="", advance=None, deployed=(), pilots=pilots)
