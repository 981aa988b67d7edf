"""Named questions on disputes: a party reaches its own side, never the other's."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from funding.workflow import DISPUTE

if TYPE_CHECKING:
    from enrolment.models import Supplier

# What the holder of the order never hears of: nothing was opened against it.
_UNKNOWN_TO_HOLDER = ("contested", "dismissed")


class DisputeQuerySet(models.QuerySet[Any]):
    """Disputes."""

    def of(self, supplier: Supplier) -> DisputeQuerySet:
        """Those of this supplier: it contested, or its order is contested and it was asked."""
        asked = Q(holder=supplier, opened_at__isnull=False) & ~Q(state__in=_UNKNOWN_TO_HOLDER)
        return self.filter(Q(challenger=supplier) | asked)

    def live(self) -> DisputeQuerySet:
        """Those not decided yet."""
        return self.filter(state__in=DISPUTE.live())

    def awaiting(self, supplier: Supplier) -> DisputeQuerySet:
        """Open ones that this supplier has not answered since they were opened."""
        parts = self.model._meta.get_field("parts").related_model._default_manager
        said = parts.of(supplier).filter(dispute=OuterRef("pk"), said_at__gte=OuterRef("opened_at"))
        return self.of(supplier).filter(~Exists(said), state="open")

    def overdue(self, today: date) -> DisputeQuerySet:
        """Open ones whose time to answer is over."""
        return self.filter(state="open", due_on__lt=today)


class DisputePartQuerySet(models.QuerySet[Any]):
    """What the parties said."""

    def of(self, supplier: Supplier) -> DisputePartQuerySet:
        """What this supplier said, and nothing of the other."""
        return self.filter(supplier=supplier)
