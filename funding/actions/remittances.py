"""The facts of a payment file, from a run's rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from enrolment.models import CompanyIdentity
from funding.models import Payment, PaymentRun
from funding.remittance import Debtor, Remittance, RemittanceError, Transfer

_TOWN = re.compile(r"\b\d{5} (?P<town>[^\d,]+?)( CEDEX( \d+)?)?$")


def remittance_of(run: PaymentRun, payments: Iterable[Payment], *, at: datetime) -> Remittance:
    """What the bank is asked. Raises RemittanceError."""
    if not settings.PAYMENT_DEBTOR["iban"]:
        raise RemittanceError("Le compte débiteur n’est pas configuré (PAYMENT_DEBTOR_IBAN).")
    payments = list(payments)
    towns = _towns(payments)
    return Remittance(
        message_id=run.number,
        created_at=at,
        execution_on=run.execution_on,
        debtor=Debtor(**settings.PAYMENT_DEBTOR),
        transfers=tuple(_transfer(one, towns.get(one.supplier_id, "")) for one in payments),
    )


def _towns(payments: Iterable[Payment]) -> dict[int, str]:
    """The town of each supplier's address in the registers (« … 87000 LIMOGES »), when known."""
    suppliers = {payment.supplier_id for payment in payments}
    rows = CompanyIdentity.objects.filter(supplier__in=suppliers)
    found = ((pk, _TOWN.search(address)) for pk, address in rows.values_list("supplier", "address"))
    return {pk: match["town"].strip() for pk, match in found if match}


def _transfer(payment: Payment, town: str) -> Transfer:
    account = payment.account
    return Transfer(
        end_to_end_id=payment.end_to_end_id,
        amount=payment.amount,
        holder=account.holder,
        iban=account.iban(),
        bic=account.bic,
        town=town,
        label=f"Segur {'restitution ' if payment.is_refund else ''}{payment.request.number} "
        f"{payment.request.reference}",
    )
