"""Funding requests: what a supplier asked, once integrated."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enrolment.models import Supplier
from funding.enums import KindChoice
from funding.pricing.balance import explained
from funding.queries import FundingRequestQuerySet
from funding.workflow import AT_ASP, REQUEST
from orders.models import BaseImport, Order
from segur_portal.common.models import PriceScale, ProgrammeSnapshot, Scheme

from .deposits import Deposit


# What was received is written once and kept beside: the history holds what may change.
@pghistory.track(exclude=["payload", "pricing", "alerts"])
class FundingRequest(models.Model):
    """An advance or balance request that passed its checks.

    `pricing` explains the amount (activity → tranche → ceiling → VAT → advance), as computed by
    `funding.pricing`; `alerts` are the findings to show to the officer and the supplier.
    `waited` is the time it spent waiting for its supplier, up to its present state; with
    `decided_at`, what its clock is made of (`funding.report.clocks`).
    """

    number = models.CharField("numéro de dossier", max_length=20, unique=True)
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="requests", verbose_name="fournisseur"
    )
    scheme = models.ForeignKey(
        Scheme, models.PROTECT, related_name="requests", db_index=False, verbose_name="dispositif"
    )
    kind = models.CharField("demande", max_length=10, choices=KindChoice.choices)
    reference = models.CharField("référence fournisseur", max_length=35)
    order = models.ForeignKey(
        Order, models.PROTECT, related_name="requests", verbose_name="bon de commande"
    )
    advance = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="balances",
        verbose_name="avance",
    )
    deposit = models.ForeignKey(
        Deposit, models.PROTECT, related_name="requests", verbose_name="dépôt"
    )
    position = models.PositiveSmallIntegerField("rang dans le dépôt")
    state = models.CharField(
        "état", max_length=30, choices=REQUEST.choices(), default="to_instruct", editable=False
    )
    state_since = models.DateTimeField("dans cet état depuis")
    received_at = models.DateTimeField("reçue le")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name="attribuée à",
    )
    waited = models.DurationField(
        "attente du fournisseur", default=timedelta, db_default=timedelta()
    )
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)
    client_name = models.CharField("client", max_length=150)
    net = models.DecimalField("montant HT", max_digits=12, decimal_places=2)
    vat = models.DecimalField("TVA", max_digits=12, decimal_places=2)
    gross = models.DecimalField("montant TTC", max_digits=12, decimal_places=2)
    ceiling_net = models.DecimalField("plafond HT", max_digits=12, decimal_places=2)
    amount_due = models.DecimalField("montant à verser", max_digits=12, decimal_places=2)
    pricing = models.JSONField("calcul du montant")
    alerts = models.JSONField("alertes", default=list, blank=True)
    alert_count = models.PositiveSmallIntegerField("alertes", default=0)
    has_client_left_base = models.BooleanField("client sorti de la base", default=False)
    payload = models.JSONField("demande reçue")
    content_hash = models.CharField("empreinte", max_length=64)
    format_version = models.CharField("version du format", max_length=10)
    rules_version = models.CharField("version des règles", max_length=64)
    price_scale = models.ForeignKey(
        PriceScale, models.PROTECT, related_name="+", verbose_name="barème"
    )
    base = models.ForeignKey(BaseImport, models.PROTECT, related_name="+", verbose_name="base")
    programme = models.ForeignKey(
        ProgrammeSnapshot, models.PROTECT, related_name="+", verbose_name="version du programme"
    )

    objects = FundingRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de financement"
        verbose_name_plural = "demandes de financement"
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["supplier", "-received_at"], name="request_by_supplier"),
            models.Index(fields=["scheme", "state", "received_at"], name="request_queue"),
            models.Index(fields=["-received_at", "-id"], name="request_latest"),
            # The officer's desk: nobody's files, and each one's own, the oldest first.
            models.Index(
                fields=["received_at", "id"],
                condition=Q(state="to_instruct", assigned_to__isnull=True),
                name="request_to_take",
            ),
            models.Index(
                fields=["assigned_to", "received_at"],
                condition=Q(state__in=AT_ASP),
                name="request_desk",
            ),
            models.Index(
                fields=["received_at"],
                condition=Q(state__in=["on_hold", "correction_requested"]),
                name="request_with_supplier",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "scheme", "kind", "reference"],
                condition=Q(state__in=REQUEST.live()),
                name="request_reference_once",
                violation_error_message="Cette référence est déjà celle d’une demande intégrée.",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(kind="AVANCE", state__in=REQUEST.live()),
                name="request_one_advance_per_order",
            ),
            models.UniqueConstraint(
                fields=["advance"],
                condition=Q(kind="SOLDE", state__in=REQUEST.live()),
                name="request_one_balance_per_advance",
                violation_error_message="Cette avance a déjà une demande de solde (SOL-001).",
            ),
            models.CheckConstraint(
                condition=Q(kind="AVANCE", advance__isnull=True)
                | Q(kind="SOLDE", advance__isnull=False),
                name="request_balance_has_advance",
            ),
            models.CheckConstraint(
                condition=Q(net__gte=0, vat__gte=0, amount_due__gte=0, gross=F("net") + F("vat")),
                name="request_amounts_add_up",
            ),
            models.CheckConstraint(
                condition=Q(waited__gte=timedelta()), name="request_waited_is_no_debt"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def explained(self) -> dict[str, Any]:
        """How the amount was computed; that of a balance says whether its advance is paid, now."""
        if self.advance is None:
            return dict(self.pricing)
        return explained(
            self.pricing,
            advanced=self.advance.amount_due,
            is_paid=self.advance.state == "paid",
            is_live=REQUEST.states[self.advance.state].is_live,
        )
