"""Named questions on suppliers, members and enrolments."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from enrolment.models import User


class SupplierQuerySet(models.QuerySet[Any]):
    """Suppliers."""

    def of_member(self, user: User, on: date) -> SupplierQuerySet:
        """The suppliers this user may act for on that day."""
        return self.filter(
            Q(memberships__expires_on__isnull=True) | Q(memberships__expires_on__gte=on),
            memberships__user=user,
        )

    def named(self, term: str) -> SupplierQuerySet:
        """The suppliers whose SIRET begins with the term, or whose name contains it."""
        digits = "".join(term.split())
        if digits.isdecimal():
            return self.filter(siret__startswith=digits)
        return self.filter(name__icontains=term.strip())


class MembershipQuerySet(models.QuerySet[Any]):
    """Memberships."""

    def in_force(self, on: date) -> MembershipQuerySet:
        """Memberships that have not expired on that day."""
        return self.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=on))


class EnrolmentQuerySet(models.QuerySet[Any]):
    """Enrolments."""

    def alive(self) -> EnrolmentQuerySet:
        """Every enrolment that was not refused."""
        return self.exclude(state="refused")
