"""A person's own calendar address: what it opens is only dates, and it can be closed."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q


@pghistory.track(exclude=["digest"])
class CalendarFeed(models.Model):
    """The secret address of a person's deadlines; only the SHA-256 of its secret is kept."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="calendar_feed",
        verbose_name="personne",
    )
    digest = models.CharField("empreinte", max_length=64, unique=True)
    created_at = models.DateTimeField("créée le")

    class Meta:
        verbose_name = "adresse de calendrier"
        verbose_name_plural = "adresses de calendrier"
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="feed_digest")
        ]

    def __str__(self) -> str:
        return f"Calendrier de {self.user}"
