"""The review of a pilot proof (domain page, section 6, PIL-001)."""

from segur_portal.common.enums import Role
from segur_portal.common.workflow import Move, State, Workflow

_OFFICER = frozenset({Role.OFFICER.value})

PROOF = Workflow(
    "pilot_proof",
    [
        State("submitted", "Transmis", "Transmis à l’ASP", "L’ASP instruit"),
        State("compliant", "Conforme", "Conforme"),
        State("not_compliant", "Non conforme", "Non conforme", "À vous d’agir", is_live=False),
    ],
    [
        Move("approve", frozenset({"submitted"}), "compliant", _OFFICER, "Déclarer conforme"),
        Move(
            "reject",
            frozenset({"submitted"}),
            "not_compliant",
            _OFFICER,
            "Déclarer non conforme",
            needs_reason=True,
        ),
    ],
)
