"""Proof on the first installations, before any balance request (PIL-001)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from enrolment.models import Solution, Supplier
from orders.models import Order
from pilots.enums import ProofKind
from pilots.queries import PilotProofQuerySet
from pilots.workflow import PROOF
from segur_portal.common.enums import ReasonSubject
from segur_portal.common.models import StoredFile


# What the portal read of the file is written once beside it: the history holds what may change.
@pghistory.track(exclude=["findings", "pages"])
class PilotProof(models.Model):
    """A pilot report on an accepted order, or a training material, and its review.

    `findings` are what the rules DOC say of the file; `pages` where each mandatory statement was
    read; `checked` what the officer ticked. `answer` is read by the supplier.
    """

    class Kind(models.TextChoices):
        REPORT = ProofKind.REPORT.value, "PV pilote"
        TRAINING = ProofKind.TRAINING.value, "Support de formation"

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
    client_key = models.CharField("identifiant du client", max_length=20, blank=True)
    client_name = models.CharField("client", max_length=150, blank=True)
    label = models.CharField("intitulé", max_length=120, blank=True)
    signed_on = models.DateField("signé le", null=True, blank=True)
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="fichier"
    )
    findings = models.JSONField("constats", default=list, blank=True)
    pages = models.JSONField("mentions lues", default=dict, blank=True)
    checked = models.JSONField("points vérifiés", default=list, blank=True)
    state = models.CharField(
        "état", max_length=20, choices=PROOF.choices(), default="submitted", editable=False
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="transmis par",
    )
    submitted_at = models.DateTimeField("transmis le", null=True, blank=True)
    reviewed_on = models.DateField("examiné le", null=True, blank=True)
    reason_code = models.CharField("motif", max_length=40, blank=True)
    answer = models.TextField("réponse", blank=True)

    # The list of reasons of each code: it is read in words.
    coded = {"reason_code": ReasonSubject.PILOT.value}

    objects = PilotProofQuerySet.as_manager()

    class Meta:
        verbose_name = "preuve de pilote"
        verbose_name_plural = "preuves de pilote"
        ordering = ["supplier", "solution", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "solution", "client_key"],
                condition=Q(kind="report", state__in=PROOF.live()),
                name="pilot_client_once",
                violation_error_message="Chaque PV pilote vient d’un client différent (PIL-001).",
            ),
            models.CheckConstraint(
                condition=Q(kind="training")
                | Q(order__isnull=False, signed_on__isnull=False) & ~Q(client_key=""),
                name="pilot_report_has_order",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["submitted", "withdrawn"]) | Q(reviewed_on__isnull=False),
                name="pilot_review_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["to_correct", "not_compliant"]) | ~Q(answer=""),
                name="pilot_refusal_is_explained",
                violation_error_message="Une correction ou un refus dit pourquoi.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def number(self) -> str:
        """The proof's public number."""
        return f"PIL-{self.pk:06d}"

    @property
    def title(self) -> str:
        """What it is about: its client, or the name of the material."""
        return self.client_name or self.label or self.client_key or self.get_kind_display()
