"""The life of a deposit and of a request (domain page, section 7)."""

from segur_portal.common.enums import ReasonSubject, Role
from segur_portal.common.workflow import Move, State, Workflow

_SUPPLIER = frozenset({Role.SUPPLIER.value})
_REASONS = ReasonSubject.REQUEST.value
_OFFICER = frozenset({Role.OFFICER.value})
_SYSTEM = frozenset({Role.SYSTEM.value})
YOU = "À vous d’agir"
ASP = "L’ASP instruit"
PORTAL = "Le portail traite"
PAYER = "L’ASP paie"

DEPOSIT = Workflow(
    "deposit",
    [
        # Not deposited yet: docs/decisions/0010.
        State("incomplete", "Incomplet", "Non déposé : incomplet", YOU),
        State("received", "Reçu", "Reçu, en attente de traitement", PORTAL),
        State("running", "En traitement", "En cours de traitement", PORTAL),
        State("done", "Traité", "Traité", is_final=True),
        State("refused", "Fichier refusé", "Fichier refusé", YOU, is_final=True),
        State("failed", "Échec technique", "Traitement interrompu, l’ASP est prévenue", ASP),
        State("abandoned", "Abandonné", "Non déposé : abandonné", is_final=True),
        State("lapsed", "Resté incomplet", "Non déposé : resté incomplet", is_final=True),
    ],
    [
        Move("complete", frozenset({"incomplete"}), "received", _SUPPLIER, "Compléter"),
        Move(
            "file_without",
            frozenset({"incomplete"}),
            "received",
            _SUPPLIER,
            "Déposer sans ces pièces",
        ),
        Move("abandon", frozenset({"incomplete"}), "abandoned", _SUPPLIER, "Abandonner"),
        Move("lapse", frozenset({"incomplete"}), "lapsed", _SYSTEM, "Constater la clôture"),
        Move("start", frozenset({"received", "running"}), "running", _SYSTEM, "Traiter"),
        Move("finish", frozenset({"running"}), "done", _SYSTEM, "Terminer"),
        Move("refuse", frozenset({"running"}), "refused", _SYSTEM, "Refuser le fichier"),
        Move("fail", frozenset({"received", "running"}), "failed", _SYSTEM, "Abandonner"),
        Move(
            "restart",
            frozenset({"failed"}),
            "received",
            _SYSTEM | _OFFICER,
            "Relancer le traitement",
        ),
    ],
)

GRANTED = ("accepted", "to_pay", "paid")
IN_PROGRESS = ("on_hold", "to_instruct", "in_instruction", "correction_requested")
# An officer's own work; in the other open states the supplier has the hand, and the clock stops.
AT_ASP = ("to_instruct", "in_instruction")
WITH_SUPPLIER = ("on_hold", "correction_requested")
DECISIONS = frozenset({"accept", "refuse", "cancel", "expire"})
# By which a supplier answers a correction; what the request said before is kept.
ANSWERS = frozenset({"answer_correction", "answer_and_wait"})
_OPEN = frozenset(IN_PROGRESS)

REQUEST = Workflow(
    "request",
    [
        State("on_hold", "En attente RIS", "En attente d’une demande RIS du client", YOU),
        State("to_instruct", "À instruire", "En attente d’instruction", ASP),
        State("in_instruction", "En instruction", "En cours d’instruction", ASP),
        State("correction_requested", "Correction demandée", "Correction demandée", YOU),
        State("accepted", "Acceptée", "Acceptée", PAYER),
        State("to_pay", "À payer", "Acceptée, paiement en préparation", PAYER),
        State("paid", "Payée", "Payée", is_final=True),
        State("refused", "Refusée", "Refusée", is_final=True, is_live=False),
        State("cancelled", "Annulée", "Annulée", is_final=True, is_live=False),
    ],
    [
        Move("release", frozenset({"on_hold"}), "to_instruct", _SYSTEM, "Lever l’attente"),
        Move("take", frozenset({"to_instruct"}), "in_instruction", _OFFICER, "Prendre"),
        Move("give_back", frozenset({"in_instruction"}), "to_instruct", _OFFICER, "Remettre"),
        Move(
            "request_correction",
            frozenset({"in_instruction"}),
            "correction_requested",
            _OFFICER,
            "Demander une correction",
            needs_reason=True,
            reasons=_REASONS,
        ),
        Move(
            "answer_correction",
            frozenset({"correction_requested"}),
            "to_instruct",
            _SUPPLIER,
            "Transmettre la correction",
        ),
        # Its client lost its last RIS request, or the correction names one that has none (ATT-001).
        Move(
            "hold_again",
            frozenset(AT_ASP),
            "on_hold",
            _SYSTEM,
            "Suspendre : plus de demande RIS",
        ),
        Move(
            "answer_and_wait",
            frozenset({"correction_requested"}),
            "on_hold",
            _SUPPLIER,
            "Transmettre la correction, sans demande RIS",
        ),
        Move("accept", frozenset({"in_instruction"}), "accepted", _OFFICER, "Accepter"),
        Move(
            "refuse",
            frozenset({"in_instruction"}),
            "refused",
            _OFFICER,
            "Refuser",
            needs_reason=True,
            reasons=_REASONS,
        ),
        Move(
            "cancel",
            _OPEN | {"accepted", "paid"},
            "cancelled",
            _OFFICER | _SYSTEM,
            "Annuler",
            needs_reason=True,
            reasons=_REASONS,
        ),
        # At the hold limit of DRIMbox (ATT-002): what ASP has not decided, and nothing else.
        Move(
            "expire",
            _OPEN,
            "cancelled",
            _SYSTEM,
            "Annuler à la date limite",
            needs_reason=True,
            reasons=_REASONS,
        ),
        # Only payment runs make these, so that a request and its transfer never disagree.
        Move("prepare_payment", frozenset({"accepted"}), "to_pay", _SYSTEM, "Préparer le paiement"),
        Move("pay", frozenset({"to_pay"}), "paid", _SYSTEM, "Constater le paiement"),
        Move("close_unpaid", frozenset({"accepted"}), "paid", _SYSTEM, "Clore : rien à verser"),
        Move(
            "take_back_payment",
            frozenset({"to_pay", "paid"}),
            "accepted",
            _SYSTEM,
            "Reprendre le paiement",
            needs_reason=True,
        ),
    ],
)
