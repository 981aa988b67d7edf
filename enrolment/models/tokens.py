"""Keys by which a supplier's own software calls the API."""

from __future__ import annotations

from datetime import date

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from enrolment.enums import TokenRole
from enrolment.queries import ApiTokenQuerySet

from .people import Supplier


@pghistory.track(exclude=["digest", "last_used_at"])
class ApiToken(models.Model):
    """A key of an organisation, not of a person. Only the SHA-256 of its secret is kept; `prefix`
    is what people recognise it by."""

    supplier = models.ForeignKey(
        Supplier, models.PROTECT, related_name="api_tokens", verbose_name="fournisseur"
    )
    name = models.CharField("usage", max_length=80)
    role = models.CharField("droits", max_length=20, choices=TokenRole.choices)
    prefix = models.CharField("début", max_length=12, unique=True)
    digest = models.CharField("empreinte", max_length=64, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="créée par"
    )
    created_at = models.DateTimeField("créée le")
    expires_on = models.DateField("valable jusqu’au (inclus)")
    last_used_at = models.DateTimeField("dernier appel", null=True, blank=True)
    revoked_at = models.DateTimeField("révoquée le", null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "clé d’API"
        verbose_name_plural = "clés d’API"
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["supplier", "-created_at"], name="api_token_by_supplier")]
        constraints = [
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="api_token_digest"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(revoked_at__gte=models.F("created_at")),
                name="api_token_revoked_after_creation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_usable(self, on: date) -> bool:
        """Whether it opens the API on that day."""
        return self.revoked_at is None and on <= self.expires_on
