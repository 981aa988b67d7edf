"""States in the supplier's words, time left, quantities."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django import template

from funding.models import Deposit, FundingRequest, Payment
from funding.remittance import reason_in_words
from funding.workflow import DEPOSIT, PAYMENT, REQUEST
from orders.enums import Activity, Situation2023
from orders.models import OrderClient
from segur_portal.common.clock import PARIS
from segur_portal.common.french import count, day, number
from segur_portal.common.models import PriceTier

register = template.Library()
_BADGES = {
    "incomplete": "error",
    "abandoned": "new",
    "lapsed": "error",
    "received": "info",
    "running": "info",
    "done": "success",
    "failed": "error",
    "on_hold": "warning",
    "correction_requested": "warning",
    "to_instruct": "info",
    "in_instruction": "info",
    "accepted": "success",
    "to_pay": "success",
    "paid": "success",
    "refused": "error",
    "cancelled": "error",
}
_SERVICES: dict[str, str] = dict(PriceTier._meta.get_field("service").flatchoices)
_CLIENT_KINDS: dict[str, str] = dict(OrderClient._meta.get_field("kind").flatchoices)


@register.filter
def public_state(subject: Deposit | FundingRequest) -> str:
    """The supplier's wording of a state: internal ones never leak."""
    workflow = DEPOSIT if isinstance(subject, Deposit) else REQUEST
    return workflow.states[subject.state].public


@register.filter
def state_badge(subject: Deposit | FundingRequest) -> str:
    """The DSFR badge of a state; a treated deposit with KO requests is no success."""
    if isinstance(subject, Deposit) and subject.state == "done" and subject.ko_count:
        return "warning"
    return _BADGES[subject.state]


@register.filter
def payment_state(payment: Payment) -> str:
    """The supplier's wording of what became of a transfer."""
    return PAYMENT.states[payment.state].public


@register.filter
def to_pay(request: FundingRequest) -> Decimal:
    """What is to be paid of a request: what is owed back, where the question asked for it."""
    owed: Decimal = getattr(request, "owed", request.amount_due)
    return owed


@register.filter
def bank_reason(payment: Payment) -> str:
    """Why the bank refused or returned a transfer; empty when it did not, or did not say."""
    return reason_in_words(payment.bank_code)


@register.filter
def iso_day(text: str) -> str:
    """A date of a file, `2026-03-31`, as `31/03/2026`."""
    return day(date.fromisoformat(text))


@register.filter
def service(value: str) -> str:
    """A service of a file in words."""
    return _SERVICES.get(value, value)


@register.filter
def signature(value: str) -> str:
    """A type of signature of a file in words: `signature électronique`."""
    return {
        "MANUSCRITE": "signature manuscrite",
        "ELECTRONIQUE": "signature électronique",
    }.get(value, value.lower())


@register.filter
def client_kind(value: str) -> str:
    """A type of client of a file in words."""
    return _CLIENT_KINDS.get(value, value)


@register.filter
def activity(value: str | None) -> str:
    """The activity of a line in words; a dash where it does not apply."""
    return Activity(value).label if value else "–"


@register.filter
def situation(value: str | None) -> str:
    """The situation of a doctor in 2023 in words; a dash where it does not apply."""
    return Situation2023(value).label if value else "–"


@register.filter
def thousands(value: int) -> str:
    """`12 500`, with a narrow no-break space."""
    return number(int(value))


@register.filter
def time_left(at: datetime, now: datetime) -> str:
    """`encore 21 jours`, in calendar days; hours and minutes in the last two days."""
    left = at - now
    if left < timedelta(0):
        return "dépassé"
    if left > timedelta(days=2):
        days = (at.astimezone(PARIS).date() - now.astimezone(PARIS).date()).days
        return f"encore {count(days, 'jour')}"
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    return f"encore {hours}\u00a0h\u00a0{minutes:02}\u00a0min"
