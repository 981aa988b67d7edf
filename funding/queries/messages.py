"""Named questions on messages: who reads what is decided here, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from enrolment.models import Supplier, User


class MessageQuerySet(models.QuerySet[Any]):
    """Messages between a supplier and the officers, about a request."""

    def of(self, supplier: Supplier) -> MessageQuerySet:
        """Those about the requests of this supplier."""
        return self.filter(request__supplier=supplier)

    def visible_to(self, agent: User) -> MessageQuerySet:
        """Those that an agent may read: an officer, on the schemes they are assigned to."""
        if agent.kind != "officer" or agent.is_superuser:
            return self if agent.is_staff else self.none()
        return self.filter(request__scheme__in=agent.assignments.values("scheme"))

    def awaiting(self, *, from_officer: bool) -> MessageQuerySet:
        """Those that asked for an answer and have none; from officers, or from suppliers."""
        return self.filter(
            expects_answer=True, answered_at__isnull=True, is_from_officer=from_officer
        )
