"""Instructing a request: every change of its state by an agent (domain page, section 7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

from enrolment.actions import check_assigned
from enrolment.models import User
from funding.actions.acceptance import check_advance, check_de_minimis, check_ris
from funding.actions.consequences import check_cancellable, live_balance
from funding.actions.isolation import check_documents_open
from funding.actions.ledger import record_cancellation, record_due
from funding.actions.letters import issue_letters, reason_words
from funding.actions.ris_fallen import hold_clients_of
from funding.actions.telling import tell_decision
from funding.models import FundingRequest
from funding.workflow import DECISIONS, REQUEST, WITH_SUPPLIER
from orders.actions.claims import release_claims
from pilots.actions import discount_reports
from segur_portal.common import clock
from segur_portal.common.actions import move
from segur_portal.common.enums import Kind, Role


@transaction.atomic
def move_request(
    request: FundingRequest,
    name: str,
    *,
    actor: User | None,
    role: str,
    reason_code: str = "",
    note: str = "",
    is_told: bool = True,
) -> None:
    """Move a request as its state table allows.

    A decision issues its letters and is told to the supplier, unless the caller tells it. A
    refused or cancelled advance frees what its order claimed, and its pilot report counts no more,
    in the same transaction; a cancelled advance takes its balance with it; a RIS that falls
    suspends the DRIMbox requests it allowed. Raises ForbiddenMoveError, in French: the state table,
    an officer's schemes, money on its way to the supplier, an acceptance above the *de minimis*
    ceiling (MNT-005), before that of the RIS (ATT-002), or of a balance whose advance does not
    allow it.
    """
    check_assigned(actor, request.scheme_id)
    locked = _locked(request, with_advance=name == "accept")
    if name == "cancel":
        _cancel_balance(
            locked, actor=actor, role=role, reason_code=reason_code, note=note, is_told=is_told
        )
    if name == "accept":
        check_documents_open(locked)
        check_ris(locked)
        check_de_minimis(locked)
        check_advance(locked)
    move(
        request,
        name,
        workflow=REQUEST,
        role=role,
        actor=actor,
        reason_code=reason_code,
        note=note,
        **bound_changes(locked, name, actor=actor),
    )
    issue_letters(request, name, reason_code=reason_code, note=note)
    _follow_money(request, source=locked.state)
    if locked.kind == Kind.ADVANCE and not REQUEST.states[request.state].is_live:
        release_claims(order_id=locked.order_id, at=clock.now())
        discount_reports(order_id=locked.order_id)
        hold_clients_of(locked)
    if is_told:
        tell_decision(request, name, reason=reason_words(reason_code), note=note)


def _locked(request: FundingRequest, *, with_advance: bool) -> FundingRequest:
    """The request, locked; a balance to accept after the advance it answers, as a cancellation and
    a deposit lock them: what is then read of the advance holds until the end."""
    keys = [request.pk, request.advance_id if with_advance else None]
    rows = FundingRequest.objects.select_for_update(of=("self",)).filter(pk__in=filter(None, keys))
    found = {row.pk: row for row in rows.order_by("pk")}
    locked: FundingRequest = found[request.pk]
    if advance := found.get(locked.advance_id):
        locked.advance = advance
    return locked


def bound_changes(locked: FundingRequest, name: str, *, actor: User | None) -> dict[str, Any]:
    """What a move changes besides the state: whose file it is, and its clock.

    Who takes a file has it; what is given back is nobody's. The clock stops while the supplier has
    the hand, and for good at the first decision.
    """
    now, changes = clock.now(), dict[str, Any]()
    if name == "take" and actor is not None:
        changes["assigned_to"] = actor
    elif name == "give_back":
        changes["assigned_to"] = None
    if locked.state in WITH_SUPPLIER:
        changes["waited"] = locked.waited + max(now - locked.state_since, timedelta())
    if name in DECISIONS and locked.decided_at is None:
        changes["decided_at"] = now
    return changes


def _follow_money(request: FundingRequest, *, source: str) -> None:
    """The ledger follows: accepted, it is due; cancelled afterwards, it is due no more."""
    now = clock.now()
    if request.state == "accepted":
        record_due(request, at=now)
        if not request.amount_due:
            move(request, "close_unpaid", workflow=REQUEST, role=Role.SYSTEM)
    elif request.state == "cancelled" and source in ("accepted", "paid"):
        record_cancellation(request, was_paid=source == "paid", at=now)


def _cancel_balance(request: FundingRequest, **cancelled: Any) -> None:
    """The balance of a cancelled advance falls with it, first."""
    check_cancellable(request)
    if (balance := live_balance(request)) is not None:
        move_request(balance, "cancel", **cancelled)
