"""One decision on many requests: what was asked, and what became of each."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from .requests import FundingRequest


@pghistory.track()
class BulkDecision(models.Model):
    """A move asked on every request of a filter. The row is the queue of its lines."""

    move = models.CharField("décision", max_length=30)
    reason_code = models.CharField("motif", max_length=40, blank=True)
    note = models.TextField("texte", blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="demandée par"
    )
    asked_at = models.DateTimeField("demandée le")
    finished_at = models.DateTimeField("terminée le", null=True, blank=True)

    class Meta:
        verbose_name = "décision en lot"
        verbose_name_plural = "décisions en lot"
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(finished_at__isnull=True), name="bulk_unfinished"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason_code="") | ~Q(note=""), name="bulk_reason_has_text"
            )
        ]

    def __str__(self) -> str:
        return f"Lot {self.pk}"


@pghistory.track(pghistory.UpdateEvent())
class BulkDecisionLine(models.Model):
    """One request of a bulk decision, and its result."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", "En attente"
        DONE = "done", "Fait"
        LEFT = "left", "Laissé"

    decision = models.ForeignKey(
        BulkDecision, models.CASCADE, related_name="lines", db_index=False, verbose_name="lot"
    )
    request = models.ForeignKey(
        FundingRequest, models.PROTECT, related_name="+", verbose_name="demande"
    )
    outcome = models.CharField(
        "résultat", max_length=10, choices=Outcome.choices, default=Outcome.WAITING
    )
    message = models.TextField("pourquoi", blank=True)

    class Meta:
        verbose_name = "ligne de décision en lot"
        verbose_name_plural = "lignes de décision en lot"
        ordering = ["decision", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "request"], name="bulk_line_once"),
            models.CheckConstraint(
                condition=~Q(outcome="left") | ~Q(message=""), name="bulk_line_left_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.request_id}"
