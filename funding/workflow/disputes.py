"""The life of a dispute between two suppliers (domain page, section 7)."""

from segur_portal.common.enums import ReasonSubject, Role
from segur_portal.common.workflow import Move, State, Workflow

_OFFICER = frozenset({Role.OFFICER.value})
_SUPPLIER = frozenset({Role.SUPPLIER.value})
_REASONS = ReasonSubject.DISPUTE.value
_SYSTEM = frozenset({Role.SYSTEM.value})
_ASP = "L’ASP instruit"

DISPUTE = Workflow(
    "dispute",
    [
        State("contested", "À ouvrir", "Contestation transmise à l’ASP", _ASP),
        State("open", "Ouvert", "Ouvert : chacun répond", "Les deux parties répondent"),
        State("answered", "À décider", "L’ASP examine les réponses", _ASP),
        State(
            "upheld",
            "Commande confirmée",
            "Commande en place confirmée",
            is_final=True,
            is_live=False,
        ),
        State(
            "overturned",
            "Commande annulée",
            "Commande en place annulée",
            is_final=True,
            is_live=False,
        ),
        State(
            "dismissed",
            "Contestation écartée",
            "Contestation écartée",
            is_final=True,
            is_live=False,
        ),
        State("withdrawn", "Retirée", "Contestation retirée", is_final=True, is_live=False),
    ],
    [
        Move("open", frozenset({"contested"}), "open", _OFFICER, "Ouvrir le litige"),
        Move(
            "dismiss",
            frozenset({"contested"}),
            "dismissed",
            _OFFICER,
            "Écarter la contestation",
            needs_reason=True,
            reasons=_REASONS,
        ),
        # At any moment until the decision: a refusal would say that the other party has answered.
        Move(
            "withdraw",
            frozenset({"contested", "open", "answered"}),
            "withdrawn",
            _SUPPLIER,
            "Retirer",
        ),
        # Both have answered, or their ten working days are over.
        Move("close_answers", frozenset({"open"}), "answered", _SYSTEM, "Clore les réponses"),
        Move(
            "uphold",
            frozenset({"answered"}),
            "upheld",
            _OFFICER,
            "Confirmer la commande en place",
            needs_reason=True,
            reasons=_REASONS,
        ),
        Move(
            "overturn",
            frozenset({"answered"}),
            "overturned",
            _OFFICER,
            "Annuler la commande en place",
            needs_reason=True,
            reasons=_REASONS,
        ),
    ],
)
