"""Software solutions, their referencing by ANS, the distributors declared for them."""

import pghistory
from django.db import models
from django.db.models import F, Q

from segur_portal.common.models import Scheme

from .people import Supplier


@pghistory.track()
class Solution(models.Model):
    """A version of a software solution; ANS records its referencing Vague 2 (ENR-002)."""

    scheme = models.ForeignKey(
        Scheme, models.PROTECT, related_name="solutions", verbose_name="dispositif"
    )
    editor = models.ForeignKey(
        Supplier, models.PROTECT, related_name="solutions", verbose_name="éditeur"
    )
    name = models.CharField("nom", max_length=100)
    version = models.CharField("version", max_length=30)
    reference_number = models.CharField("numéro de référencement", max_length=50, blank=True)
    file_submitted_on = models.DateField("dossier complet soumis à l’ANS le", null=True, blank=True)
    referenced_on = models.DateField("référencée le", null=True, blank=True)

    class Meta:
        verbose_name = "solution"
        ordering = ["scheme", "name", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "editor", "name", "version"],
                name="solution_version_once",
                violation_error_message="L’éditeur a déjà une solution de ce nom et de cette "
                "version sur ce dispositif.",
            ),
            models.UniqueConstraint(
                fields=["scheme", "reference_number"],
                condition=~Q(reference_number=""),
                name="solution_reference_number_once",
                violation_error_message="Ce numéro de référencement est celui d’une autre "
                "solution de ce dispositif.",
            ),
            models.CheckConstraint(
                condition=Q(referenced_on__isnull=True)
                | Q(file_submitted_on__isnull=False, referenced_on__gte=F("file_submitted_on"))
                & ~Q(reference_number=""),
                name="solution_referenced_after_file",
                violation_error_message=(
                    "Une solution référencée a un numéro et une date de dossier complet."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@pghistory.track()
class Distribution(models.Model):
    """A distributor declared to ANS for a solution, and the editor's mandate it holds (ENR-003).

    `covers_osu`: the mandate says explicitly that the distributor relies on the editor's OSU.
    """

    solution = models.ForeignKey(
        Solution, models.CASCADE, related_name="distributions", verbose_name="solution"
    )
    distributor = models.ForeignKey(
        Supplier, models.PROTECT, related_name="distributions", verbose_name="distributeur"
    )
    declared_on = models.DateField("déclaré à l’ANS le", null=True, blank=True)
    mandate_accepted_on = models.DateField("mandat accepté le", null=True, blank=True)
    mandate_starts_on = models.DateField("mandat : à partir du", null=True, blank=True)
    mandate_ends_on = models.DateField("mandat : jusqu’au", null=True, blank=True)
    covers_osu = models.BooleanField("s’appuie sur l’habilitation OSU de l’éditeur", default=False)

    class Meta:
        verbose_name = "distribution"
        ordering = ["solution", "distributor"]
        constraints = [
            models.UniqueConstraint(fields=["solution", "distributor"], name="distribution_once"),
            models.CheckConstraint(
                condition=Q(mandate_ends_on__isnull=True)
                | Q(mandate_starts_on__isnull=False, mandate_ends_on__gte=F("mandate_starts_on")),
                name="distribution_mandate_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.distributor} distribue {self.solution}"
