"""Named questions on the base, orders and claims."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from enrolment.models import Supplier


class EligibleClientQuerySet(models.QuerySet[Any]):
    """Lines of the eligible-clients base."""

    def current(self) -> EligibleClientQuerySet:
        """The lines of the version in force."""
        return self.filter(valid_to__isnull=True)

    def at_version(self, scheme: str, version: int) -> EligibleClientQuerySet:
        """The lines as they stood at a version of a scheme's base."""
        return self.filter(scheme=scheme, valid_from__lte=version).exclude(valid_to__lte=version)


class OrderQuerySet(models.QuerySet[Any]):
    """Purchase orders."""

    def of(self, supplier: Supplier) -> OrderQuerySet:
        """The orders of this supplier."""
        return self.filter(supplier=supplier)


class ClaimQuerySet(models.QuerySet[Any]):
    """Claims."""

    def live(self) -> ClaimQuerySet:
        """Claims that still hold."""
        return self.filter(released_at__isnull=True)

    def of_orders(self, order_ids: Iterable[int]) -> ClaimQuerySet:
        """Claims of these orders."""
        return self.filter(order_id__in=list(order_ids))
