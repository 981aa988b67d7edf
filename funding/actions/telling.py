"""Telling the members of a supplier what became of one of its requests."""

from __future__ import annotations

from django.urls import reverse

from enrolment.models import Membership
from funding.models import FundingRequest
from segur_portal.common import clock
from segur_portal.common.notices import notify


def tell_supplier(
    request: FundingRequest, *, kind: str, what: str, why: str, key: str = "", page: str = ""
) -> None:
    """Tell each member of the supplier, once when the fact has a `key`; `page` is the name of the
    address to open, the request's own by default."""
    members = Membership.objects.in_force(clock.today()).filter(supplier=request.supplier_id)
    notify(
        users=[member.user for member in members.select_related("user")],
        kind=kind,
        title=f"La demande {request.number} ({request.client_name}) {what}"[:200],
        body=why,
        url=reverse(page or "request_detail", args=[request.number]),
        key=key,
    )
