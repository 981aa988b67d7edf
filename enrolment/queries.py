"""Named questions on suppliers, members and enrolments."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from enrolment.models import Supplier, User


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

    def of(self, supplier: Any) -> EnrolmentQuerySet:
        """The enrolments of a supplier."""
        return self.filter(supplier=supplier)

    def alive(self) -> EnrolmentQuerySet:
        """Every enrolment that was not refused."""
        return self.exclude(state="refused")


class DocumentQuerySet(models.QuerySet[Any]):
    """Supporting documents of enrolments."""

    def of(self, supplier: Any) -> DocumentQuerySet:
        """The documents of a supplier's enrolments."""
        return self.filter(enrolment__supplier=supplier)

    def current(self) -> DocumentQuerySet:
        """The last version of each."""
        return self.filter(replaced_at__isnull=True)

    def in_force(self) -> DocumentQuerySet:
        """The last accepted version of each: a renewal counts once it is accepted."""
        later = self.model._default_manager.filter(
            enrolment=OuterRef("enrolment"),
            kind=OuterRef("kind"),
            state="accepted",
            version__gt=OuterRef("version"),
        )
        # Versions are counted by (enrolment, kind, solution), where no solution is one value.
        later = later.annotate(about=Coalesce("solution", 0)).filter(
            about=Coalesce(OuterRef("solution"), 0)
        )
        return self.filter(~Exists(later), state="accepted")


class BankDetailsQuerySet(models.QuerySet[Any]):
    """Bank details."""

    def of(self, supplier: Any) -> BankDetailsQuerySet:
        """Those of a supplier."""
        return self.filter(supplier=supplier)

    def in_force(self, on: date) -> BankDetailsQuerySet:
        """Those that payments of that day may use, the latest first."""
        rows = self.filter(state="accepted", effective_on__lte=on)
        return rows.order_by("-effective_on", "-pk")

    def under_way(self) -> BankDetailsQuerySet:
        """Those that wait for the supplier or for ASP."""
        return self.filter(state__in=["proposed", "approved", "to_correct"])


class SpecimenQuerySet(models.QuerySet[Any]):
    """Layouts of documents."""

    def of(self, supplier: Supplier) -> SpecimenQuerySet:
        """The layouts of this supplier."""
        return self.filter(supplier=supplier)

    def unread(self) -> SpecimenQuerySet:
        """Those under review whose file no worker has read."""
        return self.filter(state="submitted", file__isnull=False, reading={})

    def in_force(self, on: date) -> SpecimenQuerySet:
        """Those declared compliant, on that day."""
        return self.filter(
            Q(compliant_until__isnull=True) | Q(compliant_until__gte=on),
            state="compliant",
            compliant_from__lte=on,
        )
