"""Payment runs: gathered, approved by somebody else, transmitted (domain page, section 7).

The lock order is always run, then payments, then requests, each by key: two runs prepared or
settled at once wait for one another, and the constraint `payment_request_once` has the last word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.core.files.base import ContentFile
from django.db import transaction

from enrolment.actions import check_assigned
from enrolment.models import User
from funding.actions.payees import Payee, Refusal, payees
from funding.actions.remittances import remittance_of
from funding.actions.run_files import check_attests, check_not_downloaded
from funding.actions.statements import issue_slip
from funding.enums import PaymentReason
from funding.models import FundingRequest, Payment, PaymentRun
from funding.queries import PaymentQuerySet
from funding.remittance import RemittanceError, credit_transfer_file, slip_csv
from funding.workflow import PAYMENT, PAYMENT_RUN, REQUEST
from segur_portal.common import clock
from segur_portal.common.actions import move, move_all, store_file, write_journal
from segur_portal.common.enums import Role
from segur_portal.common.models import StoredFile
from segur_portal.common.money import ZERO
from segur_portal.common.workflow import ForbiddenMoveError
from segur_portal.common.working_days import next_banking_day

LEAD = timedelta(days=2)
LARGEST_RUN = 5_000


@dataclass(frozen=True, slots=True)
class Payable:
    """A request that a run may pay, and how much."""

    request: FundingRequest
    amount: Decimal
    is_refund: bool = False

    @property
    def supplier_id(self) -> int:
        """To whom."""
        return self.request.supplier_id


@dataclass(slots=True)
class Prepared:
    """A run just prepared, and the suppliers left out of it with the reason in French."""

    run: PaymentRun
    left_out: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def prepare_run(
    *,
    actor: User,
    schemes: Collection[str],
    suppliers: Collection[int] = (),
    execution_on: date | None = None,
) -> Prepared:
    """Gather the accepted requests of these schemes (and suppliers, if any are named) in a run,
    with what is owed back of cancelled ones.

    Raises ForbiddenMoveError when a scheme is not the officer's, or nothing can be paid.
    """
    for scheme in schemes:
        check_assigned(actor, scheme)
    payable = [*_owed_back(schemes, suppliers), *_accepted(schemes, suppliers)]
    found = payees({one.supplier_id for one in payable})
    accounts = {pk: one.account_id for pk, one in found.items() if isinstance(one, Payee)}
    left_out = {one.supplier: one.reason for one in found.values() if isinstance(one, Refusal)}
    paid = [one for one in payable if one.supplier_id in accounts]
    if not paid:
        reasons = " ".join(f"{name} : {reason}" for name, reason in left_out.items())
        raise ForbiddenMoveError(f"Aucune demande acceptée à payer. {reasons}".strip())
    run = PaymentRun.objects.create(
        execution_on=next_banking_day(execution_on or clock.today() + LEAD),
        prepared_by=actor,
        prepared_at=clock.now(),
    )
    write_journal(run, "prepare", actor=actor, target="draft", is_public=False)
    Payment.objects.bulk_create(
        Payment(
            run=run,
            request=one.request,
            supplier_id=one.supplier_id,
            account_id=accounts[one.supplier_id],
            amount=one.amount,
            is_refund=one.is_refund,
        )
        for one in paid
    )
    due = [one.request.pk for one in paid if not one.is_refund]
    _move_requests(due, "prepare_payment", actor=actor)
    _count(run)
    return Prepared(run, left_out)


def _owed_back(schemes: Collection[str], suppliers: Collection[int]) -> list[Payable]:
    """What is owed back of cancelled requests, read once they are locked."""
    rows = FundingRequest.objects.owed_back().in_schemes(schemes)
    if suppliers:
        rows = rows.filter(supplier__in=list(suppliers))
    chosen = list(rows.order_by("state_since", "pk").values_list("pk", flat=True)[:LARGEST_RUN])
    locked = FundingRequest.objects.filter(pk__in=chosen).select_for_update(of=("self",))
    list(locked.order_by("pk").values_list("pk", flat=True))
    still = FundingRequest.objects.owed_back().filter(pk__in=chosen).order_by("pk")
    heavy = ("payload", "pricing", "alerts")
    return [Payable(one, one.owed, is_refund=True) for one in still.defer(*heavy)]


def _accepted(schemes: Collection[str], suppliers: Collection[int]) -> list[Payable]:
    """Accepted requests with something to pay, locked, the longest-waiting first."""
    rows = FundingRequest.objects.filter(
        state="accepted", amount_due__gt=0, scheme__in=list(schemes)
    )
    if suppliers:
        rows = rows.filter(supplier__in=list(suppliers))
    chosen = rows.order_by("state_since", "pk").values_list("pk", flat=True)[:LARGEST_RUN]
    locked = FundingRequest.objects.select_for_update(of=("self",)).filter(
        pk__in=list(chosen), state="accepted"
    )
    rows = locked.defer("payload", "pricing", "alerts").order_by("pk")
    return [Payable(one, one.amount_due) for one in rows]


@transaction.atomic
def withdraw_payment(payment: Payment, *, actor: User, reason_code: str, note: str) -> None:
    """Take a transfer out of a run that is not approved; its request waits for another run."""
    run = _locked(payment.run, actor)
    if run.state not in ("draft", "proposed"):
        raise ForbiddenMoveError("Le lot est approuvé : ses virements ne changent plus.")
    move(
        payment,
        "withdraw",
        workflow=PAYMENT,
        role=Role.OFFICER,
        actor=actor,
        reason_code=reason_code,
        note=note,
    )
    if not payment.is_refund:
        _move_requests([payment.request_id], "take_back_payment", actor=actor, note=note)
    _count(run)


@transaction.atomic
def move_run(
    run: PaymentRun, name: str, *, actor: User, role: str, reason_code: str = "", note: str = ""
) -> None:
    """Move a run as its state table allows: propose, send back, approve, transmit, cancel, void.

    Raises ForbiddenMoveError, in French: the table, the officer's schemes, the same person
    preparing and approving, an account changed since, an empty run, a file that the bank may have.
    """
    _locked(run, actor)
    changes: dict[str, object] = {}
    if name == "cancel":
        check_not_downloaded(run)
    if name == "void":
        check_attests(run, actor)
        changes["attested_by"] = actor
    if name == "propose":
        _check_not_empty(run)
    if name == "approve":
        changes = _approval(run, actor)
    if name == "transmit":
        changes["transmitted_at"] = clock.now()
    move(
        run,
        name,
        workflow=PAYMENT_RUN,
        role=role,
        actor=actor,
        reason_code=reason_code,
        note=note,
        **changes,
    )
    if name == "approve":
        issue_slip(run)
    planned = Payment.objects.filter(run=run, state="planned")
    if name == "transmit":
        move_all(planned, "send", workflow=PAYMENT, role=Role.SYSTEM, actor=actor)
    if run.state == "cancelled":
        _release(planned, actor=actor, note=note)


def _locked(run: PaymentRun, actor: User) -> PaymentRun:
    locked = PaymentRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    schemes = Payment.objects.filter(run=run).order_by("request__scheme")
    for scheme in schemes.values_list("request__scheme", flat=True).distinct():
        check_assigned(actor, scheme)
    run.refresh_from_db()
    return locked


def _check_not_empty(run: PaymentRun) -> None:
    if not run.transfer_count:
        raise ForbiddenMoveError("Le lot ne contient plus aucun virement.")


def _approval(run: PaymentRun, actor: User) -> dict[str, object]:
    """What an approval writes: by whom, when, and the files, made once."""
    if actor.pk == run.prepared_by_id:
        raise ForbiddenMoveError("Celui qui prépare un lot n’est pas celui qui l’approuve.")
    PAYMENT_RUN.check("approve", source=run.state, role=Role.OFFICER)
    now = clock.now()
    payments = list(_planned(run))
    _check_accounts(payments)
    try:
        remittance = remittance_of(run, payments, at=now)
    except RemittanceError as error:
        raise ForbiddenMoveError(str(error)) from error
    if remittance.total != run.total or len(payments) != run.transfer_count:
        raise ForbiddenMoveError("Le total du lot a changé : rechargez la page.")
    return {
        "approved_by": actor,
        "approved_at": now,
        "transfer_file": _stored(f"{run.number}.xml", credit_transfer_file(remittance), actor),
        "slip_file": _stored(f"{run.number}.csv", slip_csv(remittance), actor),
    }


def _planned(run: PaymentRun) -> Iterable[Payment]:
    return (
        Payment.objects.filter(run=run, state="planned")
        .select_related("supplier", "request", "account")
        .defer("request__payload", "request__pricing", "request__alerts")
        .select_for_update(of=("self",))
        .order_by("pk")
    )


def _check_accounts(payments: list[Payment]) -> None:
    """An account changed since the run was prepared blocks its transfers (fraud)."""
    accounts = payees({payment.supplier_id for payment in payments})
    changed = sorted(
        {
            payment.supplier.name
            for payment in payments
            if not isinstance(account := accounts[payment.supplier_id], Payee)
            or account.account_id != payment.account_id
        }
    )
    if changed:
        raise ForbiddenMoveError(
            "Coordonnées bancaires modifiées, ou refusées par la banque, depuis la préparation du "
            f"lot, retirez les virements de : {', '.join(changed)}."
        )


def _stored(name: str, content: bytes, actor: User) -> StoredFile:
    purpose = StoredFile.Purpose.PAYMENT
    return store_file(ContentFile(content), name=name, purpose=purpose, stored_by=actor)


def _release(planned: PaymentQuerySet, *, actor: User, note: str) -> None:
    """Withdraw these transfers; their requests wait for another run."""
    requests = list(planned.filter(is_refund=False).values_list("request_id", flat=True))
    move_all(
        planned,
        "withdraw",
        workflow=PAYMENT,
        role=Role.SYSTEM,
        actor=actor,
        reason_code=PaymentReason.REQUEST,
        note=note,
    )
    _move_requests(requests, "take_back_payment", actor=actor, note=note)


def _move_requests(
    requests: Collection[int], name: str, *, actor: User | None, note: str = ""
) -> None:
    rows = FundingRequest.objects.filter(pk__in=list(requests))
    move_all(rows, name, workflow=REQUEST, role=Role.SYSTEM, actor=actor, note=note)


def _count(run: PaymentRun) -> None:
    """Keep the run's own number and total in step with its transfers."""
    live = Payment.objects.filter(run=run, state="planned").values_list("amount", flat=True)
    amounts: list[Decimal] = list(live)
    run.transfer_count, run.total = len(amounts), sum(amounts, ZERO)
    PaymentRun.objects.filter(pk=run.pk).update(transfer_count=run.transfer_count, total=run.total)
