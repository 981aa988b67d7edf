"""The life of an enrolment (domain page, section 3) and of a submitted layout (section 4)."""

from segur_portal.common.enums import ReasonSubject, Role
from segur_portal.common.workflow import Move, State, Workflow

_SUPPLIER = frozenset({Role.SUPPLIER.value})
_OFFICER = frozenset({Role.OFFICER.value})
_SYSTEM = frozenset({Role.SYSTEM.value})
# Its own list: ANS decides, or an officer.
_AGENTS = frozenset({Role.ANS.value, Role.OFFICER.value})
YOU = "À vous d’agir"
ASP = "L’ASP instruit"

ENROLMENT = Workflow(
    "enrolment",
    [
        State("draft", "Brouillon", "Brouillon, non transmis", YOU),
        State("submitted", "Transmis", "Transmis à l’ASP", ASP),
        State("in_review", "En instruction", "En cours d’examen", ASP),
        State("correction_requested", "Correction demandée", "Correction demandée", YOU),
        State("early", "Validé (anticipé)", "Enrôlement anticipé validé", YOU),
        State("final_submitted", "Finalisation transmise", "Finalisation transmise à l’ASP", ASP),
        State("final", "Validé (définitif)", "Enrôlement définitif validé"),
        State("refused", "Refusé", "Refusé", is_final=True, is_live=False),
    ],
    [
        Move("submit", frozenset({"draft"}), "submitted", _SUPPLIER, "Transmettre"),
        Move("take", frozenset({"submitted", "final_submitted"}), "in_review", _OFFICER, "Prendre"),
        Move(
            "request_correction",
            frozenset({"in_review"}),
            "correction_requested",
            _OFFICER,
            "Demander une correction",
            needs_reason=True,
            reasons=ReasonSubject.ENROLMENT.value,
        ),
        Move(
            "resubmit",
            frozenset({"correction_requested"}),
            "submitted",
            _SUPPLIER,
            "Transmettre les corrections",
        ),
        # A correction asked of a finalisation comes back to the finalisation.
        Move(
            "resubmit_final",
            frozenset({"correction_requested"}),
            "final_submitted",
            _SUPPLIER,
            "Transmettre les corrections de la finalisation",
        ),
        Move("validate_early", frozenset({"in_review"}), "early", _OFFICER, "Valider (anticipé)"),
        Move("finalise", frozenset({"early"}), "final_submitted", _SUPPLIER, "Finaliser"),
        Move("validate_final", frozenset({"in_review"}), "final", _OFFICER, "Valider (définitif)"),
        Move(
            "refuse",
            frozenset({"in_review"}),
            "refused",
            _OFFICER,
            "Refuser",
            needs_reason=True,
            reasons=ReasonSubject.ENROLMENT.value,
        ),
    ],
)

SPECIMEN = Workflow(
    "specimen",
    [
        State("submitted", "Transmis", "Transmis à l’ASP", ASP),
        State("compliant", "Conforme", "Conforme"),
        State("not_compliant", "Non conforme", "Non conforme", YOU, is_live=False),
        State("withdrawn", "Retiré", "Retiré", is_final=True, is_live=False),
    ],
    [
        Move("withdraw", frozenset({"submitted"}), "withdrawn", _SUPPLIER, "Retirer"),
        Move("approve", frozenset({"submitted"}), "compliant", _OFFICER, "Déclarer conforme"),
        Move(
            "reject",
            frozenset({"submitted"}),
            "not_compliant",
            _OFFICER,
            "Déclarer non conforme",
            needs_reason=True,
            reasons=ReasonSubject.SPECIMEN.value,
        ),
    ],
)

DOCUMENT = Workflow(
    "document",
    [
        State("pending", "À vérifier", "Déposé"),
        State("accepted", "Accepté", "Accepté"),
        State("to_correct", "À corriger", "À corriger", YOU),
    ],
    [
        Move("accept", frozenset({"pending", "to_correct"}), "accepted", _OFFICER, "Accepter"),
        Move(
            "send_back",
            frozenset({"pending", "accepted"}),
            "to_correct",
            _OFFICER,
            "Demander une correction",
            needs_reason=True,
        ),
    ],
)

# A change of what a validated enrolment declares: its rights stay meanwhile.
AMENDMENT = Workflow(
    "amendment",
    [
        State("draft", "En préparation", "En préparation, non transmis", YOU),
        State("submitted", "À examiner", "Transmis à l’ASP", ASP),
        State("to_correct", "À corriger", "À corriger", YOU),
        State("accepted", "Accepté", "Accepté", is_final=True, is_live=False),
        State("refused", "Refusé", "Refusé", is_final=True, is_live=False),
        State("withdrawn", "Abandonné", "Abandonné", is_final=True, is_live=False),
    ],
    [
        Move("submit", frozenset({"draft", "to_correct"}), "submitted", _SUPPLIER, "Transmettre"),
        Move("accept", frozenset({"submitted"}), "accepted", _OFFICER, "Accepter le changement"),
        Move(
            "send_back",
            frozenset({"submitted"}),
            "to_correct",
            _OFFICER,
            "Renvoyer le changement",
            needs_reason=True,
            reasons=ReasonSubject.ENROLMENT.value,
        ),
        Move(
            "refuse",
            frozenset({"submitted"}),
            "refused",
            _OFFICER,
            "Refuser le changement",
            needs_reason=True,
            reasons=ReasonSubject.ENROLMENT.value,
        ),
        Move(
            "withdraw",
            frozenset({"draft", "submitted", "to_correct"}),
            "withdrawn",
            _SUPPLIER,
            "Abandonner ce changement",
        ),
    ],
)

BANK = Workflow(
    "bank",
    [
        State("proposed", "À vérifier", "Transmises", ASP),
        State("approved", "Changement à confirmer par un second agent", "En vérification", ASP),
        State("accepted", "Acceptées", "Acceptées"),
        State("to_correct", "À corriger", "À corriger", YOU),
        State("withdrawn", "Remplacées", "Remplacées", is_final=True, is_live=False),
    ],
    [
        Move("accept", frozenset({"proposed"}), "accepted", _OFFICER, "Accepter"),
        Move("approve", frozenset({"proposed"}), "approved", _OFFICER, "Approuver le changement"),
        Move("confirm", frozenset({"approved"}), "accepted", _OFFICER, "Confirmer le changement"),
        # What the delay is for: somebody objects before the change takes effect.
        Move(
            "stop",
            frozenset({"accepted"}),
            "withdrawn",
            _OFFICER,
            "Arrêter le changement",
            needs_reason=True,
        ),
        Move(
            "send_back",
            frozenset({"proposed", "approved"}),
            "to_correct",
            _OFFICER,
            "Demander une correction",
            needs_reason=True,
        ),
        Move(
            "withdraw",
            frozenset({"proposed", "approved", "to_correct"}),
            "withdrawn",
            _SUPPLIER,
            "Remplacer",
        ),
        Move(
            "cancel",
            frozenset({"proposed", "approved", "to_correct"}),
            "withdrawn",
            _SUPPLIER,
            "Annuler ce changement",
        ),
    ],
)

REFERENCING_IMPORT = Workflow(
    "referencing_import",
    [
        State("received", "Reçue", "Reçue"),
        State("applied", "Appliquée", "Appliquée", is_live=False),
        State("unchanged", "Sans changement", "Sans changement", is_final=True, is_live=False),
        State("quarantined", "En quarantaine", "En quarantaine", "L’ANS ou l’ASP décide"),
        State("rejected", "Rejetée", "Rejetée", is_final=True, is_live=False),
        State("restored", "Restaurée", "Restaurée", is_final=True, is_live=False),
    ],
    [
        Move("apply", frozenset({"received"}), "applied", _SYSTEM, "Appliquer"),
        Move("keep", frozenset({"received"}), "unchanged", _SYSTEM, "Constater l’identité"),
        Move(
            "quarantine",
            frozenset({"received"}),
            "quarantined",
            _SYSTEM,
            "Mettre en quarantaine",
            needs_reason=True,
        ),
        Move(
            "release",
            frozenset({"quarantined"}),
            "applied",
            _AGENTS,
            "Confirmer la liste",
            needs_reason=True,
        ),
        Move(
            "reject",
            frozenset({"quarantined"}),
            "rejected",
            _AGENTS,
            "Rejeter la liste",
            needs_reason=True,
        ),
        # What it wrote goes back to what it was, where nobody changed it since.
        Move(
            "restore",
            frozenset({"applied"}),
            "restored",
            _AGENTS,
            "Restaurer l’état d’avant",
            needs_reason=True,
        ),
    ],
)
