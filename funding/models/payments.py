"""Payment runs and their transfers: four eyes, nothing paid twice (domain page, section 7)."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enrolment.models import BankDetails, Supplier
from funding.queries import PaymentQuerySet
from funding.workflow import PAYMENT, PAYMENT_RUN
from segur_portal.common.models import StoredFile

from .requests import FundingRequest


@pghistory.track()
class PaymentRun(models.Model):
    """Accepted requests gathered for one payment file.

    Who prepares is not who approves: the database refuses it. The files are written once, when the
    run is approved; afterwards the same bytes are downloaded again. `downloaded_by` is the first
    who had the transfer file: from then on the bank may have it, and abandoning the run takes
    somebody else, `attested_by`, who answers for its never being executed.
    """

    state = models.CharField(
        "état", max_length=20, choices=PAYMENT_RUN.choices(), default="draft", editable=False
    )
    execution_on = models.DateField("exécution demandée le")
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="préparé par"
    )
    prepared_at = models.DateTimeField("préparé le")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="approuvé par",
    )
    approved_at = models.DateTimeField("approuvé le", null=True, blank=True)
    transmitted_at = models.DateTimeField("transmis le", null=True, blank=True)
    transfer_count = models.PositiveIntegerField("virements", default=0)
    total = models.DecimalField("total", max_digits=14, decimal_places=2, default=0)
    transfer_file = models.ForeignKey(
        StoredFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="fichier de virements (pain.001)",
    )
    slip_file = models.ForeignKey(
        StoredFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="bordereau (CSV)",
    )

    downloaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="fichier de virements téléchargé par",
    )
    downloaded_at = models.DateTimeField(
        "fichier de virements téléchargé le", null=True, blank=True
    )
    attested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="non-exécution attestée par",
    )

    class Meta:
        verbose_name = "lot de paiement"
        verbose_name_plural = "lots de paiement"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("prepared_by")),
                name="payment_run_four_eyes",
                violation_error_message="Celui qui prépare un lot n’est pas celui qui l’approuve.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "proposed", "cancelled"])
                | Q(
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                    transfer_file__isnull=False,
                    slip_file__isnull=False,
                ),
                name="payment_run_approved_has_files",
            ),
            models.CheckConstraint(condition=Q(total__gte=0), name="payment_run_total"),
            models.CheckConstraint(
                condition=Q(downloaded_by__isnull=True, downloaded_at__isnull=True)
                | Q(downloaded_by__isnull=False, downloaded_at__isnull=False),
                name="payment_run_download_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled")
                | Q(downloaded_by__isnull=True)
                | Q(attested_by__isnull=False) & ~Q(attested_by=F("downloaded_by")),
                name="payment_run_downloaded_is_attested",
                violation_error_message="Le fichier de ce lot a été téléchargé : une autre "
                "personne atteste que la banque ne l’exécutera pas.",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The run's number: also the message identifier of its file."""
        return f"LOT-{self.pk:07d}"


@pghistory.track()
class Payment(models.Model):
    """One transfer: an accepted request, to the bank account its supplier had when it was prepared.

    A request is in one live payment at most: nothing is paid twice, whoever asks and when.
    `is_refund` gives back what was paid back of a cancelled request whose transfer was returned:
    docs/decisions/0015.
    """

    run = models.ForeignKey(PaymentRun, models.PROTECT, related_name="payments", verbose_name="lot")
    request = models.ForeignKey(
        FundingRequest, models.PROTECT, related_name="payments", verbose_name="demande"
    )
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="payments", verbose_name="fournisseur"
    )
    account = models.ForeignKey(
        BankDetails, models.PROTECT, related_name="payments", verbose_name="compte"
    )
    state = models.CharField(
        "état", max_length=20, choices=PAYMENT.choices(), default="planned", editable=False
    )
    amount = models.DecimalField("montant", max_digits=12, decimal_places=2)
    is_refund = models.BooleanField("restitution", default=False, db_default=False)
    settled_on = models.DateField("réglé le", null=True, blank=True)
    bank_code = models.CharField("code de la banque", max_length=35, blank=True)
    is_account_refused = models.BooleanField(
        "compte refusé par la banque",
        default=False,
        db_default=False,
        help_text="Ce compte n’est plus payé avant d’être changé, ou déclaré bon.",
    )

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = "virement"
        ordering = ["run", "pk"]
        indexes = [
            models.Index(fields=["supplier", "state"], name="payment_by_supplier"),
            models.Index(
                fields=["account"],
                condition=Q(is_account_refused=True),
                name="payment_refused_account",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state__in=PAYMENT.live()),
                name="payment_request_once",
                violation_error_message="Cette demande est déjà dans un lot de paiement.",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(settled_on__isnull=False),
                name="payment_paid_has_date",
            ),
            models.CheckConstraint(
                condition=Q(is_account_refused=False) | Q(state__in=["rejected", "returned"]),
                name="payment_account_refused_by_the_bank",
            ),
        ]

    def __str__(self) -> str:
        return self.end_to_end_id

    @property
    def end_to_end_id(self) -> str:
        """What names the transfer at the bank, in and back."""
        return f"VIR-{self.pk:07d}"
