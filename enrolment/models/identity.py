"""What the public registers say of a supplier."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import Q

from .people import Supplier


@pghistory.track()
class CompanyIdentity(models.Model):
    """The identity of a supplier in the State's registers (Sirene, BODACC), when it was read.

    Without `verified_at` it is « non vérifiée »: the registers did not answer, nothing is blocked,
    and a scheduled task asks again. `is_known` is None until they answered.
    """

    supplier = models.OneToOneField(
        Supplier, models.CASCADE, related_name="identity", verbose_name="fournisseur"
    )
    name = models.CharField("raison sociale au registre", max_length=200, blank=True)
    address = models.CharField("adresse", max_length=300, blank=True)
    legal_form = models.CharField("catégorie juridique", max_length=10, blank=True)
    activity = models.CharField("activité principale", max_length=10, blank=True)
    created_on = models.DateField("créée le", null=True, blank=True)
    is_known = models.BooleanField("connue du registre", null=True, blank=True)
    is_open = models.BooleanField("en activité", null=True, blank=True)
    announcements = models.JSONField("annonces du BODACC", default=list, blank=True)
    announcements_read_at = models.DateTimeField("BODACC lu le", null=True, blank=True)
    asked_at = models.DateTimeField("dernière interrogation", null=True, blank=True)
    verified_at = models.DateTimeField("vérifiée le", null=True, blank=True)
    failure = models.CharField("dernier échec", max_length=200, blank=True)

    class Meta:
        verbose_name = "identité au registre"
        verbose_name_plural = "identités au registre"
        ordering = ["supplier"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True) | Q(is_known__isnull=False),
                name="identity_verified_is_known_or_not",
            ),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True) | Q(asked_at__isnull=False),
                name="identity_verified_was_asked",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"Identité de {self.supplier_id}"
