"""The mandatory statements of each kind of document: the texts in blue of the ASP models."""

import re

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from segur_portal.common.enums import DocumentKind
from segur_portal.common.queries import StatementQuerySet

from .programme import Scheme


@pghistory.track()
class Statement(models.Model):
    """A text that every layout of a document must carry (domain page, sections 4 and 5).

    `pattern` is a regular expression looked for in the text of a layout, written in lower case
    without accents; the whole text is looked for when there is none. A code that the portal's own
    page does not place is printed with the other statements, at its end.
    """

    kind = models.CharField(
        "document",
        max_length=30,
        choices=[
            (DocumentKind.PURCHASE_ORDER.value, "Bon de commande"),
            (DocumentKind.PILOT_REPORT.value, "PV pilote"),
            (DocumentKind.MANDATE.value, "Mandat du représentant légal"),
            (DocumentKind.DISTRIBUTION_MANDATE.value, "Mandat de distribution"),
            (DocumentKind.ACCEPTANCE_REPORT.value, "Vérification d’aptitude"),
        ],
    )
    scheme = models.ForeignKey(
        Scheme,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="statements",
        verbose_name="dispositif",
        help_text="Vide : tous les dispositifs.",
    )
    code = models.CharField("code", max_length=40)
    text = models.TextField("texte exact")
    pattern = models.CharField(
        "motif de recherche",
        max_length=300,
        blank=True,
        help_text="Expression régulière, en minuscules et sans accents. Vide : le texte exact.",
    )
    is_active = models.BooleanField("exigée", default=True)
    source = models.CharField("source", max_length=300)
    order = models.PositiveSmallIntegerField("rang", default=0)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = "mention obligatoire"
        verbose_name_plural = "mentions obligatoires"
        ordering = ["kind", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "scheme", "code"],
                name="statement_once",
                nulls_distinct=False,
                violation_error_message="Ce code existe déjà pour ce document.",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z][a-z0-9_]*$"),
                name="statement_code",
                violation_error_message="Un code : des minuscules, des chiffres, des soulignés.",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="statement_has_text"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} : {self.code}"

    def clean(self) -> None:
        """Refuse a pattern that is not one."""
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValidationError({"pattern": f"Expression incorrecte : {error}."}) from error
