"""What became of the transfers: from the bank's return file, or by hand. Idempotent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from enrolment.models import User
from funding.actions.ledger import record_payments
from funding.enums import LedgerKind, PaymentReason
from funding.models import FundingRequest, Payment, PaymentRun
from funding.remittance import Returned, read_returns
from funding.workflow import PAYMENT, PAYMENT_RUN, REQUEST
from segur_portal.common import clock
from segur_portal.common.actions import move, move_all
from segur_portal.common.enums import Role

# What a return says of a transfer, by the state it is in: nothing is done twice.
_MOVES = {
    ("sent", True): "pay",
    ("sent", False): "reject",
    ("paid", False): "return",
}
_KNOWN = {("paid", True), ("rejected", False), ("returned", False)}


@dataclass(slots=True)
class Settlement:
    """What a return file did: how many transfers of each outcome, and what it could not do."""

    paid: int = 0
    rejected: int = 0
    returned: int = 0
    known: int = 0
    problems: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """The whole in French."""
        return (
            f"{self.paid} payé(s), {self.rejected} rejeté(s), {self.returned} retourné(s), "
            f"{self.known} déjà connu(s)."
        )


def record_return_file(data: bytes, *, actor: User) -> Settlement:
    """Settle the transfers that a return file names. Raises ReturnFileError; may be run again."""
    return settle(read_returns(data), actor=actor)


@transaction.atomic
def settle(returns: Sequence[Returned], *, actor: User, on: date | None = None) -> Settlement:
    """Mark transfers paid, rejected or returned, write the ledger, move the requests.

    A rejected or returned transfer gives its request back to the accepted ones, to be paid again
    once the account is mended.
    """
    result = Settlement()
    wanted = {one.end_to_end_id: one for one in returns}
    payments = _named(wanted)
    result.problems += [f"{name} : virement inconnu." for name in wanted if name not in payments]
    for name in sorted(payments.keys() & wanted.keys()):
        _settle_one(payments[name], wanted[name], result, actor=actor, on=on or clock.today())
    for run in PaymentRun.objects.filter(
        pk__in={payment.run_id for payment in payments.values()}, state="transmitted"
    ).order_by("pk"):
        if not Payment.objects.filter(run=run, state="sent").exists():
            move(run, "settle", workflow=PAYMENT_RUN, role=Role.SYSTEM, actor=actor)
    return result


def _named(wanted: dict[str, Returned]) -> dict[str, Payment]:
    keys = [int(digits) for name in wanted if (digits := name.removeprefix("VIR-")).isdecimal()]
    rows = (
        Payment.objects.select_for_update(of=("self",))
        .filter(pk__in=[key for key in keys if key < 2**63])
        .select_related("request")
        .defer("request__payload", "request__pricing", "request__alerts")
        .order_by("pk")
    )
    return {row.end_to_end_id: row for row in rows}


def _settle_one(
    payment: Payment, returned: Returned, result: Settlement, *, actor: User, on: date
) -> None:
    fact = (payment.state, returned.is_paid)
    if fact in _KNOWN:
        result.known += 1
        return
    name = _MOVES.get(fact)
    if name is None:
        state = PAYMENT.states[payment.state].internal.lower()
        result.problems.append(f"{payment} : {state}, la réponse de la banque est ignorée.")
        return
    text = " ".join(part for part in (returned.code, returned.text) if part)
    changes = {"settled_on": on} if name == "pay" else {"bank_code": returned.code[:35]}
    move(
        payment,
        name,
        workflow=PAYMENT,
        role=Role.ACCOUNTANT,
        actor=actor,
        reason_code="" if name == "pay" else PaymentReason.BANK,
        note="" if name == "pay" else text or "Sans précision de la banque.",
        **changes,
    )
    _follow(payment, name, text, result, actor=actor)


def _follow(payment: Payment, name: str, text: str, result: Settlement, *, actor: User) -> None:
    """The ledger and the request follow the transfer."""
    now = clock.now()
    if name == "pay":
        record_payments([payment], LedgerKind.PAID, at=now)
        result.paid += 1
    elif name == "return":
        record_payments([payment], LedgerKind.RETURNED, at=now)
        result.returned += 1
    else:
        result.rejected += 1
    move_all(
        FundingRequest.objects.filter(pk=payment.request_id),
        "pay" if name == "pay" else "take_back_payment",
        workflow=REQUEST,
        role=Role.SYSTEM,
        actor=actor,
        note="" if name == "pay" else f"Virement refusé par la banque. {text}".strip(),
    )
