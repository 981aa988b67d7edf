"""The imports of ANS's list: each file, and what became of it."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from enrolment.workflow import REFERENCING_IMPORT
from segur_portal.common.models import StoredFile


@pghistory.track(exclude=["report", "written"])
class ReferencingImport(models.Model):
    """One list of ANS: referencing of solutions, declared distributors (domain page, section 1).

    `report` holds `{"reason", "alarms", "schemes", "added", "changed", "refused", "ignored"}`,
    lists of rows, and `ignored_count`: lines of editors or distributors without an account; once
    restored, `back` and `left` too, lists of rows, and their counts.

    `written` keeps everything that it changed, before and after, so that it can be undone; a list
    applied before this was kept has none, and stays.
    """

    state = models.CharField(
        "état",
        max_length=20,
        choices=REFERENCING_IMPORT.choices(),
        default="received",
        editable=False,
    )
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="fichier")
    row_count = models.PositiveIntegerField("lignes lues", default=0)
    added = models.PositiveIntegerField("ajouts", default=0)
    changed = models.PositiveIntegerField("modifications", default=0)
    refused = models.PositiveIntegerField("lignes refusées", default=0)
    report = models.JSONField("compte rendu", default=dict, blank=True)
    written = models.JSONField("écritures", null=True, blank=True, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="importé par"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="confirmé ou rejeté par",
    )
    received_at = models.DateTimeField("reçu le")
    finished_at = models.DateTimeField("terminé le", null=True, blank=True)

    class Meta:
        verbose_name = "import de la liste de l’ANS"
        verbose_name_plural = "imports de la liste de l’ANS"
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["received", "quarantined"]) | Q(finished_at__isnull=False),
                name="referencing_import_finished_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state="restored") | Q(written__isnull=False),
                name="referencing_restored_was_kept",
                violation_error_message="Seule une liste dont les écritures sont gardées se "
                "restaure.",
            ),
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(state="quarantined"),
                name="referencing_one_quarantine",
                violation_error_message="Une liste attend déjà une décision.",
            ),
        ]

    def __str__(self) -> str:
        return f"Liste de l’ANS n° {self.pk}"
