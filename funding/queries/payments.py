"""Named questions on payments and the ledger."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, DecimalField, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from funding.enums import LedgerKind

if TYPE_CHECKING:
    from enrolment.models import Supplier

_MONEY: DecimalField[Any, Any] = DecimalField(max_digits=14, decimal_places=2)
_ZERO = Value(Decimal("0.00"), output_field=_MONEY)


class PaymentQuerySet(models.QuerySet[Any]):
    """Transfers."""

    def of(self, supplier: Supplier) -> PaymentQuerySet:
        """The transfers to this supplier that are, or were, at the bank."""
        return self.filter(supplier=supplier).exclude(state__in=["planned", "withdrawn"])

    def giving_back(self, supplier: Supplier) -> PaymentQuerySet:
        """The transfers in preparation that give this supplier back what it paid back in vain."""
        return self.filter(supplier=supplier, is_refund=True, state="planned")

    def pending(self) -> PaymentQuerySet:
        """Transfers whose outcome is awaited."""
        return self.filter(state__in=["planned", "sent"])

    def on_refused_accounts(self) -> PaymentQuerySet:
        """Transfers that a bank refused on account of the account itself, which stays refused."""
        return self.filter(is_account_refused=True)

    def by_scheme(self) -> models.QuerySet[Any, dict[str, Any]]:
        """Number and total by scheme, live transfers only."""
        live = self.exclude(state__in=["withdrawn", "rejected", "returned"])
        counted = live.order_by().values(scheme=F("request__scheme"))
        return counted.annotate(count=models.Count("pk"), total=Sum("amount")).order_by("scheme")  # type: ignore[no-any-return]

    def by_supplier(self) -> models.QuerySet[Any, dict[str, Any]]:
        """Number and total by supplier, live transfers only."""
        live = self.exclude(state__in=["withdrawn", "rejected", "returned"])
        counted = live.order_by().values("supplier", name=F("supplier__name"))
        return counted.annotate(count=models.Count("pk"), total=Sum("amount")).order_by("name")  # type: ignore[no-any-return]


def _sum(*kinds: LedgerKind) -> Coalesce:
    return Coalesce(Sum("amount", filter=Q(kind__in=kinds)), _ZERO, output_field=_MONEY)


def _difference(plus: LedgerKind, minus: LedgerKind) -> Coalesce:
    signed = Case(
        When(kind=plus, then=F("amount")),
        When(kind=minus, then=-F("amount")),
        default=_ZERO,
        output_field=_MONEY,
    )
    return Coalesce(Sum(signed), _ZERO, output_field=_MONEY)


class LedgerQuerySet(models.QuerySet[Any]):
    """Entries of the ledger."""

    def of(self, supplier: Supplier) -> LedgerQuerySet:
        """The entries of this supplier."""
        return self.filter(supplier=supplier)

    def totals(self, *by: str) -> models.QuerySet[Any, dict[str, Any]]:
        """Due, paid, to be recovered and recovered, grouped by these fields.

        `entitled` = due − cancelled; `paid` = paid − returned; `claimed` = recovery orders less
        those cancelled. What is still to be paid is `entitled − (paid − claimed)`, never negative.
        """
        grouped = self.order_by().values(*by)
        return grouped.annotate(  # type: ignore[no-any-return]
            entitled=_difference(LedgerKind.DUE, LedgerKind.DUE_CANCELLED),
            paid=_difference(LedgerKind.PAID, LedgerKind.RETURNED),
            claimed=_difference(LedgerKind.RECOVERY_DUE, LedgerKind.RECOVERY_CANCELLED),
            recovered=_sum(LedgerKind.RECOVERED),
        ).order_by(*by)

    def still_to_pay(self, *by: str) -> models.QuerySet[Any, dict[str, Any]]:
        """What is still to be paid, grouped by these fields: one value a row, for a subquery."""
        return self.totals(*by).values(to_pay=F("entitled") - F("paid") + F("claimed"))

    def balance(self) -> dict[str, Decimal]:
        """The same totals over all these entries, and what remains to be paid and recovered."""
        sums: dict[str, Decimal] = self.aggregate(
            entitled=_difference(LedgerKind.DUE, LedgerKind.DUE_CANCELLED),
            paid=_difference(LedgerKind.PAID, LedgerKind.RETURNED),
            claimed=_difference(LedgerKind.RECOVERY_DUE, LedgerKind.RECOVERY_CANCELLED),
            recovered=_sum(LedgerKind.RECOVERED),
        )
        sums["to_pay"] = sums["entitled"] - (sums["paid"] - sums["claimed"])
        sums["to_recover"] = sums["claimed"] - sums["recovered"]
        return sums
