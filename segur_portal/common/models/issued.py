"""Documents that the portal issues as PDF: receipts, decisions, notices, statements, models.

The row is written by the deed, in its transaction; a worker renders it once and stores the file.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from .audit import Sealed
from .files import StoredFile
from .programme import Scheme

# No sign that a reader may take for another (0 and O, 1, I and L, U and V).
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
MAX_ATTEMPTS = 5


class IssuedDocumentQuerySet(models.QuerySet[Any]):
    """Documents issued."""

    def addressed_to(self, siret: str) -> IssuedDocumentQuerySet:
        """Those of the supplier of this SIRET."""
        return self.filter(recipient_siret=siret)

    def about(self, subject: models.Model) -> IssuedDocumentQuerySet:
        """Those that speak of this object, the latest first."""
        found = self.filter(subject=subject._meta.label, subject_id=str(subject.pk))
        return found.order_by("-issued_at", "-pk")

    def waiting(self) -> IssuedDocumentQuerySet:
        """Those that no worker has rendered, and that are still worth trying."""
        return self.filter(file=None, attempts__lt=MAX_ATTEMPTS)


class IssuedDocument(models.Model):
    """One document: its reference and date, the code that proves it, what it says, its file.

    `subject` is `app_label.Model` and `subject_id` its primary key: what the document speaks of.
    `data` is what its page says, frozen when it was issued. `attached` is given to machines with
    the PDF. `version` tells apart several documents of one kind about one object.
    """

    class Kind(models.TextChoices):
        DEPOSIT_RECEIPT = "deposit_receipt", "Récépissé de dépôt"
        ACCEPTANCE = "acceptance", "Décision d’acceptation"
        CORRECTION = "correction", "Demande de correction"
        REFUSAL = "refusal", "Décision de refus"
        CANCELLATION = "cancellation", "Décision d’annulation"
        ADVANCE_NOTICE = "advance_notice", "Notification du montant de l’avance"
        BALANCE_NOTICE = "balance_notice", "Notification du montant du solde"
        RECOVERY = "recovery", "Ordre de recouvrement"
        PAYMENT_STATEMENT = "payment_statement", "Relevé de paiement"
        PAYMENT_SLIP = "payment_slip", "Bordereau de paiement"
        ENROLMENT_RECEIPT = "enrolment_receipt", "Récépissé d’enrôlement"
        MODEL = "model", "Modèle de document"

    sealed = Sealed(
        "issued_at",
        fields=(
            *("kind", "subject", "subject_id", "version", "reference", "code"),
            *("scheme", "recipient_siret", "data", "attached", "issued_at"),
        ),
    )

    kind = models.CharField("document", max_length=30, choices=Kind.choices)
    subject = models.CharField("objet", max_length=60)
    subject_id = models.CharField("identifiant", max_length=64)
    version = models.PositiveSmallIntegerField("version", default=1)
    reference = models.CharField("référence", max_length=40, unique=True)
    code = models.CharField("code de vérification", max_length=CODE_LENGTH, unique=True)
    scheme = models.ForeignKey(
        Scheme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="dispositif"
    )
    recipient_siret = models.CharField("SIRET du destinataire", max_length=14, blank=True)
    data = models.JSONField("contenu", default=dict, encoder=DjangoJSONEncoder)
    attached = models.JSONField("données jointes", null=True, blank=True, encoder=DjangoJSONEncoder)
    issued_at = models.DateTimeField("émis le")
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="fichier"
    )
    attempts = models.PositiveSmallIntegerField("tentatives", default=0)

    objects = IssuedDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "document émis"
        verbose_name_plural = "documents émis"
        ordering = ["-issued_at", "-pk"]
        indexes = [
            models.Index(fields=["recipient_siret", "-issued_at"], name="issued_by_recipient"),
            models.Index(fields=["issued_at"], condition=Q(file=None), name="issued_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject", "subject_id", "version"], name="issued_once"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=rf"^[{CODE_SIGNS}]{{{CODE_LENGTH}}}$"), name="issued_code"
            ),
            models.CheckConstraint(
                condition=Q(recipient_siret="") | Q(recipient_siret__regex=r"^\d{14}$"),
                name="issued_recipient_siret",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="issued_version"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"

    @property
    def written_code(self) -> str:
        """The code as it is printed: four groups of four signs."""
        return "-".join(self.code[at : at + 4] for at in range(0, CODE_LENGTH, 4))

    @property
    def file_name(self) -> str:
        """The name under which the PDF is kept."""
        return f"{self.reference}.pdf"


def new_code() -> str:
    """A code that nobody guesses: 78 bits from the system's generator."""
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
