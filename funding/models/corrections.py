"""What an officer asks a supplier to correct: one field or one document, and nothing else opens."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from funding.queries import CorrectionQuerySet

from .requests import FundingRequest


@pghistory.track()
class Correction(models.Model):
    """One thing asked. `pointer` leads to it in the request; a document is where its name is.

    `before` and `after` are the values: the file's SHA-256 for a document.
    """

    request = models.ForeignKey(
        FundingRequest,
        models.PROTECT,
        related_name="corrections",
        db_index=False,
        verbose_name="demande",
    )
    pointer = models.CharField("où", max_length=200)
    label = models.CharField("objet", max_length=300)
    is_document = models.BooleanField("document")
    question = models.TextField("ce qui est demandé", blank=True)
    before = models.JSONField("valeur d’avant", null=True)
    after = models.JSONField("valeur donnée", null=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="demandé par"
    )
    asked_at = models.DateTimeField("demandé le")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="répondu par",
    )
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = "correction demandée"
        verbose_name_plural = "corrections demandées"
        ordering = ["request", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "pointer"],
                condition=Q(answered_at__isnull=True),
                name="correction_open_once",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="correction_answer_has_author",
            ),
            models.CheckConstraint(
                condition=Q(pointer__startswith="/") & ~Q(label=""), name="correction_is_somewhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.pointer}"
