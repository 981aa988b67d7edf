"""To which bank account a supplier is paid, or why it cannot be for now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from enrolment.models import BankDetails, Supplier
from segur_portal.common import clock


@dataclass(frozen=True, slots=True)
class Payee:
    """The bank details a supplier is paid to."""

    account_id: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a supplier is not paid today, in French."""

    supplier: str
    reason: str


def payees(suppliers: Collection[int]) -> dict[int, Payee | Refusal]:
    """The bank details in force today of each of these suppliers, or the obstacle: two queries.

    New details wait for their acceptance and their delay; until then the former ones hold.
    """
    found: dict[int, int] = {}
    rows = BankDetails.objects.in_force(clock.today()).filter(supplier__in=list(suppliers))
    for pk, supplier in rows.values_list("pk", "supplier"):
        found.setdefault(supplier, pk)
    return {
        one.pk: Payee(found[one.pk])
        if one.pk in found
        else Refusal(one.name, "ses coordonnées bancaires ne sont pas acceptées.")
        for one in Supplier.objects.filter(pk__in=list(suppliers)).order_by("pk")
    }
