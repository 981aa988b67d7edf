"""Delays in working days skip week-ends and French public holidays."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segur_portal.common.working_days import is_working_day, next_banking_day, working_days_after


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (date(2026, 9, 15), 0, date(2026, 9, 15)),
        (date(2026, 9, 15), 10, date(2026, 9, 29)),
        (date(2026, 10, 30), 1, date(2026, 11, 2)),  # All Saints' day is a Sunday
        (date(2026, 11, 10), 1, date(2026, 11, 12)),  # Armistice day
        (date(2026, 12, 24), 1, date(2026, 12, 28)),
        (date(2027, 5, 5), 10, date(2027, 5, 21)),  # Ascension and Whit Monday
    ],
)
def test_working_days_after(start: date, count: int, expected: date) -> None:
    """Ten working days are two weeks, or more when a holiday falls in them."""
    assert working_days_after(start, count) == expected


@given(st.dates(date(2025, 1, 1), date(2035, 12, 31)), st.integers(1, 60))
def test_the_day_found_is_worked_and_counted(start: date, count: int) -> None:
    """Exactly `count` working days lie after the start, up to the day found."""
    found = working_days_after(start, count)
    days = [date.fromordinal(n) for n in range(start.toordinal() + 1, found.toordinal() + 1)]
    assert is_working_day(found)
    assert sum(map(is_working_day, days)) == count


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 9, 15), date(2026, 9, 15)),
        (date(2026, 4, 3), date(2026, 4, 7)),  # Good Friday and Easter Monday
        (date(2026, 11, 11), date(2026, 11, 11)),  # banks work on Armistice day
        (date(2026, 12, 25), date(2026, 12, 28)),
    ],
)
def test_next_banking_day(day: date, expected: date) -> None:
    """A transfer is executed on a day of TARGET."""
    assert next_banking_day(day) == expected
