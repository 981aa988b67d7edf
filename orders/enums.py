"""The words of orders and of the eligible-clients base."""

from django.db import models


class IdentifierKind(models.TextChoices):
    """Kinds of identifier in the eligible-clients base."""

    RPPS = "RPPS", "RPPS"
    AM = "AM", "Numéro AM"
    FINESS = "FINESS", "FINESS géographique"
    SIREN = "SIREN", "SIREN"


class StructureType(models.TextChoices):
    """Types of structure in the eligible-clients base (json-contract)."""

    DOCTOR = "MEDECIN", "Médecin"
    MSP = "MSP", "Maison de santé pluriprofessionnelle"
    CDS_MULTI = "CDS_POLYVALENT", "Centre de santé polyvalent"
    CDS_MEDICAL = "CDS_MEDICAL", "Centre de santé médical"
    CDS_NURSING = "CDS_INFIRMIER", "Centre de santé infirmier"
    CDS_DENTAL = "CDS_DENTAIRE", "Centre de santé dentaire"
    PRACTICE = "CABINET", "Cabinet"
    ESTABLISHMENT = "ETABLISSEMENT", "Établissement"


class Activity(models.TextChoices):
    """Activity addressed by the software instance."""

    RADIOLOGY = "RADIOLOGIE", "Radiologie"
    NUCLEAR = "MEDECINE_NUCLEAIRE", "Médecine nucléaire"
    MIXED = "MIXTE", "Mixte"


class Situation2023(models.TextChoices):
    """The four cases of a doctor (MNT-004)."""

    PRESENT = "PRESENT", "Présent en 2023 et toujours là"
    NEW = "NOUVEAU", "Nouveau, sans activité en 2023"
    LEFT = "PARTI", "Parti en 2023 ou après"
    STRUCTURE_GONE = "ARRIVE_STRUCTURE_DISPARUE", "Arrivé, ancienne structure disparue"


class LineKind(models.TextChoices):
    """What a line of an order names."""

    ESTABLISHMENT = "establishment", "Établissement"
    DOCTOR = "doctor", "Médecin"


class ClaimKind(models.TextChoices):
    """What an order claims for itself (domain page, section 6, Uniqueness).

    `SIREN_SOLUTION` and `FINESS_SOLUTION` hold « different RIS »: two RIS orders of one SIREN or
    FINESS, one for radiology and one for nuclear medicine, may not name the same solution.
    """

    RPPS = "RPPS", "RPPS"
    AM = "AM", "Numéro AM"
    FINESS = "FINESS", "FINESS géographique"
    SIREN = "SIREN", "SIREN"
    PACS = "PACS", "PACS"
    SIREN_SOLUTION = "SIREN_SOLUTION", "SIREN et solution"
    FINESS_SOLUTION = "FINESS_SOLUTION", "FINESS et solution"


class Slot(models.TextChoices):
    """Where two orders are allowed, which of the two places is held."""

    ONLY = "", "Place unique"
    RADIOLOGY = "radiology", "Radiologie"
    NUCLEAR = "nuclear", "Médecine nucléaire"
