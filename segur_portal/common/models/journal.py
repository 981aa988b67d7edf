"""The business journal: who did what, when, from which state to which, and why."""

from django.conf import settings
from django.db import models

from .audit import Sealed


class JournalEntry(models.Model):
    """One deed on one business object, written in the deed's own transaction.

    `subject` is `app_label.Model` and `subject_id` its primary key: the journal outlives what it
    speaks of, so it holds no foreign key to it. `public` entries are shown to the supplier. A
    `is_coded` deed is a decision: it has a reason of the list and a text, never one alone.
    """

    sealed = Sealed("at")

    subject = models.CharField("objet", max_length=60)
    subject_id = models.CharField("identifiant", max_length=40)
    at = models.DateTimeField("le")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="par",
        help_text="Vide : le portail lui-même.",
    )
    verb = models.CharField("action", max_length=60)
    source = models.CharField("état de départ", max_length=40, blank=True)
    target = models.CharField("état d’arrivée", max_length=40, blank=True)
    reason_code = models.CharField("motif", max_length=40, blank=True)
    note = models.TextField("texte", blank=True)
    data = models.JSONField("détails", default=dict, blank=True)
    is_coded = models.BooleanField("motif codé exigé", default=False, db_default=False)
    is_public = models.BooleanField("visible du fournisseur", default=True)

    class Meta:
        verbose_name = "entrée du journal"
        verbose_name_plural = "journal"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["subject", "subject_id", "at"], name="journal_by_subject")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reason_code="") | ~models.Q(note=""),
                name="journal_reason_has_text",
                violation_error_message="Un motif codé demande un texte.",
            ),
            models.CheckConstraint(
                condition=models.Q(is_coded=False) | ~models.Q(reason_code="") & ~models.Q(note=""),
                name="journal_decision_has_reason",
                violation_error_message="Une décision demande un motif codé et un texte.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id} : {self.verb}"
