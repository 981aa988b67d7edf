"""Payment runs of the demonstration: prepared, approved and settled, week after week."""

from __future__ import annotations

from datetime import date, timedelta

import schwifty

from enrolment.actions import decide_bank_details, save_bank_details
from enrolment.models import BankDetails, User
from funding.actions.payments import move_run, prepare_run
from funding.actions.settlement import settle
from funding.actions.statements import issue_statements
from funding.models import FundingRequest, Payment, PaymentRun
from funding.remittance import Returned
from segur_portal.common import clock
from segur_portal.common.enums import SchemeCode

from .people import Cast, morning
from .story import Story

FIRST, EVERY = date(2025, 11, 17), timedelta(days=21)
LAST = date(2026, 9, 7)
FIRST_STATEMENT = date(2026, 7, 1)
# What is left for the visitor: one run to approve, one to transmit.
UNFINISHED = {date(2026, 9, 7): (), date(2026, 8, 17): ("approve",)}
# Of no account: its supplier would wait for new bank details until the end of the story.
REJECTED = "MS03"


class Paydays:
    """Pays every three weeks what was accepted since, on each corridor."""

    def __init__(self, cast: Cast, story: Story) -> None:
        self.cast, self.story = cast, story

    def tell(self) -> None:
        """Bank details are accepted before the first payday."""
        self.story.tell(morning(FIRST - timedelta(days=5)), self._accept_accounts)
        day = LAST
        while day >= FIRST:
            self.story.tell(morning(day, 16), self._prepare, day)
            day -= EVERY
        for month in range(FIRST_STATEMENT.month, LAST.month + 1):
            self.story.tell(morning(FIRST_STATEMENT.replace(month=month), 5), issue_statements)

    def _accept_accounts(self) -> None:
        for rank, (key, supplier) in enumerate(sorted(self.cast.suppliers.items())):
            if BankDetails.objects.of(supplier).exists():
                continue
            details = save_bank_details(
                supplier,
                holder=supplier.name[:70],
                iban=_iban(rank),
                bic="BDFEFRPP",
                actor=self.cast.depositors[key],
            )
            decide_bank_details(details, "accept", actor=self.cast.officer)

    def _prepare(self, day: date) -> None:
        for schemes, preparer, approver in self._desks():
            ready = FundingRequest.objects.filter(
                state="accepted", amount_due__gt=0, scheme__in=schemes
            )
            if ready.exists():
                run = prepare_run(actor=preparer, schemes=schemes).run
                move_run(run, "propose", actor=preparer, role="officer")
                self._go_on(run, day, approver)

    def _desks(self) -> list[tuple[list[str], User, User]]:
        """Four eyes: who prepares never approves."""
        admin = self.cast.users["admin@demo.fr"]
        imaging = [SchemeCode.RIS.value, SchemeCode.DB.value]
        return [
            (imaging, self.cast.imaging_officer, self.cast.officer),
            ([SchemeCode.MDV.value], self.cast.officer, admin),
        ]

    def _go_on(self, run: PaymentRun, day: date, approver: User) -> None:
        moves = UNFINISHED.get(day, ("approve", "transmit", "settle"))
        for wait, name in enumerate(moves, start=1):
            at = morning(day + timedelta(days=wait), 9 + wait)
            self.story.tell(at, self._move, run, name, approver)

    def _move(self, run: PaymentRun, name: str, approver: User) -> None:
        run.refresh_from_db()
        if name == "approve":
            move_run(run, name, actor=approver, role="officer")
        elif name == "transmit":
            move_run(run, name, actor=self.cast.accountant, role="accountant")
        else:
            settle(self._answers(run), actor=self.cast.accountant, on=clock.today())

    def _answers(self, run: PaymentRun) -> list[Returned]:
        """The bank pays, but for a transfer in forty."""
        return [
            Returned(one.end_to_end_id, False, REJECTED, "Sans précision")
            if one.pk % 40 == 0
            else Returned(one.end_to_end_id, True)
            for one in Payment.objects.filter(run=run, state="sent").order_by("pk")
        ]


def _iban(rank: int) -> str:
    """An account of the Banque de France that nobody holds; its keys are right."""
    account = f"{7_300_000 + rank:011d}"
    made = schwifty.IBAN.generate(
        "FR", bank_code="30001", branch_code="00794", account_code=account
    )
    return str(made)
