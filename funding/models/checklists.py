"""What an officer checks in a request: the points are data, the ticks are each request's own."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from funding.enums import KindChoice, Part
from segur_portal.common.models import Scheme

from .requests import FundingRequest


@pghistory.track()
class ChecklistItem(models.Model):
    """A point to check. Without a scheme or a kind it holds for all.

    `part` is what it looks at: a tick holds as long as that part of the request stays the same.
    """

    # What makes a row the same row in the programme as shipped.
    identity = ("scheme_id", "kind", "label")

    scheme = models.ForeignKey(
        Scheme,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="dispositif",
        help_text="Vide : tous les dispositifs.",
    )
    kind = models.CharField(
        "demande",
        max_length=10,
        choices=KindChoice.choices,
        blank=True,
        help_text="Vide : avances et soldes.",
    )
    label = models.CharField("point à vérifier", max_length=150)
    help_text = models.CharField("où regarder", max_length=300, blank=True)
    part = models.CharField(
        "porte sur",
        max_length=20,
        choices=Part.choices,
        default=Part.WHOLE,
        help_text="La coche tombe quand le fournisseur change cette partie de la demande.",
    )
    order = models.PositiveSmallIntegerField("rang", default=0)
    is_active = models.BooleanField("proposé", default=True)

    class Meta:
        verbose_name = "point de contrôle"
        verbose_name_plural = "points de contrôle"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "kind", "label"],
                name="checklist_item_once",
                nulls_distinct=False,
                violation_error_message="Ce point existe déjà pour ce dispositif.",
            ),
            models.CheckConstraint(condition=~Q(label=""), name="checklist_item_has_label"),
        ]

    def __str__(self) -> str:
        return self.label


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ChecklistTick(models.Model):
    """A point found right in a request; `digest` is that of the part that was looked at."""

    request = models.ForeignKey(
        FundingRequest, models.CASCADE, related_name="ticks", db_index=False, verbose_name="demande"
    )
    item = models.ForeignKey(
        ChecklistItem, models.PROTECT, related_name="+", verbose_name="point de contrôle"
    )
    ticked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="coché par"
    )
    ticked_at = models.DateTimeField("coché le")
    digest = models.CharField("empreinte de la partie vue", max_length=64)

    class Meta:
        verbose_name = "coche"
        ordering = ["request", "item"]
        constraints = [
            models.UniqueConstraint(fields=["request", "item"], name="checklist_tick_once")
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.item_id}"
