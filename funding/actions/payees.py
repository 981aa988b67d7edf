"""To which bank account a supplier is paid, or why it cannot be for now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from enrolment.actions import check_assigned
from enrolment.models import BankDetails, Supplier, User
from funding.models import Payment
from funding.remittance import reason_in_words
from segur_portal.common import clock
from segur_portal.common.actions import write_journal
from segur_portal.common.workflow import ForbiddenMoveError


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
    """The bank details in force today of each of these suppliers, or the obstacle: three queries.

    New details wait for their acceptance and their delay; until then the former ones hold. Those
    that a bank refused are not paid again.
    """
    found: dict[int, BankDetails] = {}
    rows = BankDetails.objects.in_force(clock.today()).filter(supplier__in=list(suppliers))
    for row in rows.only("supplier", "iban_end"):
        found.setdefault(row.supplier_id, row)
    refused = _refused([row.pk for row in found.values()])
    return {
        one.pk: _payee(one, found.get(one.pk), refused)
        for one in Supplier.objects.filter(pk__in=list(suppliers)).order_by("pk")
    }


def _payee(
    supplier: Supplier, account: BankDetails | None, refused: dict[int, Payment]
) -> Payee | Refusal:
    if account is None:
        return Refusal(supplier.name, "ses coordonnées bancaires ne sont pas acceptées.")
    if (payment := refused.get(account.pk)) is None:
        return Payee(account.pk)
    why = reason_in_words(payment.bank_code) or "compte en cause"
    return Refusal(
        supplier.name,
        f"la banque a refusé {payment} sur son compte {account.masked} : {why}. De nouvelles "
        "coordonnées bancaires sont attendues.",
    )


def _refused(accounts: Collection[int]) -> dict[int, Payment]:
    """The last transfer that a bank refused on account of each of these accounts."""
    rows = Payment.objects.on_refused_accounts().filter(account__in=list(accounts))
    return {row.account_id: row for row in rows.order_by("pk")}


def refused_transfer(supplier: Supplier) -> Payment | None:
    """The last transfer that a bank refused on the account in force, if it did."""
    account = BankDetails.objects.in_force(clock.today()).filter(supplier=supplier).first()
    return _refused([account.pk]).get(account.pk) if account else None


@transaction.atomic
def clear_account(payment: Payment, *, actor: User, note: str) -> None:
    """An officer answers for an account that a bank refused: it may be paid again.

    Raises ForbiddenMoveError without a text, or when the account is not in question.
    """
    rows = Payment.objects.on_refused_accounts().filter(account=payment.account_id)
    locked = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    check_assigned(actor, payment.request.scheme_id)
    if not locked:
        raise ForbiddenMoveError("Ce compte n’est pas en cause.")
    if not note.strip():
        raise ForbiddenMoveError("Dites comment vous savez que ce compte est bon.")
    Payment.objects.filter(pk__in=locked).update(is_account_refused=False)
    payment.is_account_refused = False
    write_journal(payment, "clear_account", actor=actor, note=note, is_public=False)
