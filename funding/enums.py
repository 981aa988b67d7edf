"""The words of deposits and requests."""

from django.db import models

from segur_portal.common.enums import Kind


class KindChoice(models.TextChoices):
    """Kinds of request, with their French labels."""

    ADVANCE = Kind.ADVANCE.value, "Avance"
    BALANCE = Kind.BALANCE.value, "Solde"


class Outcome(models.TextChoices):
    """The verdict of one request of a deposit."""

    INTEGRATED = "integrated", "Intégrée"
    ALREADY = "already", "Déjà intégrée"
    KO = "ko", "KO"
