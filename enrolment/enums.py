"""The words of enrolment."""

from django.db import models


class MemberRole(models.TextChoices):
    """What a member may do for its supplier (domain page, section 3)."""

    LEGAL_REPRESENTATIVE = "legal_representative", "Représentant légal"
    PROXY = "proxy", "Mandataire salarié"
    THIRD_PARTY_PROXY = "third_party_proxy", "Mandataire employé par un tiers"
    PREPARER = "preparer", "Préparateur"
    READER = "reader", "Lecteur"


DEPOSITING_ROLES = frozenset(
    {
        MemberRole.LEGAL_REPRESENTATIVE,
        MemberRole.PROXY,
        MemberRole.THIRD_PARTY_PROXY,
        MemberRole.PREPARER,
    }
)


# Who may sign for the supplier: submit an enrolment, change bank details.
SIGNING_ROLES = frozenset(
    {MemberRole.LEGAL_REPRESENTATIVE, MemberRole.PROXY, MemberRole.THIRD_PARTY_PROXY}
)


class UserKind(models.TextChoices):
    """Which house a user belongs to."""

    SUPPLIER = "supplier", "Fournisseur"
    OFFICER = "officer", "Gestionnaire ASP"
    ACCOUNTANT = "accountant", "Comptable ASP"
    ANS = "ans", "Agent ANS"


STAFF_KINDS = frozenset({UserKind.OFFICER, UserKind.ACCOUNTANT, UserKind.ANS})


class SpecimenKind(models.TextChoices):
    """Kinds of layout a supplier may submit (domain page, section 4)."""

    PURCHASE_ORDER = "purchase_order", "Bon de commande"
    PILOT_REPORT = "pilot_report", "PV pilote"
    MANDATE = "mandate", "Mandat du représentant légal"
    DISTRIBUTION_MANDATE = "distribution_mandate", "Mandat de distribution"
    ACCEPTANCE_REPORT = "acceptance_report", "Vérification d’aptitude"


class EnrolmentReason(models.TextChoices):
    """Why an officer asks for a correction of an enrolment, or refuses it (section 3)."""

    MISSING = "missing", "Pièce manquante"
    UNREADABLE = "unreadable", "Pièce illisible ou incomplète"
    EXPIRED = "expired", "Pièce périmée ou trop ancienne"
    INCONSISTENT = "inconsistent", "Informations discordantes"
    NOT_REFERENCED = "not_referenced", "Solution non référencée"
    NOT_ENTITLED = "not_entitled", "Conditions du dispositif non remplies"
    OTHER = "other", "Autre motif"


class SpecimenReason(models.TextChoices):
    """Why a layout is not compliant (section 4)."""

    STATEMENT_MISSING = "statement_missing", "Mention obligatoire absente"
    STATEMENT_ALTERED = "statement_altered", "Mention obligatoire modifiée"
    UNREADABLE = "unreadable", "Document illisible ou incomplet"
    OTHER = "other", "Autre motif"


class TokenRole(models.TextChoices):
    """What the software that holds a key of the API may do."""

    DEPOSITOR = "depositor", "Dépose, simule et lit"
    READER = "reader", "Lit seulement"
