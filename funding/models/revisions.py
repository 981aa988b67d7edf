"""What a request said before a correction: written by the correction, never changed."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q

from segur_portal.common.models import Sealed

from .requests import FundingRequest


class RequestRevision(models.Model):
    """A request as it was judged until `replaced_at`, when a correction took its place: its
    payload, its amounts and their calculation, its alerts."""

    sealed = Sealed("replaced_at")

    request = models.ForeignKey(
        FundingRequest, models.PROTECT, related_name="revisions", verbose_name="demande"
    )
    replaced_at = models.DateTimeField("remplacée le")
    client_name = models.CharField("client", max_length=150)
    net = models.DecimalField("montant HT", max_digits=12, decimal_places=2)
    vat = models.DecimalField("TVA", max_digits=12, decimal_places=2)
    gross = models.DecimalField("montant TTC", max_digits=12, decimal_places=2)
    amount_due = models.DecimalField("montant à verser", max_digits=12, decimal_places=2)
    payload = models.JSONField("demande reçue")
    pricing = models.JSONField("calcul du montant")
    alerts = models.JSONField("alertes", default=list)
    rules_version = models.CharField("version des règles", max_length=64)

    class Meta:
        verbose_name = "version d’avant une correction"
        verbose_name_plural = "versions d’avant une correction"
        ordering = ["-replaced_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "replaced_at"], name="revision_once"),
            models.CheckConstraint(
                condition=Q(gross=F("net") + F("vat")), name="revision_amounts_add_up"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.request_id} avant le {self.replaced_at:%d/%m/%Y}"
