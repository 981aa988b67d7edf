"""What became of the transfers: from the bank's return file, or by hand. Idempotent.

Locks in the order of `funding.actions.payments`: runs, then transfers, then requests, by key. Each
line has a savepoint of its own: one that cannot be settled is told and stops no other.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from enrolment.models import User
from funding.actions.ledger import record_payments
from funding.actions.recovery import follow_return
from funding.actions.telling_payments import tell_settled
from funding.enums import LedgerKind, PaymentReason
from funding.models import FundingRequest, Payment, PaymentRun
from funding.remittance import Returned, ReturnedBlock, read_returns
from funding.workflow import PAYMENT, PAYMENT_RUN, REQUEST
from segur_portal.common import clock
from segur_portal.common.actions import move
from segur_portal.common.enums import Role
from segur_portal.common.french import count as counted
from segur_portal.common.money import ZERO, in_french
from segur_portal.common.workflow import ForbiddenMoveError

# What a return says of a transfer, by the state it is in: nothing is done twice.
_MOVES = {
    ("sent", True): "pay",
    ("sent", False): "reject",
    ("paid", False): "return",
}
_KNOWN = {("paid", True), ("rejected", False), ("returned", False)}
# The transfers that an answer on the whole block is about: to be settled, or known already.
_SPREAD = {True: ("sent", "paid"), False: ("sent", "rejected", "returned")}
_LEDGER = {"pay": LedgerKind.PAID, "return": LedgerKind.RETURNED}


@dataclass(slots=True)
class Settlement:
    """What a return file did: the transfers of each outcome, what it could not do (`problems`),
    and what is left for the accountant to do (`remarks`)."""

    done: dict[str, list[Payment]] = field(default_factory=dict)
    known: int = 0
    under_way: int = 0
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def paid(self) -> int:
        """How many transfers were executed."""
        return len(self.done.get("pay", ()))

    @property
    def rejected(self) -> int:
        """How many the bank refused."""
        return len(self.done.get("reject", ()))

    @property
    def returned(self) -> int:
        """How many came back after they were paid."""
        return len(self.done.get("return", ()))

    def sentence(self) -> str:
        """The whole in French."""
        return (
            f"{self.paid} payé(s), {self.rejected} rejeté(s), {self.returned} retourné(s), "
            f"{self.known} déjà connu(s)"
            + (f", {self.under_way} en cours à la banque." if self.under_way else ".")
        )


def record_return_file(data: bytes, *, actor: User) -> Settlement:
    """Settle the transfers that a return file names. Raises ReturnFileError; may be run again."""
    report = read_returns(data)
    result = settle(report.transfers, blocks=report.blocks, actor=actor)
    result.under_way = len(report.under_way)
    result.problems += report.problems
    result.remarks += [f"{name} : en cours à la banque." for name in report.blocks_under_way]
    return result


@transaction.atomic
def settle(
    returns: Sequence[Returned],
    *,
    actor: User,
    on: date | None = None,
    blocks: Sequence[ReturnedBlock] = (),
) -> Settlement:
    """Mark transfers paid, rejected or returned, write the ledger, move the requests.

    A rejected or returned transfer gives its request back to the accepted ones, to be paid again
    once the account is mended. A transfer is settled on the day that the bank says, when that may
    be; else `on`, today by default.
    """
    result = Settlement()
    wanted = {one.end_to_end_id: one for one in returns}
    runs = _locked_runs(wanted, blocks)
    wanted |= _spread(blocks, runs, wanted, result)
    payments = _named(wanted)
    result.problems += [f"{name} : virement inconnu." for name in wanted if name not in payments]
    for name in sorted(payments.keys() & wanted.keys()):
        said, run = wanted[name], runs[payments[name].run_id]
        day = _day_of(said, run, on or clock.today())
        _try(payments[name], said, result, actor=actor, on=day)
    for run in runs.values():
        is_over = not Payment.objects.filter(run=run, state="sent").exists()
        if run.state == "transmitted" and is_over:
            move(run, "settle", workflow=PAYMENT_RUN, role=Role.SYSTEM, actor=actor)
    tell_settled(result.done)
    return result


def _keys(wanted: Iterable[str], prefix: str = "VIR-") -> list[int]:
    digits = (name.removeprefix(prefix) for name in wanted if name.startswith(prefix))
    return [key for one in digits if one.isdecimal() and (key := int(one)) < 2**63]


def _locked_runs(wanted: Iterable[str], blocks: Iterable[ReturnedBlock]) -> dict[int, PaymentRun]:
    """The runs of these transfers and blocks, held: the last two transfers of a run, settled at
    once by two people, take turns, and the second one closes it."""
    named = Payment.objects.filter(pk__in=_keys(wanted)).order_by().values("run")
    whole = _keys((block.message_id for block in blocks), "LOT-")
    rows = PaymentRun.objects.select_for_update(of=("self",))
    return {run.pk: run for run in rows.filter(Q(pk__in=named) | Q(pk__in=whole)).order_by("pk")}


def _spread(
    blocks: Iterable[ReturnedBlock],
    runs: Mapping[int, PaymentRun],
    named: Container[str],
    result: Settlement,
) -> dict[str, Returned]:
    """What is said of a whole block, said of each of its transfers that the file does not name.

    A refused block refuses what was sent, and takes back nothing that was paid since. Of a file
    and of its one payment block, which have the same name, the latter has the last word.
    """
    by_number = {run.number: run for run in runs.values()}
    found: dict[str, Returned] = {}
    for number, block in {one.message_id: one for one in blocks}.items():
        run = by_number.get(number)
        if run is None or run.transmitted_at is None:
            why = "n’est pas déclaré transmis, la réponse est ignorée" if run else "lot inconnu"
            result.problems.append(f"{number} : {why}.")
            continue
        states = _SPREAD[block.is_paid]
        rows = Payment.objects.filter(run=run).order_by("pk")
        rest = [one for one in rows if one.end_to_end_id not in named and one.state != "withdrawn"]
        concerned = [one for one in rest if one.state in states]
        found |= {one.end_to_end_id: block.said_of(one.end_to_end_id) for one in concerned}
        if left := len(rest) - len(concerned):
            result.problems.append(
                f"{number} : la réponse sur le lot entier laisse de côté "
                f"{counted(left, 'virement')}, dans un autre état."
            )
    return found


def _day_of(returned: Returned, run: PaymentRun, fallback: date) -> date:
    """The bank's own day, unless it is to come or before the day asked of the bank."""
    possible = (day for day in returned.dates if run.execution_on <= day <= clock.today())
    return next(possible, fallback)


def _named(wanted: Iterable[str]) -> dict[str, Payment]:
    rows = (
        Payment.objects.select_for_update(of=("self",))
        .filter(pk__in=_keys(wanted))
        .select_related("request")
        .defer("request__payload", "request__pricing", "request__alerts")
        .order_by("pk")
    )
    return {row.end_to_end_id: row for row in rows}


def _try(
    payment: Payment, returned: Returned, result: Settlement, *, actor: User, on: date
) -> None:
    """Settle one transfer, or say why not and leave it as it was."""
    fact = (payment.state, returned.is_paid)
    if fact in _KNOWN:
        result.known += 1
        return
    name = _MOVES.get(fact)
    if name is None:
        state = PAYMENT.states[payment.state].internal.lower()
        result.problems.append(f"{payment} : {state}, la réponse de la banque est ignorée.")
        return
    try:
        with transaction.atomic():
            owed = _settle_one(payment, name, returned, actor=actor, on=on)
    except ForbiddenMoveError as refusal:
        result.problems.append(f"{payment} : {refusal}")
        return
    result.done.setdefault(name, []).append(payment)
    if owed:
        result.remarks.append(
            f"{payment} : le fournisseur avait déjà remboursé {in_french(owed)}, à lui restituer "
            "par le prochain lot de paiement."
        )


def _settle_one(
    payment: Payment, name: str, returned: Returned, *, actor: User, on: date
) -> Decimal:
    """The transfer, the ledger, then the request; what is then owed to the supplier."""
    text = " ".join(part for part in (returned.code, returned.text) if part)
    changes: dict[str, Any] = {"settled_on": on}
    if name != "pay":
        changes = {
            "bank_code": returned.code[:35],
            "is_account_refused": returned.refuses_account,
        }
    move(
        payment,
        name,
        workflow=PAYMENT,
        role=Role.ACCOUNTANT,
        actor=actor,
        reason_code="" if name == "pay" else _reason(returned),
        note="" if name == "pay" else text or "Sans précision de la banque.",
        **changes,
    )
    if name in _LEDGER:
        record_payments([payment], _LEDGER[name], at=clock.now())
    return _follow(payment, name, text, actor=actor)


def _reason(returned: Returned) -> str:
    return (PaymentReason.ACCOUNT if returned.refuses_account else PaymentReason.BANK).value


def _follow(payment: Payment, name: str, text: str, *, actor: User) -> Decimal:
    """The request follows its transfer; cancelled meanwhile, it stays so and its recovery falls.
    What did not give back what is owed leaves it owed."""
    states = FundingRequest.objects.select_for_update(of=("self",)).values_list("state", flat=True)
    if payment.is_refund:
        return ZERO if name == "pay" else payment.amount
    if states.get(pk=payment.request_id) == "cancelled" and name == "return":
        return follow_return(payment, actor=actor, note=text)
    move(
        payment.request,
        "pay" if name == "pay" else "take_back_payment",
        workflow=REQUEST,
        role=Role.SYSTEM,
        actor=actor,
        note="" if name == "pay" else f"Virement refusé par la banque. {text}".strip(),
    )
    return ZERO
