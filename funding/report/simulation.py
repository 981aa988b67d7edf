"""The report of a simulation: the same faces as a deposit's, and what it was simulated on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from funding.enums import Verdict
from segur_portal.common.rules import Finding

from .entries import JudgedLine, Report, entries_of_simulation, finding_rows

CAVEAT = (
    "Simulation : rien n’est enregistré ni réservé ; l’unicité n’est vérifiée que sur vos propres "
    "commandes et dans le fichier."
)


class Simulated(Protocol):
    """What a simulation gave (`funding.actions.Simulation`)."""

    @property
    def as_of(self) -> datetime: ...
    @property
    def structure_only(self) -> bool: ...
    @property
    def deposit_findings(self) -> Sequence[Finding]: ...
    @property
    def lines(self) -> Sequence[JudgedLine]: ...
    @property
    def scheme(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def rules_version(self) -> str: ...
    @property
    def base_version(self) -> int | None: ...


def labels_of(simulation: Simulated) -> dict[str, str]:
    """What the verdicts are called: nothing is integrated by a simulation."""
    accepted = "Structure correcte" if simulation.structure_only else "Serait intégrée"
    return {
        Verdict.KO.value: Verdict.KO.label,
        Verdict.ALERT.value: f"{accepted}, avec alerte",
        Verdict.OK.value: accepted,
        Verdict.ANSWERED.value: "Serait la réponse à la correction demandée",
        Verdict.ALREADY.value: Verdict.ALREADY.label,
    }


def report_of_simulation(simulation: Simulated, name: str) -> Report:
    """The report of a simulated file."""
    words = {"scheme": simulation.scheme, "kind": simulation.kind}
    labels = labels_of(simulation)
    return Report(
        name=name,
        **words,
        file_rows=finding_rows(simulation.deposit_findings, **words),
        entries=tuple(entries_of_simulation(simulation.lines, labels, **words)),
        is_simulation=True,
        header={
            "avertissement": CAVEAT,
            "simuleLe": simulation.as_of.isoformat(),
            "structureSeulement": simulation.structure_only,
            "versions": {
                "regles": simulation.rules_version,
                "base": simulation.base_version,
            },
        },
    )
