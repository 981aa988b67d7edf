"""The portal's clock: the only way to know what time it is.

In demonstration mode, and only there, the portal's date can be moved: the shift is stored as a
row and read at most once a second by each process. Durations are computed in UTC; calendar days
on dates in Europe/Paris (domain page, section 2).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from datetime import time as civil_time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

PARIS = ZoneInfo("Europe/Paris")
_REFRESH_SECONDS = 1.0
_shift = timedelta(0)
_read_at = float("-inf")
_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """The current instant, aware, in UTC; moved by the demonstration shift if there is one."""
    return _frozen.get() or timezone.now() + _current_shift()


def today() -> date:
    """The current civil date in Paris."""
    return now().astimezone(PARIS).date()


def machine_now() -> datetime:
    """The machine's own instant, never moved: for signs of life and other technical dates."""
    return timezone.now()


def paris_instant(day: date, at: civil_time) -> datetime:
    """The UTC instant of a civil date and time in Paris."""
    return datetime.combine(day, at, tzinfo=PARIS).astimezone(ZoneInfo("UTC"))


def move_to(instant: datetime) -> None:
    """Make the portal's clock run from `instant`. Raises RuntimeError outside demonstration."""
    from segur_portal.common.models import ClockShift

    if not settings.DEMONSTRATION:
        raise RuntimeError("La date du portail ne se déplace qu’en mode démonstration.")
    ClockShift.objects.update_or_create(pk=1, defaults={"shift": instant - timezone.now()})
    forget()


@contextmanager
def frozen_at(instant: datetime) -> Iterator[None]:
    """Inside, and for the caller alone, it is exactly `instant`: how the past of a demonstration
    is written. Raises RuntimeError outside demonstration."""
    if not settings.DEMONSTRATION:
        raise RuntimeError("La date du portail ne se fige qu’en mode démonstration.")
    token = _frozen.set(instant)
    try:
        yield
    finally:
        _frozen.reset(token)


def forget() -> None:
    """Read the shift again at the next call."""
    global _read_at
    _read_at = float("-inf")


def _current_shift() -> timedelta:
    global _shift, _read_at
    if not settings.DEMONSTRATION:
        return timedelta(0)
    if time.monotonic() - _read_at > _REFRESH_SECONDS:
        from segur_portal.common.models import ClockShift

        _shift = ClockShift.objects.values_list("shift", flat=True).first() or timedelta(0)
        _read_at = time.monotonic()
    return _shift
