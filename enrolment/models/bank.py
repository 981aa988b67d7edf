"""The bank details of a supplier: typed once, encrypted at rest, changed by two persons."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enrolment.queries import BankDetailsQuerySet
from enrolment.workflow import BANK
from segur_portal.common.encryption import decrypt
from segur_portal.common.models import Reason

from .documents import EXPLAINED
from .people import Supplier

IBAN_CONTEXT = "enrolment.bankdetails:{key}:iban"


@pghistory.track()
class BankDetails(models.Model):
    """One version of the bank details of a supplier. Payments use the one in force on their day.

    The IBAN is encrypted for this row only; `iban_index` finds the same IBAN used elsewhere and
    `iban_end` is all that screens show. A change (`replaces`) is approved by one officer,
    confirmed by another, and waits for its `effective_on`.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="bank_details", verbose_name="fournisseur"
    )
    holder = models.CharField("titulaire du compte", max_length=70)
    iban_encrypted = models.TextField("IBAN chiffré", editable=False)
    iban_index = models.CharField("empreinte de l’IBAN", max_length=64, editable=False)
    iban_end = models.CharField("fin de l’IBAN", max_length=4, editable=False)
    bic = models.CharField("BIC", max_length=11)
    state = models.CharField(
        "état", max_length=20, choices=BANK.choices(), default="proposed", editable=False
    )
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="remplace"
    )
    reason = models.ForeignKey(
        Reason, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="motif"
    )
    message = models.TextField("message de l’ASP", blank=True)
    typed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="saisi par"
    )
    typed_at = models.DateTimeField("saisi le")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="approuvé par",
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="confirmé par",
    )
    effective_on = models.DateField("utilisable à partir du", null=True, blank=True)

    # Never shown, even in the history.
    secrets = ("iban_encrypted", "iban_index")

    objects = BankDetailsQuerySet.as_manager()

    class Meta:
        verbose_name = "coordonnées bancaires"
        verbose_name_plural = "coordonnées bancaires"
        ordering = ["supplier", "-pk"]
        indexes = [models.Index(fields=["iban_index"], name="bank_details_same_iban")]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier"],
                condition=Q(state__in=["proposed", "approved", "to_correct"]),
                name="bank_details_one_under_way",
            ),
            models.CheckConstraint(
                condition=EXPLAINED,
                name="bank_details_correction_is_explained",
                violation_error_message="Une correction demande un motif et une explication.",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted")
                | Q(approved_by__isnull=False, effective_on__isnull=False),
                name="bank_details_accepted_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted")
                | Q(replaces__isnull=True)
                | Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("approved_by")),
                name="bank_details_change_by_two_persons",
                violation_error_message="Un changement d’IBAN demande deux agents différents.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier} – {self.masked}"

    @property
    def masked(self) -> str:
        """What screens show of the IBAN."""
        return f"•••• {self.iban_end}"

    @property
    def public_state(self) -> str:
        """Its state in the supplier's wording."""
        return BANK.states[self.state].public

    def iban(self) -> str:
        """The IBAN in clear, for a payment or an officer who compares it. Raises
        DecryptionError."""
        return decrypt(self.iban_encrypted, context=IBAN_CONTEXT.format(key=self.key))
