"""Named questions on mails, notifications, mandatory statements and the programme's numbers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
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


class ParameterQuerySet(models.QuerySet[Any]):
    """Numbers of the programme: a scheme's own wins over that of all schemes."""

    def numbers(self, scheme: str | None = None) -> dict[str, Decimal]:
        """The numbers that hold for a scheme (None: the general ones), by code."""
        rows = self.filter(Q(scheme=None) | Q(scheme=scheme))
        general_first = rows.order_by(models.F("scheme").asc(nulls_first=True), "code")
        return dict(general_first.values_list("code", "value"))

    def by_scheme(self, schemes: Iterable[str]) -> dict[str, dict[str, Decimal]]:
        """The numbers that hold for each of these schemes. One query."""
        own: dict[str | None, dict[str, Decimal]] = {}
        for scheme, code, value in self.order_by("pk").values_list("scheme", "code", "value"):
            own.setdefault(scheme, {})[code] = value
        return {scheme: own.get(None, {}) | own.get(scheme, {}) for scheme in schemes}

    def number(self, code: str, scheme: str | None = None) -> Decimal:
        """One number. Raises KeyError when the programme has none."""
        return self.filter(code=code).numbers(scheme)[code]


class ReasonQuerySet(models.QuerySet[Any]):
    """The coded reasons, by what they are given about."""

    def offered(self, subject: str) -> list[tuple[str, str]]:
        """Those that may be given today, as (code, label), in the officers' order."""
        rows = self.filter(subject=subject, is_active=True).order_by("order", "pk")
        return list(rows.values_list("code", "label"))

    def words(self, subject: str) -> dict[str, str]:
        """The labels of all, by code: one that no longer serves stays readable."""
        return dict(self.filter(subject=subject).order_by("pk").values_list("code", "label"))


class StatementQuerySet(models.QuerySet[Any]):
    """Mandatory statements of documents."""

    def binding(self, kind: str, scheme_id: str | None) -> StatementQuerySet:
        """Those that a document of this kind must carry on that scheme."""
        general = self.filter(kind=kind, is_active=True)
        return general.filter(Q(scheme=None) | Q(scheme=scheme_id)).order_by("order", "pk")
