"""The review of a pilot proof (domain page, section 6, PIL-001)."""

from segur_portal.common.enums import ReasonSubject, Role
from segur_portal.common.workflow import Move, State, Workflow

_OFFICER = frozenset({Role.OFFICER.value})
_SUPPLIER = frozenset({Role.SUPPLIER.value})
_REASONS = ReasonSubject.PILOT.value

PROOF = Workflow(
    "pilot_proof",
    [
        State("submitted", "À examiner", "Transmis à l’ASP", "L’ASP instruit"),
        State("to_correct", "À corriger", "À corriger", "À vous d’agir"),
        State("compliant", "Conforme", "Conforme"),
        State("not_compliant", "Refusé", "Refusé", "À vous d’agir", is_final=True, is_live=False),
        State("withdrawn", "Retiré", "Retiré", is_final=True, is_live=False),
    ],
    [
        Move("approve", frozenset({"submitted"}), "compliant", _OFFICER, "Déclarer conforme"),
        Move(
            "send_back",
            frozenset({"submitted"}),
            "to_correct",
            _OFFICER,
            "Demander une correction",
            needs_reason=True,
            reasons=_REASONS,
        ),
        Move(
            "reject",
            frozenset({"submitted"}),
            "not_compliant",
            _OFFICER,
            "Refuser",
            needs_reason=True,
            reasons=_REASONS,
        ),
        # An error found later: balances already deposited stay judged as they were.
        Move(
            "revoke",
            frozenset({"compliant"}),
            "to_correct",
            _OFFICER,
            "Revenir sur la conformité",
            needs_reason=True,
            reasons=_REASONS,
        ),
        Move(
            "replace", frozenset({"to_correct"}), "submitted", _SUPPLIER, "Transmettre de nouveau"
        ),
        Move("withdraw", frozenset({"submitted", "to_correct"}), "withdrawn", _SUPPLIER, "Retirer"),
    ],
)
