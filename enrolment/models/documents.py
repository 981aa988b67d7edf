"""The supporting documents of an enrolment, each version of them, and what was signed."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enrolment.queries import DocumentQuerySet
from enrolment.rules.documents import LABELS, Stage
from enrolment.workflow import DOCUMENT
from segur_portal.common.models import Reason, StoredFile

from .enrolments import Enrolment
from .solutions import Solution

# An officer's « to correct » has a coded reason and a text; nothing else has either.
EXPLAINED = Q(state="to_correct", reason__isnull=False) & ~Q(message="") | (
    ~Q(state="to_correct") & Q(reason__isnull=True, message="")
)


@pghistory.track()
class SupportingDocument(models.Model):
    """One version of a document of an enrolment (domain page, section 3).

    A version replaced by another stays, with what was said of it. The last accepted version is in
    force, even while its renewal is examined.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(
        Enrolment, models.PROTECT, related_name="documents", verbose_name="enrôlement"
    )
    kind = models.CharField(
        "document",
        max_length=30,
        choices=[(kind.value, label) for kind, label in LABELS.items()],
    )
    solution = models.ForeignKey(
        Solution,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
        verbose_name="solution",
    )
    version = models.PositiveSmallIntegerField("version", default=1)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="fichier")
    media_type = models.CharField("type", max_length=20)
    page_count = models.PositiveSmallIntegerField("pages", default=1)
    issued_on = models.DateField("établi le", null=True, blank=True)
    starts_on = models.DateField("à partir du", null=True, blank=True)
    expires_on = models.DateField("valable jusqu’au", null=True, blank=True)
    covers_osu = models.BooleanField(
        "prévoit le recours à l’habilitation OSU de l’éditeur", default=False
    )
    state = models.CharField(
        "état", max_length=20, choices=DOCUMENT.choices(), default="pending", editable=False
    )
    # The answers that it bears on, as they were when it was accepted (`rules.documents.proof_of`).
    proves = models.JSONField(
        "accepté pour",
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        editable=False,
    )
    reason = models.ForeignKey(
        Reason, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="motif"
    )
    message = models.TextField("message de l’ASP", blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="vérifié par",
    )
    reviewed_at = models.DateTimeField("vérifié le", null=True, blank=True)
    deposited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="déposé par"
    )
    deposited_at = models.DateTimeField("déposé le")
    replaced_at = models.DateTimeField("remplacé le", null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce d’enrôlement"
        verbose_name_plural = "pièces d’enrôlement"
        ordering = ["enrolment", "kind", "solution", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "kind", "solution", "version"],
                name="document_version_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["enrolment", "kind", "solution"],
                condition=Q(replaced_at__isnull=True),
                name="document_one_current",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=EXPLAINED,
                name="document_correction_is_explained",
                violation_error_message="Une correction demande un motif et une explication.",
            ),
            models.CheckConstraint(
                condition=Q(state="pending")
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="document_review_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(expires_on__isnull=True)
                | Q(expires_on__gte=F("starts_on")),
                name="document_dates",
            ),
        ]

    def __str__(self) -> str:
        about = f" – {self.solution}" if self.solution_id else ""
        return f"{self.get_kind_display()}{about}"


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Submission(models.Model):
    """What a supplier signed and sent, when: the ground of its receipt. Never changed."""

    enrolment = models.ForeignKey(
        Enrolment, models.PROTECT, related_name="submissions", verbose_name="enrôlement"
    )
    number = models.PositiveSmallIntegerField("rang")
    stage = models.CharField(
        "étape",
        max_length=10,
        choices=[(Stage.EARLY.value, "Anticipé"), (Stage.FINAL.value, "Définitif")],
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="certifié par"
    )
    signed_at = models.DateTimeField("certifié le")
    content = models.JSONField("contenu")

    class Meta:
        verbose_name = "transmission d’enrôlement"
        verbose_name_plural = "transmissions d’enrôlement"
        ordering = ["enrolment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "number"], name="submission_number_once")
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The reference that the receipt bears."""
        return f"ENR-{self.signed_at:%Y}-{self.enrolment_id:06d}-{self.number:02d}"
