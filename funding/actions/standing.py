"""Where a supplier stands on a scheme: its stage, its solutions, its pilots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from django.db.models import Q

from enrolment.models import Distribution, Enrolment, Solution, Supplier, SupportingDocument
from enrolment.rules import Mandate, SolutionFacts, mandate_for
from funding.intake.world import KnownAdvance
from funding.rules.facts import PilotFacts
from pilots.models import PilotProof
from pilots.rules import Campaign
from segur_portal.common.clock import PARIS


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
    declared = {
        row.solution_id: row
        for row in Distribution.objects.filter(distributor=supplier, solution__scheme=scheme)
    }
    mandates = _mandates_of(supplier, declared)
    rows = (
        Solution.objects.filter(Q(editor=supplier) | Q(pk__in=enrolled) | Q(pk__in=declared))
        .filter(scheme=scheme)
        .select_related("editor")
    )
    facts, ids = {}, {}
    for row in sorted(rows, key=lambda row: row.pk in enrolled):
        key = (row.name, row.version)
        found = _solution(row, supplier, row.pk in enrolled, on)
        if (distribution := declared.get(row.pk)) is not None:
            mandate = mandate_for(mandates[row.pk], on)
            found = _distributed(found, distribution.declared_on, mandate)
        facts[key] = replace(found, certificate_ended_on=ended.get(row.pk))
        ids[key] = row.pk
    return facts, ids


def _mandates_of(
    supplier: Supplier, declared: Mapping[int, Distribution]
) -> dict[int, list[Mandate]]:
    """Every mandate accepted for these solutions: a renewal leaves the former one its days.

    The declaration repeats the last one accepted, and speaks alone where no document was kept.
    """
    found = {
        pk: [
            Mandate(
                row.mandate_accepted_on,
                row.mandate_starts_on,
                row.mandate_ends_on,
                row.covers_osu,
            )
        ]
        if row.mandate_accepted_on
        else []
        for pk, row in declared.items()
    }
    for row in SupportingDocument.objects.of(supplier).accepted_mandates(declared):
        accepted_on = row.reviewed_at.astimezone(PARIS).date()
        found[row.solution_id].append(
            Mandate(accepted_on, row.starts_on, row.expires_on, row.covers_osu)
        )
    return found


def _solution(row: Solution, supplier: Supplier, is_enrolled: bool, on: date) -> SolutionFacts:
    return SolutionFacts(
        name=row.name,
        version=row.version,
        reference_number=row.reference_number,
        referenced_on=row.referenced_on,
        file_submitted_on=row.file_submitted_on,
        is_enrolled=is_enrolled,
        is_editor=row.editor_id == supplier.pk,
        editor_holds_osu=row.editor.holds_osu(on),
    )


def _distributed(
    facts: SolutionFacts, declared_on: date | None, mandate: Mandate | None
) -> SolutionFacts:
    return replace(
        facts,
        declared_on=declared_on,
        mandate_accepted_on=mandate.accepted_on if mandate else None,
        mandate_starts_on=mandate.starts_on if mandate else None,
        mandate_ends_on=mandate.ends_on if mandate else None,
        mandate_covers_osu=mandate.covers_osu if mandate else False,
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
