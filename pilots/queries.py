"""Named questions on pilot proofs; supplier doors start from `of(supplier)`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models

from pilots.enums import ProofKind
from pilots.rules import Campaign
from pilots.workflow import PROOF
from segur_portal.common.enums import ParameterCode
from segur_portal.common.models import Parameter

if TYPE_CHECKING:
    from enrolment.models import Solution, Supplier

_CODES = (ParameterCode.PILOT_REPORTS, ParameterCode.TRAINING_MATERIALS)


class PilotProofQuerySet(models.QuerySet[Any]):
    """Pilot proofs."""

    def of(self, supplier: Supplier) -> PilotProofQuerySet:
        """The proofs of this supplier."""
        return self.filter(supplier=supplier)

    def live(self) -> PilotProofQuerySet:
        """Proofs whose client cannot serve again."""
        return self.filter(state__in=PROOF.live())

    def campaigns(self, solutions: Iterable[Solution]) -> dict[int, Campaign]:
        """Where the pilots stand, by solution, among these proofs: two queries."""
        solutions = list(solutions)
        asked = Parameter.objects.filter(code__in=_CODES)
        required = asked.by_scheme({one.scheme_id for one in solutions})
        days: dict[tuple[int, str], list[date]] = {}
        rows = self.filter(state="compliant", solution__in=solutions).order_by("reviewed_on", "pk")
        for solution, kind, on in rows.values_list("solution_id", "kind", "reviewed_on"):
            days.setdefault((solution, kind), []).append(on)
        return {
            one.pk: Campaign(
                reports_required=int(required[one.scheme_id].get(_CODES[0], 0)),
                training_required=required[one.scheme_id].get(_CODES[1], 0) > 0,
                reports=tuple(days.get((one.pk, ProofKind.REPORT), ())),
                trainings=tuple(days.get((one.pk, ProofKind.TRAINING), ())),
            )
            for one in solutions
        }
