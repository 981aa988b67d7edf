"""DRIMbox requests that wait for their client's RIS: released, or cancelled at the limit (ATT)."""

from __future__ import annotations

import logging
from collections.abc import Collection

from django.db import transaction

from funding.actions.requests import bound_changes, move_request
from funding.actions.ris_fallen import hold_facts_of
from funding.actions.telling import tell_supplier
from funding.enums import PortalReason
from funding.models import Deposit, FundingRequest
from funding.rules.catalogue import CATALOGUE
from funding.workflow import REQUEST
from orders.models import OrderClient
from segur_portal.common import clock
from segur_portal.common.actions import move
from segur_portal.common.enums import Kind, ParameterCode, Role, SchemeCode, WindowKind
from segur_portal.common.french import count, instant
from segur_portal.common.models import NoticeKind, Parameter, Window
from segur_portal.common.rules import Severity
from segur_portal.common.workflow import ForbiddenMoveError

logger = logging.getLogger(__name__)
_REMINDERS = (ParameterCode.HOLD_FIRST_ALERT_DAYS, ParameterCode.HOLD_LAST_ALERT_DAYS)
# The same words whoever deposited the RIS request: another supplier's orders are never named.
_RELEASED = "Une demande RIS a été déposée pour chaque client de la commande."


def release_holds_for(deposit: Deposit) -> int:
    """Release what waited for the RIS requests that a deposit brought (ATT-001)."""
    if (deposit.scheme_id, deposit.kind) != (SchemeCode.RIS, Kind.ADVANCE):
        return 0
    clients = OrderClient.objects.filter(order__requests__deposit=deposit).exclude(siren="")
    sirens = set(clients.order_by().values_list("siren", flat=True))
    return release_holds(sirens) if sirens else 0


def release_holds(sirens: Collection[str] | None = None) -> int:
    """Resume the instruction of the requests on hold whose clients all have a RIS request now.

    Of all requests on hold, or of those of these SIREN. Returns how many were released.
    """
    waiting = FundingRequest.objects.filter(state="on_hold")
    if sirens is not None:
        waiting = waiting.filter(order__clients__siren__in=list(sirens))
    rule, now = CATALOGUE["ATT-001"], clock.now()
    ready = [pk for pk, facts in hold_facts_of(waiting, at=now) if not any(rule.findings(facts))]
    return sum(_release(pk) for pk in ready)


def cancel_overdue_holds() -> int:
    """Past the hold limit, cancel the DRIMbox advances not decided yet whose client has no RIS
    request accepted by ASP (ATT-002); returns how many.

    A request already accepted is a decision of ASP: an officer cancels it (ours).
    """
    now = clock.now()
    open_ones = FundingRequest.objects.in_progress().filter(kind=Kind.ADVANCE)
    rule = CATALOGUE["ATT-002"]
    overdue = []
    for pk, facts in hold_facts_of(open_ones, at=now):
        if finding := next(rule.findings(facts), None):
            overdue.append((pk, finding.message))
    return sum(_cancel(pk, message) for pk, message in overdue)


def warn_holds() -> int:
    """Remind suppliers of what waits for a RIS request, some days before it is cancelled (ATT-002);
    returns how many requests were spoken of.

    The two reminders are parameters of the scheme; only the nearest one that is due is sent, once
    for a limit. What another supplier deposited, or not, is never said.
    """
    limit = Window.objects.filter(scheme=SchemeCode.DB, kind=WindowKind.HOLD).first()
    if limit is None or clock.now() > limit.closes_at:
        return 0
    left = (limit.closes_on - clock.today()).days
    parameters = Parameter.objects.numbers(SchemeCode.DB)
    due = [int(parameters[code]) for code in _REMINDERS if left <= parameters.get(code, -1)]
    if not due:
        return 0
    waiting = FundingRequest.objects.filter(state="on_hold", scheme=SchemeCode.DB).order_by("pk")
    rows = list(waiting.select_related("supplier").defer("payload", "pricing", "alerts"))
    for request in rows:
        tell_supplier(
            request,
            kind=NoticeKind.DEADLINE,
            what=f"sera annulée dans {count(left, 'jour')} sans demande RIS",
            why=(
                "Aucune demande RIS n’a été déposée pour ce client. Sans demande RIS validée par "
                f"l’ASP {instant(limit.closes_at)} au plus tard, cette demande DRIMbox est annulée "
                "automatiquement (ATT-002)."
            ),
            key=f"hold-{request.pk}-{limit.closes_on}-{min(due)}",
        )
    return len(rows)


@transaction.atomic
def _release(pk: int) -> bool:
    """Move one request on; False when somebody moved it meanwhile."""
    request = FundingRequest.objects.select_for_update(of=("self",)).get(pk=pk)
    alerts = [item for item in request.alerts if item["severity"] != Severity.WAIT]
    try:
        move(
            request,
            "release",
            workflow=REQUEST,
            role=Role.SYSTEM,
            note=_RELEASED,
            alerts=alerts,
            alert_count=len(alerts),
            **bound_changes(request, "release", actor=None),
        )
    except ForbiddenMoveError as late:
        logger.info("Request %s is not released: %s", request.number, late)
        return False
    tell_supplier(request, kind=NoticeKind.REQUEST, what="reprend son instruction", why=_RELEASED)
    return True


@transaction.atomic
def _cancel(pk: int, message: str) -> bool:
    """Cancel one request, which frees its claims; False when somebody decided it meanwhile."""
    request = FundingRequest.objects.get(pk=pk)
    try:
        move_request(
            request,
            "expire",
            actor=None,
            role=Role.SYSTEM,
            reason_code=PortalReason.NO_RIS,
            note=message,
        )
    except ForbiddenMoveError as late:
        logger.info("Request %s is not cancelled: %s", request.number, late)
        return False
    return True
