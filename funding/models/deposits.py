"""Deposits: a JSON file received, and one line per request with its verdict.

The row is the queue: a worker is only woken by the broker, and whatever is `received`, or
`running` without a sign of life, is started again by the sweeper.
"""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from enrolment.models import Supplier
from funding.enums import KindChoice, Outcome
from funding.queries import DepositLineQuerySet, DepositQuerySet
from funding.workflow import DEPOSIT
from orders.models import BaseImport
from segur_portal.common.models import ProgrammeSnapshot, Scheme, StoredFile


@pghistory.track()
class Deposit(models.Model):
    """One deposit of a supplier. `received_at` is what counts against a deadline: the instant
    when the last byte of its last piece was stored and this row committed.

    An incomplete deposit is not deposited: `missing_count` pieces are awaited (the JSON file is
    one), and `received_at` is that of the latest one.

    `format_version`, `rules_version`, `base`, `programme` say what its requests were judged on.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="deposits", verbose_name="fournisseur"
    )
    deposited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="déposé par",
    )
    file = models.ForeignKey(
        StoredFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="fichier",
    )
    file_name = models.CharField("nom du fichier", max_length=255, blank=True)
    received_at = models.DateTimeField("reçu le")
    state = models.CharField(
        "état", max_length=20, choices=DEPOSIT.choices(), default="received", editable=False
    )
    scheme = models.ForeignKey(
        Scheme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="dispositif"
    )
    kind = models.CharField("demande", max_length=10, choices=KindChoice.choices, blank=True)
    attempts = models.PositiveSmallIntegerField("tentatives", default=0)
    heartbeat_at = models.DateTimeField("dernier signe de vie", null=True, blank=True)
    finished_at = models.DateTimeField("terminé le", null=True, blank=True)
    request_count = models.PositiveSmallIntegerField("demandes", default=0)
    integrated_count = models.PositiveSmallIntegerField("intégrées", default=0)
    answered_count = models.PositiveSmallIntegerField(
        "réponses à une correction", default=0, db_default=0
    )
    already_count = models.PositiveSmallIntegerField("déjà intégrées", default=0)
    ko_count = models.PositiveSmallIntegerField("KO", default=0)
    alert_count = models.PositiveSmallIntegerField("avec alerte", default=0)
    document_count = models.PositiveSmallIntegerField("documents à lire", default=0)
    missing_count = models.PositiveSmallIntegerField("pièces manquantes", default=0)
    findings = models.JSONField("défauts du fichier", default=list, blank=True)
    format_version = models.CharField("version du format", max_length=10, blank=True)
    rules_version = models.CharField("version des règles", max_length=64, blank=True)
    base = models.ForeignKey(
        BaseImport, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="base"
    )
    programme = models.ForeignKey(
        ProgrammeSnapshot,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="version du programme",
    )

    objects = DepositQuerySet.as_manager()

    class Meta:
        verbose_name = "dépôt"
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["supplier", "-received_at"], name="deposit_by_supplier"),
            models.Index(
                fields=["received_at"],
                condition=Q(state__in=["received", "running"]),
                name="deposit_waiting",
            ),
            models.Index(
                fields=["received_at"],
                condition=Q(state="incomplete"),
                name="deposit_incomplete",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(
                    request_count=models.F("integrated_count")
                    + models.F("answered_count")
                    + models.F("already_count")
                    + models.F("ko_count")
                ),
                name="deposit_counts_add_up",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["incomplete", "abandoned", "lapsed"])
                | Q(file__isnull=False),
                name="deposit_has_file",
            ),
            models.CheckConstraint(
                condition=~Q(state="incomplete") | Q(missing_count__gt=0),
                name="deposit_incomplete_lacks_something",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "refused"]) | Q(finished_at__isnull=False),
                name="deposit_finished_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(findings=[]), name="deposit_refusal_is_explained"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The deposit's public number."""
        return f"DEP-{self.pk:07d}"


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class DepositLine(models.Model):
    """The verdict on one request of a deposit: exactly one line per (deposit, index).

    `identifiers` are all those the request names, KO or not, so that a search always answers.
    """

    deposit = models.ForeignKey(
        Deposit, models.PROTECT, related_name="lines", db_index=False, verbose_name="dépôt"
    )
    index = models.PositiveSmallIntegerField("rang dans le fichier")
    reference = models.CharField("référence", max_length=80, blank=True)
    content_hash = models.CharField("empreinte", max_length=64)
    outcome = models.CharField("verdict", max_length=12, choices=Outcome.choices)
    alert_count = models.PositiveSmallIntegerField("alertes", default=0)
    findings = models.JSONField("constats", default=list)
    request = models.ForeignKey(
        "funding.FundingRequest",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lines",
        verbose_name="dossier",
    )
    identifiers = ArrayField(models.CharField(max_length=80), verbose_name="identifiants")

    objects = DepositLineQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne de dépôt"
        verbose_name_plural = "lignes de dépôt"
        ordering = ["deposit", "index"]
        indexes = [GinIndex(fields=["identifiers"], name="deposit_line_identifiers")]
        constraints = [
            models.UniqueConstraint(fields=["deposit", "index"], name="deposit_line_once"),
            models.CheckConstraint(
                condition=Q(outcome="ko", request__isnull=True) & ~Q(findings=[])
                | Q(outcome__in=["integrated", "answered", "already"], request__isnull=False),
                name="deposit_line_verdict",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deposit_id} n° {self.index}"
