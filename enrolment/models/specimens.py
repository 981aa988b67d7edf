"""The layouts of documents that suppliers have had reviewed (domain page, section 4)."""

from __future__ import annotations

from typing import Any

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from enrolment.enums import SpecimenKind
from enrolment.queries import SpecimenQuerySet
from enrolment.workflow import SPECIMEN
from segur_portal.common.models import Scheme, StoredFile

from .people import Supplier


@pghistory.track(exclude=["reading"])
class Specimen(models.Model):
    """A supplier's own layout of a document, as reviewed by an officer (section 4, ENR-005).

    `number` and `version` are its passport, cited by orders. `reading` is what the portal read:
    `{"is_read", "faults", "has_text", "page_count", "pages": {code: [page]}}`. `missing` are the
    statements an officer did not find, as they were then: `[{"code", "text"}]`.
    """

    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="specimens", verbose_name="fournisseur"
    )
    scheme = models.ForeignKey(
        Scheme, models.PROTECT, related_name="specimens", verbose_name="dispositif"
    )
    kind = models.CharField("document", max_length=30, choices=SpecimenKind.choices)
    label = models.CharField("libellé", max_length=100)
    number = models.CharField("numéro", max_length=20, blank=True)
    version = models.PositiveSmallIntegerField("version", default=1)
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="fichier"
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
    state = models.CharField(
        "état", max_length=20, choices=SPECIMEN.choices(), default="submitted", editable=False
    )
    reading = models.JSONField("lecture automatique", default=dict, blank=True)
    missing = models.JSONField("mentions absentes", default=list, blank=True)
    answer = models.TextField("réponse", blank=True)
    compliant_from = models.DateField("conforme à partir du", null=True, blank=True)
    compliant_until = models.DateField("conforme jusqu’au", null=True, blank=True)

    objects = SpecimenQuerySet.as_manager()

    class Meta:
        verbose_name = "modèle de document"
        verbose_name_plural = "modèles de documents"
        ordering = ["supplier", "scheme", "kind"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="compliant") | Q(compliant_from__isnull=False),
                name="specimen_compliant_has_date",
            ),
            models.UniqueConstraint(
                fields=["number", "version"], condition=~Q(number=""), name="specimen_passport_once"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="specimen_version"),
            models.CheckConstraint(
                condition=Q(compliant_until__isnull=True)
                | Q(compliant_until__gte=models.F("compliant_from")),
                name="specimen_ends_after_start",
                violation_error_message="La fin de validité suit son début.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label}"

    @property
    def passport(self) -> str:
        """`MOD-2026-0001 v1`."""
        return f"{self.number} v{self.version}" if self.number else ""

    @property
    def is_read(self) -> bool:
        """Whether a worker has read the file."""
        return bool(self.reading.get("is_read"))

    @property
    def faults(self) -> list[dict[str, Any]]:
        """What is wrong in the file itself, in French, with what to do."""
        found: list[dict[str, Any]] = self.reading.get("faults", [])
        return found
