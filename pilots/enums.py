"""The words of pilots: what an officer looks at in a proof."""

from __future__ import annotations

from enum import StrEnum


class ProofKind(StrEnum):
    """What a proof is."""

    REPORT = "report"
    TRAINING = "training"


# What the officer ticks beside the mandatory statements (ours): code, what is looked at.
POINTS: dict[str, tuple[tuple[str, str], ...]] = {
    ProofKind.REPORT.value: (
        ("client", "Le client du PV est celui du bon de commande"),
        ("solution", "La solution et sa version sont celles de la commande"),
        ("signed", "Le PV est daté et signé du client final"),
        ("reservation", "Aucune réserve du client n’empêche l’usage du logiciel"),
    ),
    ProofKind.TRAINING.value: (
        ("solution", "Le support porte sur cette solution et sa version"),
        ("users", "Il s’adresse aux utilisateurs finaux et suffit à leur prise en main"),
        ("readable", "Il est complet et lisible"),
    ),
}
