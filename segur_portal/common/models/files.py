"""Files kept by the portal, private, under names that say nothing."""

import uuid

import pghistory
from django.conf import settings
from django.db import models

from .audit import Sealed


@pghistory.track(
    pghistory.DeleteEvent(),
    fields=["id", "key", "purpose", "size", "sha256", "stored_at"],
    model_name="StoredFileEvent",
)
class StoredFile(models.Model):
    """One stored file: its opaque key, the name its owner gave it, its size and checksum.

    `sha256` is computed on the bytes received and verified when they are read back. Nobody opens
    a file before the antivirus has found it clean (`segur_portal.common.antivirus`). Deleted at the
    end of its period, it keeps its row, without its bytes or its name.
    """

    # Every file ever stored: one withdrawn before it was deposited leaves its row in the history.
    sealed = Sealed(
        "stored_at", ("key", "purpose", "size", "sha256", "stored_at"), "common_everyfile"
    )

    class Purpose(models.TextChoices):
        DEPOSIT = "deposit", "Dépôt JSON"
        ARCHIVE = "archive", "ZIP d’un dépôt"
        DOCUMENT = "document", "Document signé"
        BASE = "base", "Base des clients éligibles"
        ENROLMENT = "enrolment", "Pièce d’enrôlement"
        REFERENCING = "referencing", "Liste de l’ANS"
        ISSUED = "issued", "Document émis"
        SPECIMEN = "specimen", "Modèle de document"
        PAYMENT = "payment", "Fichier de paiement"
        PILOT = "pilot", "Preuve de pilote"
        DISPUTE = "dispute", "Pièce d’un litige"
        MESSAGE = "message", "Pièce jointe d’un message"

    class Scan(models.TextChoices):
        WAITING = "waiting", "Analyse à venir"
        CLEAN = "clean", "Sain"
        INFECTED = "infected", "Infecté, isolé"
        IMPOSSIBLE = "impossible", "Analyse impossible, à réessayer"
        SKIPPED = "skipped", "Non analysé"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    purpose = models.CharField("usage", max_length=20, choices=Purpose.choices)
    content = models.FileField(max_length=100)
    name = models.CharField("nom d’origine", max_length=255)
    size = models.PositiveBigIntegerField("taille (octets)")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    stored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="reçu de",
    )
    stored_at = models.DateTimeField("reçu le")
    scan_state = models.CharField(
        "antivirus", max_length=10, choices=Scan.choices, default=Scan.SKIPPED
    )
    scanned_at = models.DateTimeField("analysé le", null=True, blank=True)
    scan_detail = models.CharField("résultat de l’analyse", max_length=200, blank=True)

    deleted_at = models.DateTimeField("supprimé le", null=True, blank=True)

    class Meta:
        verbose_name = "fichier"
        verbose_name_plural = "fichiers"
        indexes = [
            models.Index(
                fields=["stored_at"],
                condition=models.Q(scan_state__in=["waiting", "impossible"]),
                name="stored_file_to_scan",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="stored_file_sha256"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def storage_name(self) -> str:
        """An opaque key: the user's own file name never reaches the storage."""
        return f"{self.purpose}/{self.key.hex[:2]}/{self.key.hex}"
