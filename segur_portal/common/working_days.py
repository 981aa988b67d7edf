"""Working days: those of France for the programme's delays, those of TARGET for transfers."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

_DAY = timedelta(days=1)
SATURDAY = 5


@cache
def _french() -> holidays.HolidayBase:
    return holidays.country_holidays("FR")


@cache
def _target() -> holidays.HolidayBase:
    return holidays.financial_holidays("ECB")


def is_working_day(day: date) -> bool:
    """Whether it is neither a week-end nor a French public holiday (domain page, section 7)."""
    return day.weekday() < SATURDAY and day not in _french()


def working_days_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`, which itself does not count; count ≥ 0."""
    while count > 0:
        day += _DAY
        count -= is_working_day(day)
    return day


def next_banking_day(day: date) -> date:
    """`day`, or the first one after it on which TARGET executes transfers."""
    while day.weekday() >= SATURDAY or day in _target():
        day += _DAY
    return day
