"""No balance before the pilots are proved (PIL, domain page section 6)."""

from __future__ import annotations

from collections.abc import Iterator

from segur_portal.common.enums import Kind
from segur_portal.common.rules import Breach, Rule, Severity

from .facts import BalanceFacts


def _pilots_proved(facts: BalanceFacts) -> Iterator[Breach]:
    """PIL-001: enough compliant reports of different clients, and the training materials.

    What is asked is a parameter of the scheme: none for DRIMbox.
    """
    pilots = facts.pilots
    if pilots.reports_compliant < pilots.reports_required:
        yield Breach(
            found=f"{pilots.reports_compliant} sur {pilots.reports_required}",
            expected=f"{pilots.reports_required} PV pilotes conformes",
            values={"done": pilots.reports_compliant, "required": pilots.reports_required},
        )
    if pilots.training_required and not pilots.training_compliant:
        yield Breach(
            found="aucun support de formation conforme",
            expected="les supports de formation, conformes",
            message="Les supports de formation de cette solution n’ont pas été reconnus conformes.",
            advice="Déposez les supports de formation, et attendez qu’ils soient examinés.",
        )


RULES: tuple[Rule[BalanceFacts], ...] = (
    Rule(
        code="PIL-001",
        severity=Severity.KO,
        title="Les pilotes de la solution sont justifiés avant toute demande de solde",
        message="PV pilotes conformes pour cette solution : {done} sur les {required} exigés.",
        advice=(
            "Déposez les PV pilotes signés, chacun d’un client différent, et attendez qu’ils "
            "soient examinés."
        ),
        source="Domaine, sections 2 et 6 ; webinaire, « Focus sur la gestion des pilotes »",
        check=_pilots_proved,
        kinds=frozenset({Kind.BALANCE.value}),
    ),
)
