"""The life of a payment run, of each of its transfers, and of a recovery order (section 7)."""

from segur_portal.common.enums import Role
from segur_portal.common.workflow import Move, State, Workflow

_OFFICER = frozenset({Role.OFFICER.value})
_ACCOUNTANT = frozenset({Role.ACCOUNTANT.value})
_SYSTEM = frozenset({Role.SYSTEM.value})
_PREPARER, _APPROVER = "Le gestionnaire prépare", "Un autre gestionnaire approuve"
_ACCOUNTS, _BANK = "L’agent comptable transmet", "La banque exécute"
_SUPPLIER = "Le fournisseur rembourse"

PAYMENT_RUN = Workflow(
    "payment_run",
    [
        State("draft", "En préparation", "En préparation", _PREPARER),
        State("proposed", "À approuver", "À approuver", _APPROVER),
        State("approved", "Approuvé", "Approuvé", _ACCOUNTS),
        State("transmitted", "Transmis à la banque", "Transmis à la banque", _BANK),
        State("settled", "Soldé", "Soldé", is_final=True),
        State("cancelled", "Abandonné", "Abandonné", is_final=True, is_live=False),
    ],
    [
        Move("propose", frozenset({"draft"}), "proposed", _OFFICER, "Proposer à l’approbation"),
        Move(
            "send_back",
            frozenset({"proposed"}),
            "draft",
            _OFFICER,
            "Renvoyer au préparateur",
            needs_reason=True,
        ),
        Move("approve", frozenset({"proposed"}), "approved", _OFFICER, "Approuver"),
        Move("transmit", frozenset({"approved"}), "transmitted", _ACCOUNTANT, "Déclarer transmis"),
        Move("settle", frozenset({"transmitted"}), "settled", _SYSTEM, "Solder"),
        Move(
            "cancel",
            frozenset({"draft", "proposed", "approved"}),
            "cancelled",
            _OFFICER,
            "Abandonner le lot",
            needs_reason=True,
        ),
        # Once the file was downloaded the bank may have it: docs/decisions/0012.
        Move(
            "void",
            frozenset({"approved"}),
            "cancelled",
            _OFFICER | _ACCOUNTANT,
            "Attester que la banque n’exécutera pas le fichier",
            needs_reason=True,
        ),
    ],
)

PAYMENT = Workflow(
    "payment",
    [
        State("planned", "Prévu", "Paiement en préparation", _PREPARER),
        State("sent", "Transmis à la banque", "Virement transmis à la banque", _BANK),
        State("paid", "Payé", "Payé", is_final=True),
        State("withdrawn", "Retiré du lot", "Retiré du lot", is_final=True, is_live=False),
        State(
            "rejected", "Rejeté par la banque", "Rejeté par la banque", is_live=False, is_final=True
        ),
        State(
            "returned",
            "Retourné après paiement",
            "Retourné par la banque",
            is_live=False,
            is_final=True,
        ),
    ],
    [
        Move("send", frozenset({"planned"}), "sent", _SYSTEM, "Transmettre"),
        Move(
            "withdraw",
            frozenset({"planned"}),
            "withdrawn",
            _OFFICER | _SYSTEM,
            "Retirer du lot",
            needs_reason=True,
        ),
        Move("pay", frozenset({"sent"}), "paid", _ACCOUNTANT, "Marquer payé"),
        Move(
            "reject",
            frozenset({"sent"}),
            "rejected",
            _ACCOUNTANT,
            "Marquer rejeté",
            needs_reason=True,
        ),
        Move(
            "return",
            frozenset({"paid"}),
            "returned",
            _ACCOUNTANT,
            "Constater le retour",
            needs_reason=True,
        ),
    ],
)

RECOVERY = Workflow(
    "recovery",
    [
        State("issued", "Émis", "À rembourser", _SUPPLIER),
        State("recovered", "Recouvré", "Remboursé", is_final=True),
        State("cancelled", "Annulé", "Annulé", is_final=True, is_live=False),
    ],
    [
        Move(
            "recover", frozenset({"issued"}), "recovered", _ACCOUNTANT, "Constater le recouvrement"
        ),
        # The bank gave the money back: the supplier does not hold what was asked of it.
        Move(
            "cancel",
            frozenset({"issued"}),
            "cancelled",
            _SYSTEM,
            "Annuler : virement retourné",
            needs_reason=True,
        ),
    ],
)
