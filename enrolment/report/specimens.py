"""A layout as its supplier reads it."""

from __future__ import annotations

from dataclasses import dataclass

from enrolment.models import Specimen
from enrolment.workflow import SPECIMEN
from segur_portal.common.models import Statement

COLOURS = {"submitted": "info", "compliant": "success", "not_compliant": "error"}


@dataclass(frozen=True, slots=True)
class Line:
    """One mandatory statement, and what was found of it."""

    text: str
    words: str
    is_missing: bool


def colour_of(specimen: Specimen) -> str:
    """The colour of its badge; none once withdrawn."""
    return COLOURS.get(specimen.state, "")


def owner_of(specimen: Specimen) -> str:
    """Who must act, in words."""
    return SPECIMEN.states[specimen.state].owner


def checklist(specimen: Specimen) -> list[Line]:
    """The statements in force, with what the portal read or what the officer answered."""
    missing = {one["code"] for one in specimen.missing}
    statements = Statement.objects.binding(specimen.kind, specimen.scheme_id)
    return [
        Line(one.text, _words(specimen, one.code, missing), one.code in missing)
        for one in statements
    ]


def _words(specimen: Specimen, code: str, missing: set[str]) -> str:
    if code in missing:
        return "Absente, selon l’ASP"
    if specimen.state == "compliant":
        return "Présente"
    pages = specimen.reading.get("pages", {}).get(code, [])
    if pages:
        return f"Lue page {', '.join(map(str, pages))}"
    if not specimen.is_read:
        return "Lecture en cours" if specimen.state == "submitted" else "Non lue"
    if specimen.faults or not specimen.reading.get("has_text"):
        return "Contrôle manuel"
    return "Non trouvée par le portail"
