"""Proof on the first installations, before any balance request (PIL-001)."""

import pghistory
from django.db import models
from django.db.models import Q

from enrolment.models import Solution, Supplier
from orders.models import Order


@pghistory.track()
class PilotProof(models.Model):
    """A pilot report on an accepted order, or a training material, and its review."""

    class Kind(models.TextChoices):
        REPORT = "report", "PV pilote"
        TRAINING = "training", "Support de formation"

    class State(models.TextChoices):
        SUBMITTED = "submitted", "Transmis"
        COMPLIANT = "compliant", "Conforme"
        NOT_COMPLIANT = "not_compliant", "Non conforme"

    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="pilot_proofs", verbose_name="fournisseur"
    )
    solution = models.ForeignKey(
        Solution, models.PROTECT, related_name="pilot_proofs", verbose_name="solution"
    )
    kind = models.CharField("nature", max_length=20, choices=Kind.choices)
    order = models.ForeignKey(
        Order,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="pilot_proofs",
        verbose_name="bon de commande",
    )
    client_key = models.CharField("client", max_length=20, blank=True)
    signed_on = models.DateField("signé le", null=True, blank=True)
    state = models.CharField("état", max_length=20, choices=State.choices, default=State.SUBMITTED)
    reviewed_on = models.DateField("examiné le", null=True, blank=True)

    class Meta:
        verbose_name = "preuve de pilote"
        verbose_name_plural = "preuves de pilote"
        ordering = ["supplier", "solution", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "solution", "client_key"],
                condition=Q(kind="report") & ~Q(state="not_compliant"),
                name="pilot_client_once",
                violation_error_message="Chaque PV pilote vient d’un client différent (PIL-001).",
            ),
            models.CheckConstraint(
                condition=Q(kind="training")
                | Q(order__isnull=False, signed_on__isnull=False) & ~Q(client_key=""),
                name="pilot_report_has_order",
            ),
            models.CheckConstraint(
                condition=Q(state="submitted") | Q(reviewed_on__isnull=False),
                name="pilot_review_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} – {self.supplier} – {self.solution}"
