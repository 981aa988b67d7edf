"""Named questions on pilot proofs; supplier doors start from `of(supplier)`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from orders.models import Claim
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

    def with_order_standing(self) -> PilotProofQuerySet:
        """Proofs with `has_order`: whether their order still holds its claims. A cancelled one
        has none; a training material has no order to lose."""
        held = Claim.objects.live().filter(order=OuterRef("order"))
        return self.annotate(has_order=Q(kind=ProofKind.TRAINING) | Exists(held))  # type: ignore[no-any-return]

    def campaigns(self, solutions: Iterable[Solution]) -> dict[int, Campaign]:
        """Where the pilots stand, by solution, among these proofs: two queries."""
        solutions = list(solutions)
        asked = Parameter.objects.filter(code__in=_CODES)
        required = asked.by_scheme({one.scheme_id for one in solutions})
        days: dict[tuple[int, str], list[date]] = {}
        fallen: dict[int, list[str]] = {}
        rows = self.filter(state="compliant", solution__in=solutions).with_order_standing()
        for one in rows.only(
            "solution", "kind", "reviewed_on", "client_name", "client_key"
        ).order_by("reviewed_on", "pk"):
            if one.has_order:
                days.setdefault((one.solution_id, one.kind), []).append(one.reviewed_on)
            else:
                fallen.setdefault(one.solution_id, []).append(one.client_name or one.client_key)
        return {
            one.pk: Campaign(
                reports_required=int(required[one.scheme_id].get(_CODES[0], 0)),
                training_required=required[one.scheme_id].get(_CODES[1], 0) > 0,
                reports=tuple(days.get((one.pk, ProofKind.REPORT), ())),
                trainings=tuple(days.get((one.pk, ProofKind.TRAINING), ())),
                fallen=tuple(fallen.get(one.pk, ())),
            )
            for one in solutions
        }
