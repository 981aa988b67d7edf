"""What ANS recorded of the solutions of an enrolment, for the officer who examines it."""

from __future__ import annotations

from enrolment.actions.paperwork import solutions_asked
from enrolment.models import Distribution, Enrolment, Solution
from segur_portal.common import clock
from segur_portal.common.french import day


def solutions_in_words(enrolment: Enrolment) -> list[str]:
    """Each solution: its referencing; where the supplier distributes it, its editor, who may
    hold the OSU habilitation, and the declaration."""
    declared = {
        row.solution_id: row
        for row in Distribution.objects.filter(distributor=enrolment.supplier_id)
    }
    return [
        f"{one} : {_referencing(one)}{_distribution(one, enrolment, declared.get(one.pk))}."
        for one in solutions_asked(enrolment).select_related("editor")
    ]


def _referencing(solution: Solution) -> str:
    if solution.referenced_on is None:
        return "référencement pas encore enregistré par l’ANS"
    return f"référencée le {day(solution.referenced_on)}, numéro {solution.reference_number}"


def _distribution(solution: Solution, enrolment: Enrolment, row: Distribution | None) -> str:
    if solution.editor_id == enrolment.supplier_id:
        return ""
    since = row.declared_on if row else None
    declared = f"déclarée à l’ANS le {day(since)}" if since else "pas encore déclarée à l’ANS"
    osu = "" if solution.editor.holds_osu(clock.today()) else "non "
    return f" ; éditée par {solution.editor} ({osu}habilité OSU), distribution {declared}"
