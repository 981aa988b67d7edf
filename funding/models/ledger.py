"""The ledger: what is due, paid, returned and recovered, order by order. Written, never changed."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from enrolment.models import Supplier
from funding.enums import LedgerKind
from funding.queries import LedgerQuerySet
from funding.workflow import RECOVERY
from orders.models import Order
from segur_portal.common.models import Scheme, Sealed

from .payments import Payment
from .requests import FundingRequest


@pghistory.track()
class Recovery(models.Model):
    """A recovery order: what a supplier pays back of a cancelled request (section 7).

    Cancelled when the bank returns the transfer: what is not held is not paid back.
    """

    request = models.OneToOneField(
        FundingRequest, models.PROTECT, related_name="recovery", verbose_name="demande"
    )
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="recoveries", verbose_name="fournisseur"
    )
    state = models.CharField(
        "état", max_length=20, choices=RECOVERY.choices(), default="issued", editable=False
    )
    amount = models.DecimalField("montant", max_digits=12, decimal_places=2)
    recovered = models.DecimalField("recouvré", max_digits=12, decimal_places=2, default=0)
    issued_on = models.DateField("émis le")
    due_on = models.DateField("à rembourser avant le")

    class Meta:
        verbose_name = "ordre de recouvrement"
        verbose_name_plural = "ordres de recouvrement"
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, recovered__gte=0, recovered__lte=F("amount")),
                name="recovery_amounts",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["issued", "cancelled"], recovered__lt=F("amount"))
                | Q(state="recovered", recovered=F("amount")),
                name="recovery_state_is_the_amount",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The order's public number."""
        return f"REC-{self.pk:07d}"


class LedgerEntry(models.Model):
    """One line of the ledger; `amount` is positive, `kind` says which way it goes.

    The database refuses any change: an error is corrected by a line the other way.
    """

    sealed = Sealed("at")

    order = models.ForeignKey(
        Order, models.PROTECT, related_name="ledger", verbose_name="bon de commande"
    )
    request = models.ForeignKey(
        FundingRequest, models.PROTECT, related_name="ledger", verbose_name="demande"
    )
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="ledger", verbose_name="fournisseur"
    )
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="+", verbose_name="dispositif")
    kind = models.CharField("nature", max_length=20, choices=LedgerKind.choices)
    amount = models.DecimalField("montant", max_digits=12, decimal_places=2)
    at = models.DateTimeField("le")
    payment = models.ForeignKey(
        Payment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ledger",
        verbose_name="virement",
    )

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "écriture"
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["supplier", "at"], name="ledger_by_supplier")]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "kind"],
                condition=Q(kind__in=["due", "due_cancelled", "recovery_due"]),
                name="ledger_once_per_request",
            ),
            models.UniqueConstraint(
                fields=["payment", "kind"],
                condition=Q(payment__isnull=False),
                name="ledger_once_per_payment",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="ledger_amount_positive"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["paid", "returned", "recovery_cancelled"], payment__isnull=False
                )
                | Q(
                    kind__in=["due", "due_cancelled", "recovery_due", "recovered"],
                    payment__isnull=True,
                ),
                name="ledger_kind_has_payment",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} €"
