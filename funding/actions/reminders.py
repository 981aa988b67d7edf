"""Recalling deadlines to those who deposit: 30, 7 and 1 days before, once each."""

from __future__ import annotations

from datetime import date, timedelta

from enrolment.enums import DEPOSITING_ROLES
from enrolment.models import Membership, Supplier
from funding.actions.deadlines import Due, deadlines_of
from segur_portal.common import clock
from segur_portal.common.french import instant
from segur_portal.common.models import NoticeKind
from segur_portal.common.notices import notify

THRESHOLDS = (30, 7, 1)


def remind_deadlines() -> int:
    """Tell each supplier's members of what ends soon; what is left to do comes first.

    May run again the same day, and makes up for a day missed: each threshold is told once.
    Returns how many notifications were written.
    """
    today = clock.today()
    until = clock.now() + timedelta(days=THRESHOLDS[0] + 1)
    suppliers = Supplier.objects.filter(
        memberships__in=Membership.objects.in_force(today)
    ).distinct()
    written = 0
    for supplier in suppliers.order_by("pk"):
        due = deadlines_of(supplier, until=until)
        # What would be lost, then what the supplier has left to do, then the nearest.
        for one in sorted(due, key=lambda one: (not one.is_draft, not one.todo, one.at)):
            written += _remind(supplier, one, today)
    return written


def threshold_of(due: Due, today: date) -> int | None:
    """The last threshold passed; None while the end is far."""
    left = (due.on - today).days
    return min((days for days in THRESHOLDS if left <= days), default=None)


def _remind(supplier: Supplier, due: Due, today: date) -> int:
    threshold = threshold_of(due, today)
    if threshold is None:
        return 0
    members = Membership.objects.in_force(today).filter(
        supplier=supplier, role__in=DEPOSITING_ROLES
    )
    written = notify(
        users=[member.user for member in members.select_related("user")],
        kind=NoticeKind.DEADLINE,
        title=f"{due.title} : {instant(due.at)}"[:200],
        body=due.todo,
        url=due.url,
        key=f"deadline-{supplier.pk}-{due.key}-{threshold}",
    )
    return len(written)
