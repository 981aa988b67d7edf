"""Named questions on mails, notifications and mandatory statements."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q


class MailQuerySet(models.QuerySet[Any]):
    """Mails to send."""

    def due(self, at: datetime) -> MailQuerySet:
        """The mails whose next attempt has come, the oldest first."""
        return self.filter(next_attempt_at__lte=at).order_by("pk")


class NotificationQuerySet(models.QuerySet[Any]):
    """Notifications."""

    def of(self, user: Any) -> NotificationQuerySet:
        """Those of one person, who sees no other."""
        return self.filter(user=user)

    def unread(self) -> NotificationQuerySet:
        """Those not read yet."""
        return self.filter(read_at__isnull=True)

    def for_digest(self) -> NotificationQuerySet:
        """Those that wait for the morning's summary and were not read meanwhile."""
        return self.filter(is_for_digest=True, read_at__isnull=True)


class StatementQuerySet(models.QuerySet[Any]):
    """Mandatory statements of documents."""

    def binding(self, kind: str, scheme_id: str | None) -> StatementQuerySet:
        """Those that a document of this kind must carry on that scheme."""
        general = self.filter(kind=kind, is_active=True)
        return general.filter(Q(scheme=None) | Q(scheme=scheme_id)).order_by("order", "pk")
