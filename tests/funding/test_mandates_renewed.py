"""A distribution mandate renewed early: each accepted mandate keeps the days it runs (ENR-003)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrolment.actions.documents import review_document
from enrolment.models import Distribution, Enrolment, Membership, Solution, SupportingDocument, User
from enrolment.rules import Mandate, SolutionFacts, mandate_for
from funding.actions.standing import solutions_of
from segur_portal.common.models import Reason
from tests.enrolment.kit import RIS, a_draft, a_signatory, deposit
from tests.factories import a_supplier, an_officer

FIRST = Mandate(date(2026, 1, 10), date(2026, 1, 1), date(2026, 6, 30))
RENEWED = Mandate(date(2026, 6, 1), date(2026, 7, 1), date(2027, 6, 30))
WIDER = Mandate(date(2026, 5, 10), date(2026, 1, 1), date(2027, 6, 30), covers_osu=True)


@pytest.mark.parametrize(
    ("mandates", "on", "judged_on"),
    [
        ((), date(2026, 6, 15), None),
        ((FIRST,), date(2026, 6, 30), FIRST),
        ((FIRST, RENEWED), date(2026, 6, 15), FIRST),
        ((FIRST, RENEWED), date(2026, 6, 30), FIRST),
        ((FIRST, RENEWED), date(2026, 7, 1), RENEWED),
        ((FIRST, WIDER), date(2026, 3, 15), FIRST),
        ((FIRST, WIDER), date(2026, 5, 9), FIRST),
        ((FIRST, WIDER), date(2026, 5, 10), WIDER),
        ((FIRST, RENEWED), date(2027, 7, 1), RENEWED),
        ((WIDER,), date(2026, 3, 15), WIDER),
        ((Mandate(date(2026, 1, 10)),), date(2026, 6, 15), Mandate(date(2026, 1, 10))),
    ],
)
def test_the_mandate_of_a_day(
    mandates: tuple[Mandate, ...], on: date, judged_on: Mandate | None
) -> None:
    """Of those accepted by that day one that runs, the last accepted first, in any order."""
    assert mandate_for(mandates, on) == judged_on
    assert mandate_for(mandates[::-1], on) == judged_on


def at(day: date) -> time_machine.travel:
    return time_machine.travel(datetime.combine(day, time(8), UTC))


class Distributor:
    """A supplier with a final enrolment for a solution that another edits."""

    def __init__(self, member: Membership, officer: User) -> None:
        self.member, self.officer = member, officer
        self.enrolment: Enrolment = a_draft(member)
        editor = a_supplier("55208131766522", "Éditeur tiers")
        self.solution = Solution.objects.create(
            scheme_id=RIS, editor=editor, name="Tiers", version="1"
        )
        Distribution.objects.create(
            solution=self.solution, distributor=member.supplier, declared_on=date(2026, 1, 2)
        )
        self.enrolment.solutions.add(self.solution)
        Enrolment.objects.update(state="final", final_validated_on=date(2026, 1, 5))
        self.enrolment.refresh_from_db()

    def mandated(self, day: date, **dates: Any) -> SupportingDocument:
        """A mandate deposited and accepted that day."""
        with at(day):
            row = deposit(
                self.enrolment,
                self.member.user,
                "distribution_mandate",
                self.solution.pk,
                **dates,
            )
            review_document(row, "accept", actor=self.officer)
        return row

    def facts(self, on: date) -> SolutionFacts:
        """What the rules know of the solution that day."""
        found, _ = solutions_of(self.member.supplier, self.enrolment, RIS, on, {})
        return found["Tiers", "1"]

    def period(self, on: date) -> tuple[date | None, date | None, date | None]:
        """Of the mandate judged that day: its acceptance, its first and last days."""
        facts = self.facts(on)
        return facts.mandate_accepted_on, facts.mandate_starts_on, facts.mandate_ends_on


@pytest.fixture
def distributor(db: None) -> Distributor:
    with at(date(2026, 1, 5)):
        member = a_signatory()
        found = Distributor(member, an_officer(RIS))
    found.mandated(FIRST.accepted_on, starts_on=FIRST.starts_on, expires_on=FIRST.ends_on)
    return found


def test_a_renewal_leaves_the_mandate_its_days(distributor: Distributor) -> None:
    """Accepted on 01/06 for 01/07: June is the former one's, July the new one's."""
    distributor.mandated(
        RENEWED.accepted_on, starts_on=RENEWED.starts_on, expires_on=RENEWED.ends_on
    )
    first = (FIRST.accepted_on, FIRST.starts_on, FIRST.ends_on)
    assert distributor.period(date(2026, 6, 15)) == first
    assert distributor.period(date(2026, 6, 30)) == first
    renewed = (RENEWED.accepted_on, RENEWED.starts_on, RENEWED.ends_on)
    assert distributor.period(date(2026, 7, 1)) == renewed


def test_a_past_day_is_judged_on_the_mandate_of_that_day(distributor: Distributor) -> None:
    """A correction answered after a renewal, the editor's OSU with it."""
    distributor.mandated(
        WIDER.accepted_on, starts_on=WIDER.starts_on, expires_on=WIDER.ends_on, covers_osu=True
    )
    first = (FIRST.accepted_on, FIRST.starts_on, FIRST.ends_on)
    assert distributor.period(date(2026, 3, 15)) == first
    assert distributor.facts(date(2026, 3, 15)).mandate_covers_osu is False
    assert distributor.facts(date(2026, 5, 10)).mandate_covers_osu is True


def test_a_renewal_sent_back_gives_and_takes_nothing(distributor: Distributor) -> None:
    """The former mandate stands since the day it was accepted, not since the refusal."""
    renewal = distributor.mandated(
        RENEWED.accepted_on, starts_on=RENEWED.starts_on, expires_on=RENEWED.ends_on
    )
    reason = Reason.objects.filter(subject="document", is_active=True).first()
    with at(date(2026, 6, 20)):
        review_document(
            renewal, "send_back", actor=distributor.officer, reason=reason, message="Illisible"
        )
    first = (FIRST.accepted_on, FIRST.starts_on, FIRST.ends_on)
    assert distributor.period(date(2026, 6, 15)) == first
    assert distributor.period(date(2026, 7, 1)) == first
    shown = Distribution.objects.get()
    assert (shown.mandate_accepted_on, shown.mandate_ends_on) == (FIRST.accepted_on, FIRST.ends_on)


def test_mandates_cost_as_many_queries_however_many(distributor: Distributor) -> None:
    """One for the declarations, one for all their mandates."""

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            distributor.facts(date(2026, 6, 15))
        return len(seen)

    before = cost()
    for month in (3, 4, 5):
        distributor.mandated(
            date(2026, month, 1), starts_on=date(2026, month, 1), expires_on=RENEWED.ends_on
        )
    assert cost() == before
