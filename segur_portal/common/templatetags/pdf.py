"""Dates on the pages of the documents issued, whose data keep them in ISO form."""

from __future__ import annotations

from datetime import datetime

from django import template

from segur_portal.common.french import day, paris_day
from segur_portal.common.templatetags.portal import instant_seconds

register = template.Library()


@register.filter(name="paris_day")
def civil_day(value: datetime) -> str:
    """The civil date of an instant in Paris: `15/09/2026`."""
    return day(paris_day(value))


@register.filter
def iso_instant(value: str | datetime) -> str:
    """An instant kept as ISO text, to the second: `15/09/2026 à 09:42:07`."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return instant_seconds(at)
