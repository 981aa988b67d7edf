"""The words of deposits and requests."""

from enum import StrEnum

from django.db import models

from segur_portal.common.enums import Kind


class KindChoice(models.TextChoices):
    """Kinds of request, with their French labels."""

    ADVANCE = Kind.ADVANCE.value, "Avance"
    BALANCE = Kind.BALANCE.value, "Solde"


class Outcome(models.TextChoices):
    """The verdict of one request of a deposit."""

    INTEGRATED = "integrated", "Intégrée"
    ANSWERED = "answered", "Réponse à la correction demandée"
    ALREADY = "already", "Déjà intégrée"
    KO = "ko", "KO"


class Verdict(models.TextChoices):
    """A verdict as people read it: an integrated request with alerts has its own. Values are those
    of the report's address."""

    KO = "ko", "KO"
    ALERT = "alerte", "Intégrée avec alerte"
    OK = "ok", "Intégrée"
    ANSWERED = "correction", "Réponse à la correction demandée"
    ALREADY = "deja", "Déjà intégrée"


# Among the states to filter by: the requests that await their supplier, whatever their state.
AWAITING_YOU = "a-vous"


class PortalReason(StrEnum):
    """The reasons that the portal itself gives, among those that officers keep (`Reason`)."""

    NO_RIS = "no_ris"
    SUPPLIER_CHANGED = "supplier_changed"


class Part(models.TextChoices):
    """The parts of a request that a point of the checklist may look at."""

    WHOLE = "whole", "La demande entière"
    ORDER = "order", "Le bon de commande"
    CLIENTS = "clients", "Les clients et leurs identifiants"
    SOFTWARE = "software", "La solution et la prestation"
    AMOUNTS = "amounts", "Les montants"
    SERVICE = "service", "La réalisation et la facture"
    DOCUMENTS = "documents", "Les documents signés"


class LedgerKind(models.TextChoices):
    """What an entry of the ledger records (domain page, section 7)."""

    DUE = "due", "Dû"
    DUE_CANCELLED = "due_cancelled", "Dû annulé"
    PAID = "paid", "Payé"
    RETURNED = "returned", "Retourné par la banque"
    RECOVERY_DUE = "recovery_due", "À recouvrer"
    RECOVERY_CANCELLED = "recovery_cancelled", "Recouvrement annulé"
    RECOVERED = "recovered", "Recouvré"


class PaymentReason(models.TextChoices):
    """Why a transfer or a run does not go on."""

    ACCOUNT = "account", "Coordonnées bancaires à corriger"
    AMOUNT = "amount", "Montant à revoir"
    REQUEST = "request", "Demande à réexaminer"
    BANK = "bank", "Rejet ou retour de la banque"
    OTHER = "other", "Autre motif"
