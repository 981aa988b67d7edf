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


class Verdict(models.TextChoices):
    """A verdict as people read it: an integrated request with alerts has its own. Values are those
    of the report's address."""

    KO = "ko", "KO"
    ALERT = "alerte", "Intégrée avec alerte"
    OK = "ok", "Intégrée"
    ALREADY = "deja", "Déjà intégrée"
