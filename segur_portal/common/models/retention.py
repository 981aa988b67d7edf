"""How long files are kept, kind by kind: data of the officers in charge; and what was deleted."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from segur_portal.common.enums import RetentionKind

from .audit import Sealed
from .files import StoredFile


@pghistory.track()
class RetentionPeriod(models.Model):
    """The months that a kind of file is kept, from the event that its label names."""

    kind = models.CharField(
        "fichiers",
        max_length=30,
        unique=True,
        choices=[
            (
                RetentionKind.IDENTITY.value,
                "Pièces d’identité, depuis la validation définitive ou le refus de l’enrôlement",
            ),
            (
                RetentionKind.ABANDONED_ENROLMENT.value,
                "Pièces d’un enrôlement refusé ou laissé en brouillon, depuis son dernier état",
            ),
            (
                RetentionKind.FAILED_DEPOSIT.value,
                "Fichiers d’un dépôt dont rien n’a été intégré, depuis sa réception",
            ),
            (
                RetentionKind.REQUEST.value,
                "Fichiers d’un dépôt dont toutes les demandes sont closes, depuis la dernière",
            ),
            (RetentionKind.ISSUED.value, "Documents émis, depuis leur émission"),
            (RetentionKind.BASE.value, "Bases des clients éligibles, depuis leur réception"),
            (RetentionKind.PAYMENT.value, "Fichiers de paiement, depuis leur émission"),
            (
                RetentionKind.SPECIMEN.value,
                "Modèles des fournisseurs, depuis la fin de leur validité ou leur envoi sans suite",
            ),
            (
                RetentionKind.PILOT.value,
                "Preuves de pilote, depuis la dernière demande close de leur solution",
            ),
            (RetentionKind.DISPUTE.value, "Pièces d’un litige, depuis sa fin"),
            (
                RetentionKind.MESSAGE.value,
                "Pièces jointes des messages, depuis la clôture de leur demande",
            ),
        ],
    )
    months = models.PositiveSmallIntegerField("durée (mois)")
    is_active = models.BooleanField(
        "appliquée", default=True, help_text="Sinon, ces fichiers sont gardés sans limite."
    )
    source = models.CharField("source", max_length=300)

    class Meta:
        verbose_name = "durée de conservation"
        verbose_name_plural = "durées de conservation"
        ordering = ["kind"]
        constraints = [
            models.CheckConstraint(
                condition=Q(months__gte=1),
                name="retention_one_month_at_least",
                violation_error_message="Un mois au moins.",
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name="retention_has_source",
                violation_error_message="Indiquez d’où vient cette durée.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} : {self.months} mois"


class FileDeletion(models.Model):
    """A file deleted at the end of its period: what it was, by its checksum, when and why.

    The row of the file stays, without its name or its bytes. `decided_by` is nobody when the
    portal did it by itself; `erased_at` is when the storage let the bytes go.
    """

    sealed = Sealed(
        "decided_at",
        fields=(
            *("file", "kind", "purpose", "size", "sha256", "stored_at"),
            *("why", "decided_at", "decided_by"),
        ),
    )

    file = models.OneToOneField(
        StoredFile, models.PROTECT, related_name="deletion", verbose_name="fichier"
    )
    kind = models.CharField(
        "fichiers", max_length=30, choices=RetentionPeriod._meta.get_field("kind").choices
    )
    purpose = models.CharField("usage", max_length=20, choices=StoredFile.Purpose.choices)
    size = models.PositiveBigIntegerField("taille (octets)")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    stored_at = models.DateTimeField("reçu le")
    why = models.CharField("pourquoi", max_length=300)
    decided_at = models.DateTimeField("supprimé le")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="supprimé par",
    )
    erased_at = models.DateTimeField("effacé du stockage le", null=True, blank=True)

    class Meta:
        verbose_name = "suppression de fichier"
        verbose_name_plural = "suppressions de fichiers"
        ordering = ["-decided_at", "-pk"]
        indexes = [
            models.Index(
                fields=["decided_at"], condition=Q(erased_at=None), name="deletion_to_erase"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="deletion_sha256"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.sha256[:12]}"
