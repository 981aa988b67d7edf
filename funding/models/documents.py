"""The signed documents of a deposit: the ZIP files received, and each PDF taken out and read."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from enrolment.models import Supplier
from segur_portal.common.models import StoredFile

from .deposits import Deposit


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class DepositArchive(models.Model):
    """One ZIP of a deposit, kept as received.

    `is_burnt`: a request of its deposit was integrated, and its name can never serve again
    (DOC-005); a name of which everything was refused may. `fault` says why it was refused whole;
    `entries` are the names it holds, read when it was received.
    """

    deposit = models.ForeignKey(
        Deposit, models.PROTECT, related_name="archives", verbose_name="dépôt"
    )
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="+", verbose_name="fournisseur"
    )
    name = models.CharField("nom", max_length=80)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="fichier")
    is_burnt = models.BooleanField("nom définitivement pris", default=False)
    fault = models.JSONField("refus", null=True, blank=True)
    entries = models.JSONField("contenu", default=list, blank=True)
    notes = models.JSONField("remarques", default=list, blank=True)
    extra = models.JSONField("fichiers non demandés", default=list, blank=True)

    class Meta:
        verbose_name = "ZIP d’un dépôt"
        verbose_name_plural = "ZIP des dépôts"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("deposit", Upper("name"), name="archive_once_per_deposit"),
            models.UniqueConstraint(
                "supplier",
                Upper("name"),
                condition=Q(is_burnt=True),
                name="archive_name_burnt_once",
                violation_error_message="Ce nom de ZIP a déjà servi (DOC-005).",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["reading"])
class DepositDocument(models.Model):
    """One PDF that a request names, as found in one ZIP or, without one, given in answer to a
    correction; its original is never saved again. What was replaced is no longer current.

    `reading` is `funding.documents.Reading` as a dictionary, written once, when the file was read
    to its end. `infected_at`: when what follows from an infection was done.
    """

    deposit = models.ForeignKey(
        Deposit, models.PROTECT, related_name="documents", db_index=False, verbose_name="dépôt"
    )
    archive = models.ForeignKey(
        DepositArchive,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
        verbose_name="ZIP",
        help_text="Vide : transmis en réponse à une demande de correction.",
    )
    is_current = models.BooleanField("version en vigueur", default=True, db_default=True)
    name = models.CharField("nom", max_length=255)
    file = models.ForeignKey(
        StoredFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="fichier",
    )
    reading = models.JSONField("lecture")
    read_at = models.DateTimeField("lu le")
    infected_at = models.DateTimeField("trouvé infecté le", null=True, blank=True)

    class Meta:
        verbose_name = "document signé"
        verbose_name_plural = "documents signés"
        ordering = ["deposit", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["deposit", "name"], condition=Q(is_current=True), name="document_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
