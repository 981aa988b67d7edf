"""The queues of an officer: questions on requests, for the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from funding.workflow import AT_ASP, WITH_SUPPLIER


class DeskQuerySet(models.QuerySet[Any]):
    """What an officer has to do, and in which order."""

    def in_schemes(self, schemes: Iterable[Any]) -> Self:
        """Requests of these schemes, given by their codes or by a query."""
        return self.filter(scheme__in=schemes)

    def to_take(self) -> Self:
        """Nobody's files that wait for their instruction."""
        return self.filter(state="to_instruct", assigned_to__isnull=True)

    def on_desk_of(self, officer: Any) -> Self:
        """The officer's own files that are at ASP."""
        return self.filter(assigned_to=officer, state__in=AT_ASP)

    def with_supplier(self, officer: Any) -> Self:
        """Files of the officer, or of nobody, that wait for their supplier."""
        own = Q(assigned_to=officer) | Q(assigned_to__isnull=True)
        return self.filter(own, state__in=WITH_SUPPLIER)

    def pressing(self, officer: Any, limits: Mapping[str, timedelta], now: datetime) -> Self:
        """The officer's files, and nobody's, whose clock is past its warning in their scheme.

        `limits`: by scheme, how long a file may be at ASP before it is pressing.
        """
        late = Q(pk__in=[])
        for scheme, limit in limits.items():
            late |= Q(scheme=scheme, received_at__lte=now - limit - F("waited"))
        own = Q(assigned_to=officer) | Q(assigned_to__isnull=True)
        return self.filter(late, own, state__in=AT_ASP)

    def oldest_first(self) -> Self:
        """In the order in which they arrived."""
        return self.order_by("received_at", "pk")


class CorrectionQuerySet(models.QuerySet[Any]):
    """Corrections."""

    def pending(self) -> Self:
        """Asked and not answered."""
        return self.filter(answered_at__isnull=True)
