"""Deadlines as a calendar that any agenda subscribes to (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from icalendar import Alarm, Calendar, Event

from funding.actions.deadlines import Due
from segur_portal.common import clock
from segur_portal.common.mails import portal_url

_WARNED = timedelta(days=7)
_LASTS = timedelta(minutes=30)
_REFRESH = timedelta(hours=12)


def calendar_of(deadlines: Iterable[tuple[str, Due]]) -> bytes:
    """The calendar of these deadlines, each with the name of its supplier.

    An event ends at the deadline; its identifier is stable, so that a date moved is moved.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Portail Ségur Vague 2//Échéances//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Échéances Ségur Vague 2")
    calendar.add("refresh-interval", _REFRESH)
    stamp = clock.now()
    for name, due in deadlines:
        event = Event()
        event.add("uid", f"{due.uid}@segur-vague-2")
        event.add("dtstamp", stamp)
        event.add("dtstart", due.at - _LASTS)
        event.add("dtend", due.at)
        event.add("summary", f"{due.title} – {name}")
        event.add("description", due.todo or "Rien en attente de votre côté.")
        event.add("url", portal_url(due.url))
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", due.title)
        alarm.add("trigger", -_WARNED)
        event.add_component(alarm)
        calendar.add_component(event)
    data: bytes = calendar.to_ical()
    return data
