"""The report of a list: how many, and the rows that its page shows, in French."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from enrolment.actions.referencing_plan import Plan
from enrolment.rules.referencing import Read
from segur_portal.common.french import day

SHOWN = 200
_WORDS = {
    "name": "nom",
    "version": "version",
    "reference_number": "numéro",
    "file_submitted_on": "dossier complet",
    "referenced_on": "référencée le",
    "declared_on": "déclarée",
}


def report_of(plan: Plan, read: Read, alarms: list[str]) -> dict[str, Any]:
    """The counts, and the rows that the page shows."""
    added = [[str(one.solution), str(one.solution.editor)] for one in plan.solutions if one.is_new]
    changed = [
        [str(one.solution), str(one.solution.editor), difference(one.fields)]
        for one in plan.solutions
        if not one.is_new
    ]
    for one in plan.distributions:
        row = [str(one.solution), f"distribuée par {one.distributor}"]
        if one.known is None:
            added.append(row)
        else:
            fields = {"declared_on": (one.known.declared_on, one.declared_on)}
            changed.append([*row, difference(fields)])
    refused, ignored = (
        [[one.number, one.what, one.reason] for one in rows]
        for rows in (plan.refusals, plan.ignored)
    )
    report = {
        "alarms": alarms,
        "schemes": sorted({line.scheme for line in read.lines}),
        "added": added[:SHOWN],
        "changed": changed[:SHOWN],
        "refused": refused[:SHOWN],
        "ignored": ignored[:SHOWN],
        "ignored_count": len(ignored),
    }
    counts = {"row_count": read.count, "added": plan.added, "changed": plan.changed}
    return {**counts, "refused": len(plan.refusals), "report": report}


def difference(fields: Mapping[str, Sequence[Any]]) -> str:
    """Each field of a row, its value before and after."""
    return "\u202f; ".join(
        f"{word}\u00a0: {_text(fields[name][0])} → {_text(fields[name][1])}"
        for name, word in _WORDS.items()
        if name in fields
    )


def _text(value: Any) -> str:
    if not value:
        return "–"
    return value if isinstance(value, str) else day(value)
