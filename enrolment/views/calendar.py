"""The programme's calendar, as the public reads it."""

from __future__ import annotations

from dataclasses import dataclass

from segur_portal.common.enums import WindowKind
from segur_portal.common.models import Scheme, Window

COLUMNS = {
    WindowKind.ENROLMENT: "Enrôlement",
    WindowKind.ADVANCE: "Demandes d’avance",
    WindowKind.SERVICE: "Prestation réalisée",
    WindowKind.BALANCE: "Demandes de solde",
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """A table: one row per scheme, one labelled cell per kind of window (None where none)."""

    labels: list[str]
    rows: list[tuple[Scheme, list[tuple[str, Window | None]]]]


def public_calendar() -> Calendar:
    """The windows of every scheme, in two queries."""
    windows = {(window.scheme_id, window.kind): window for window in Window.objects.all()}
    return Calendar(
        labels=list(COLUMNS.values()),
        rows=[
            (
                scheme,
                [(label, windows.get((scheme.pk, kind.value))) for kind, label in COLUMNS.items()],
            )
            for scheme in Scheme.objects.all()
        ],
    )
