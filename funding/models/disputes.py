"""Disputes between two suppliers over one client (domain page, section 7)."""

from __future__ import annotations

from datetime import date, timedelta

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enrolment.models import Supplier
from funding.queries import DisputePartQuerySet, DisputeQuerySet
from funding.workflow import DISPUTE
from segur_portal.common.models import Scheme, StoredFile

from .deposits import DepositLine
from .requests import FundingRequest


@pghistory.track()
class Dispute(models.Model):
    """A supplier (`challenger`) contests the order that made its own KO; its `holder` answers.

    `line` is the challenger's KO request, `request` the holder's advance. Neither party ever reads
    the other's name, request or documents.
    """

    line = models.ForeignKey(
        DepositLine, models.PROTECT, related_name="disputes", verbose_name="demande KO"
    )
    request = models.ForeignKey(
        FundingRequest, models.PROTECT, related_name="disputes", verbose_name="demande contestée"
    )
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="+", verbose_name="dispositif")
    challenger = models.ForeignKey(
        Supplier, models.PROTECT, related_name="disputes_started", verbose_name="conteste"
    )
    holder = models.ForeignKey(
        Supplier, models.PROTECT, related_name="disputes_answered", verbose_name="commande en place"
    )
    state = models.CharField(
        "état", max_length=20, choices=DISPUTE.choices(), default="contested", editable=False
    )
    client_name = models.CharField("client", max_length=150)
    contested_at = models.DateTimeField("contestée le")
    question = models.TextField("question aux parties", blank=True)
    opened_at = models.DateTimeField("ouvert le", null=True, blank=True)
    due_on = models.DateField("réponses attendues jusqu’au", null=True, blank=True)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    answer = models.TextField("décision", blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = "litige"
        ordering = ["-contested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(state__in=DISPUTE.live()),
                name="dispute_once_per_line",
                violation_error_message="Cette demande est déjà contestée.",
            ),
            models.CheckConstraint(
                condition=~Q(challenger=F("holder")), name="dispute_between_two_suppliers"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["open", "answered", "upheld", "overturned"])
                | Q(opened_at__isnull=False, due_on__isnull=False) & ~Q(question=""),
                name="dispute_open_has_question",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["upheld", "overturned", "dismissed"])
                | Q(decided_at__isnull=False) & ~Q(answer=""),
                name="dispute_decision_is_explained",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The dispute's public number."""
        return f"LIT-{self.pk:06d}"

    def decidable_from(self, today: date) -> date | None:
        """The day an answered dispute may be decided from, while that day is to come.

        Both parties are promised their days to complete their answer, to the last one included.
        """
        if self.due_on is None or self.due_on < today:
            return None
        return self.due_on + timedelta(days=1)


@pghistory.track()
class DisputePart(models.Model):
    """What one party said, with its document. Read by that party and by officers."""

    dispute = models.ForeignKey(
        Dispute, models.PROTECT, related_name="parts", verbose_name="litige"
    )
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="+", verbose_name="fournisseur"
    )
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="dit par"
    )
    said_at = models.DateTimeField("dit le")
    text = models.TextField("texte")
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="pièce"
    )

    objects = DisputePartQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce d’un litige"
        verbose_name_plural = "pièces des litiges"
        ordering = ["said_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="dispute_part_says_something")
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.supplier_id}"
