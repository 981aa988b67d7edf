"""Named questions on suppliers, members and enrolments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

from enrolment.rules.documents import DocumentKind
from enrolment.workflow import AMENDMENT, ASP, ENROLMENT

if TYPE_CHECKING:
    from enrolment.models import Supplier, User


class SupplierQuerySet(models.QuerySet[Any]):
    """Suppliers."""

    def of_member(self, user: User, on: date) -> SupplierQuerySet:
        """The suppliers this user may act for on that day."""
        return self.filter(
            Q(memberships__expires_on__isnull=True) | Q(memberships__expires_on__gte=on),
            memberships__user=user,
            memberships__suspended_at__isnull=True,
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
        """Memberships neither suspended nor expired on that day, which is still one of theirs."""
        not_expired = Q(expires_on__isnull=True) | Q(expires_on__gte=on)
        return self.filter(not_expired, suspended_at__isnull=True)

    def of(self, supplier: Any) -> MembershipQuerySet:
        """The members of a supplier, those whose rights ended included."""
        return self.filter(supplier=supplier)

    def administrators(self) -> MembershipQuerySet:
        """Those who manage the members, now: an administrator's rights have no end date."""
        return self.filter(is_administrator=True, suspended_at__isnull=True, user__is_active=True)


class InvitationQuerySet(models.QuerySet[Any]):
    """Invitations."""

    def of(self, supplier: Any) -> InvitationQuerySet:
        """Those of a supplier."""
        return self.filter(supplier=supplier)

    def pending(self) -> InvitationQuerySet:
        """Neither accepted nor cancelled; they may have expired."""
        return self.filter(accepted_at__isnull=True, cancelled_at__isnull=True)


class JoinRequestQuerySet(models.QuerySet[Any]):
    """Requests to act for an organisation."""

    def pending(self) -> JoinRequestQuerySet:
        """Confirmed by their author, not decided."""
        return self.filter(confirmed_at__isnull=False, decided_at__isnull=True)

    def waiting_for(self, supplier: Any) -> JoinRequestQuerySet:
        """Those that a supplier's administrators have to decide."""
        return self.pending().filter(siret=supplier.siret)


class EnrolmentQuerySet(models.QuerySet[Any]):
    """Enrolments."""

    def of(self, supplier: Any) -> EnrolmentQuerySet:
        """The enrolments of a supplier."""
        return self.filter(supplier=supplier)

    def alive(self) -> EnrolmentQuerySet:
        """Every enrolment that was not refused."""
        return self.exclude(state="refused")

    def validated(self) -> EnrolmentQuerySet:
        """Those validated, early or for good: the simulator and the templates are open."""
        return self.alive().exclude(early_validated_on=None, final_validated_on=None)

    def with_work(self) -> EnrolmentQuerySet:
        """With `has_change`, a change declared, and `has_renewal`, documents to verify."""
        changes = self._related("amendments").to_review().filter(enrolment=OuterRef("pk"))
        pieces = self._related("documents").to_verify().filter(enrolment=OuterRef("pk"))
        rows: EnrolmentQuerySet = self.annotate(
            has_change=Exists(changes),
            has_renewal=Case(
                When(state="final", then=Exists(pieces)),
                When(state="early", then=Exists(pieces.filter(version__gt=1))),
                default=Value(False),
            ),
        )
        return rows

    def to_examine(self) -> EnrolmentQuerySet:
        """Those in which an officer has something to do."""
        waiting = [name for name, state in ENROLMENT.states.items() if state.owner == ASP]
        rows: EnrolmentQuerySet = self.with_work().filter(
            Q(state__in=waiting) | Q(has_change=True) | Q(has_renewal=True)
        )
        return rows

    def _related(self, name: str) -> Any:
        return self.model._meta.get_field(name).related_model._default_manager


class AmendmentQuerySet(models.QuerySet[Any]):
    """Changes declared on validated enrolments."""

    def of(self, supplier: Any) -> AmendmentQuerySet:
        """Those of a supplier."""
        return self.filter(enrolment__supplier=supplier)

    def under_way(self) -> AmendmentQuerySet:
        """Neither decided nor given up."""
        return self.filter(state__in=AMENDMENT.live())

    def to_review(self) -> AmendmentQuerySet:
        """Those that wait for an officer."""
        return self.filter(state="submitted")

    def of_ours(self) -> AmendmentQuerySet:
        """Those that wait for their supplier."""
        rows = self.filter(state__in=["draft", "to_correct"])
        return rows.select_related("enrolment__scheme", "reason").order_by("state_since", "pk")


class DocumentQuerySet(models.QuerySet[Any]):
    """Supporting documents of enrolments."""

    def of(self, supplier: Any) -> DocumentQuerySet:
        """The documents of a supplier's enrolments."""
        return self.filter(enrolment__supplier=supplier)

    def current(self) -> DocumentQuerySet:
        """The last version of each."""
        return self.filter(replaced_at__isnull=True)

    def to_verify(self) -> DocumentQuerySet:
        """Those that an officer has to look at."""
        return self.current().filter(state="pending")

    def sent_back(self) -> DocumentQuerySet:
        """Those that their supplier has to deposit again, of enrolments already validated: the
        others are told with their whole enrolment."""
        rows = self.current().filter(state="to_correct", enrolment__state__in=["early", "final"])
        rows = rows.select_related("enrolment__scheme", "solution", "reason")
        return rows.order_by("reviewed_at", "pk")

    def in_force(self) -> DocumentQuerySet:
        """The version of each whose dates count: the last accepted, a renewal only once it is.

        Where none is accepted, the last sent back: it ends on its day as if nothing had been said
        of it, and what an officer finds wrong in a document that ended gives nothing back.
        """
        same = self.model._default_manager.filter(
            enrolment=OuterRef("enrolment"), kind=OuterRef("kind")
        )
        # Versions are counted by (enrolment, kind, solution), where no solution is one value.
        same = same.annotate(about=Coalesce("solution", 0)).filter(
            about=Coalesce(OuterRef("solution"), 0)
        )
        accepted = same.filter(state="accepted")
        later = Q(version__gt=OuterRef("version"))
        return self.filter(
            Q(~Exists(accepted.filter(later)), state="accepted")
            | Q(
                ~Exists(accepted),
                ~Exists(same.filter(later, state="to_correct")),
                state="to_correct",
            )
        )

    def accepted_mandates(self, solutions: Iterable[int]) -> DocumentQuerySet:
        """Every distribution mandate accepted for these solutions, replaced ones included: each
        keeps the days it runs (ENR-003)."""
        mandates = self.filter(kind=DocumentKind.DISTRIBUTION_MANDATE, state="accepted")
        return mandates.filter(solution__in=list(solutions)).order_by("pk")

    def mandates_for(self, solution: int) -> DocumentQuerySet:
        """The distribution mandates for a solution that count or may come to count: every one
        accepted, and the one that waits for an officer; the latest first."""
        counts = Q(state="accepted") | Q(state="pending", replaced_at__isnull=True)
        mandates = self.filter(counts, kind=DocumentKind.DISTRIBUTION_MANDATE, solution=solution)
        return mandates.select_related("enrolment", "reviewed_by").order_by("-deposited_at", "-pk")


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


class ApiTokenQuerySet(models.QuerySet[Any]):
    """Keys of the API."""

    def of(self, supplier: Supplier) -> ApiTokenQuerySet:
        """The keys of this supplier."""
        return self.filter(supplier=supplier)

    def usable(self, on: date) -> ApiTokenQuerySet:
        """Keys that open the API on that day."""
        return self.filter(revoked_at__isnull=True, expires_on__gte=on)
