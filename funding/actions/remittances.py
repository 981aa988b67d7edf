"""The facts of a payment file, from a run's rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from funding.models import Payment, PaymentRun
from funding.remittance import Debtor, Remittance, RemittanceError, Transfer


def remittance_of(run: PaymentRun, payments: Iterable[Payment], *, at: datetime) -> Remittance:
    """What the bank is asked. Raises RemittanceError."""
    if not settings.PAYMENT_DEBTOR["iban"]:
        raise RemittanceError("Le compte débiteur n’est pas configuré (PAYMENT_DEBTOR_IBAN).")
    return Remittance(
        message_id=run.number,
        created_at=at,
        execution_on=run.execution_on,
        debtor=Debtor(**settings.PAYMENT_DEBTOR),
        transfers=tuple(_transfer(payment) for payment in payments),
    )


def _transfer(payment: Payment) -> Transfer:
    account = payment.account
    return Transfer(
        end_to_end_id=payment.end_to_end_id,
        amount=payment.amount,
        holder=account.holder,
        iban=account.iban(),
        bic=account.bic,
        label=f"Segur {payment.request.number} {payment.request.reference}",
    )
