"""Where a supplier stands on a scheme: its stage, its solutions, its pilots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from django.db.models import Q

from enrolment.models import Distribution, Enrolment, Solution, Supplier
from enrolment.rules import SolutionFacts
from funding.intake.world import KnownAdvance
from funding.rules.facts import PilotFacts
from pilots.models import PilotProof
from pilots.rules import Campaign


def stage_of(enrolment: Enrolment | None) -> str:
    """`none`, `early` or `final`: a validated stage stays while a later one is examined."""
    if enrolment is None:
        return "none"
    if enrolment.state == "final" or enrolment.final_validated_on:
        return "final"
    return "early" if enrolment.early_validated_on else "none"


def solutions_of(
    supplier: Supplier,
    enrolment: Enrolment | None,
    scheme: str,
    on: date,
    ended: Mapping[int, date],
) -> tuple[dict[tuple[str, str], SolutionFacts], dict[tuple[str, str], int]]:
    """The solutions this supplier edits or distributes, by name and version."""
    enrolled = (
        set(enrolment.solutions.values_list("pk", flat=True)) if enrolment is not None else set()
    )
    mandates = {
        row.solution_id: row
        for row in Distribution.objects.filter(distributor=supplier, solution__scheme=scheme)
    }
    rows = (
        Solution.objects.filter(Q(editor=supplier) | Q(pk__in=enrolled) | Q(pk__in=mandates))
        .filter(scheme=scheme)
        .select_related("editor")
    )
    facts, ids = {}, {}
    for row in sorted(rows, key=lambda row: row.pk in enrolled):
        key = (row.name, row.version)
        found = _solution(row, supplier, row.pk in enrolled, mandates.get(row.pk), on)
        facts[key] = replace(found, certificate_ended_on=ended.get(row.pk))
        ids[key] = row.pk
    return facts, ids


def _solution(
    row: Solution, supplier: Supplier, is_enrolled: bool, mandate: Distribution | None, on: date
) -> SolutionFacts:
    return SolutionFacts(
        name=row.name,
        version=row.version,
        reference_number=row.reference_number,
        referenced_on=row.referenced_on,
        file_submitted_on=row.file_submitted_on,
        is_enrolled=is_enrolled,
        is_editor=row.editor_id == supplier.pk,
        declared_on=mandate.declared_on if mandate else None,
        mandate_accepted_on=mandate.mandate_accepted_on if mandate else None,
        mandate_starts_on=mandate.mandate_starts_on if mandate else None,
        mandate_ends_on=mandate.mandate_ends_on if mandate else None,
        mandate_covers_osu=mandate.covers_osu if mandate else False,
        editor_holds_osu=row.editor.holds_osu(on),
    )


def pilots_of(supplier: Supplier, advances: Iterable[KnownAdvance]) -> dict[int, PilotFacts]:
    """Where the pilots stand, for each solution that a balance speaks of (PIL-001)."""
    solutions = Solution.objects.filter(pk__in={advance.solution_id for advance in advances})
    campaigns = PilotProof.objects.of(supplier).campaigns(solutions)
    return {solution: pilot_facts(campaign) for solution, campaign in campaigns.items()}


def pilot_facts(campaign: Campaign) -> PilotFacts:
    """What the rule knows of a campaign."""
    return PilotFacts(
        reports_required=campaign.reports_required,
        reports_compliant=len(campaign.reports),
        training_required=campaign.training_required,
        training_compliant=bool(campaign.trainings),
    )
