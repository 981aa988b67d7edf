"""Named questions on deposits and requests; supplier doors start from `of(supplier)`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from funding.workflow import REQUEST

if TYPE_CHECKING:
    from enrolment.models import Supplier


class DepositQuerySet(models.QuerySet[Any]):
    """Deposits."""

    def of(self, supplier: Supplier) -> DepositQuerySet:
        """The deposits of this supplier."""
        return self.filter(supplier=supplier)

    def waiting(self) -> DepositQuerySet:
        """Deposits that no worker has finished."""
        return self.filter(state__in=["received", "running"])

    def forgotten(self, before: datetime) -> DepositQuerySet:
        """Waiting deposits without a sign of life since `before`."""
        return self.waiting().filter(Q(heartbeat_at__lt=before) | Q(heartbeat_at__isnull=True))


class DepositLineQuerySet(models.QuerySet[Any]):
    """Lines of deposits."""

    def of(self, supplier: Supplier) -> DepositLineQuerySet:
        """The lines of this supplier's deposits."""
        return self.filter(deposit__supplier=supplier)


class FundingRequestQuerySet(models.QuerySet[Any]):
    """Funding requests."""

    def of(self, supplier: Supplier) -> FundingRequestQuerySet:
        """The requests of this supplier."""
        return self.filter(supplier=supplier)

    def live(self) -> FundingRequestQuerySet:
        """Requests that still hold what they claimed."""
        return self.filter(state__in=REQUEST.live())

    def in_progress(self) -> FundingRequestQuerySet:
        """Requests not decided yet."""
        return self.filter(
            state__in=["on_hold", "to_instruct", "in_instruction", "correction_requested"]
        )
