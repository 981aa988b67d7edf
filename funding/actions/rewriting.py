"""Writing the answers to corrections: one given on screen, or all those of a deposit, by the same
statements, whose number does not depend on how many answers there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Greatest

from enrolment.models import User
from funding.actions.corrected_papers import Papers, keep_papers
from funding.actions.integrate import Batch, order_row, request_row, write_clients
from funding.intake.judge import Verdict
from funding.intake.leaves import Leaf, value_at
from funding.models import Correction, FundingRequest, RequestRevision
from funding.workflow import REQUEST
from orders.models import Claim, DeMinimisAid, Order, OrderLine
from orders.rules.facts import WantedClaim
from segur_portal.common import clock
from segur_portal.common.actions import move_all
from segur_portal.common.enums import Kind, Role
from segur_portal.common.models import ProgrammeSnapshot

# What a correction may change of a request; its number, its dates, its deposit stay.
_CORRECTED = (
    "client_name",
    "net",
    "vat",
    "gross",
    "ceiling_net",
    "amount_due",
    "pricing",
    "alerts",
    "alert_count",
    "payload",
    "content_hash",
    "rules_version",
    "price_scale_id",
    "base_id",
    "programme_id",
)
# What remains readable of a request once a correction took its place.
_REVISED = (
    "client_name",
    "net",
    "vat",
    "gross",
    "amount_due",
    "payload",
    "pricing",
    "alerts",
    "rules_version",
)
# Of the order itself: its supplier and its scheme stay.
_ORDERED = (
    "solution_id",
    "service",
    "number",
    "signed_on",
    "signature",
    "file_name",
    "pacs_name",
    "pacs_identifier",
    "net",
    "vat",
    "gross",
)
# What hangs from them is gone already: one statement, that looks for nothing else to delete.
_FORGET_CLIENTS = "DELETE FROM orders_orderclient WHERE order_id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer that passed the rules: the locked request, what was asked of it by pointer, and
    what it was judged with. `origin` says where the answer came from, when not from the screen."""

    request: FundingRequest
    pending: Mapping[str, Correction]
    batch: Batch
    verdict: Verdict
    papers: Papers
    origin: str = ""


def free_claims(answers: Sequence[Answered]) -> list[tuple[int, WantedClaim]]:
    """Free the keys that the corrected orders no longer name; returns those that they now want."""
    orders = {one.request.order_id: one for one in answers if _is_advance(one)}
    if not orders:
        return []
    held: dict[tuple[int, str, str, str], int] = {}
    for claim in Claim.objects.live().of_orders(list(orders)):
        held[claim.order_id, claim.kind, claim.value, claim.slot] = claim.pk
    wanted = {
        (order_id, claim.kind, claim.value, claim.slot): (order_id, claim)
        for order_id, one in orders.items()
        for claim in one.verdict.claims
    }
    gone = [pk for key, pk in held.items() if key not in wanted]
    Claim.objects.filter(pk__in=gone).update(released_at=clock.now())
    return [pair for key, pair in wanted.items() if key not in held]


def write_answers(answers: Sequence[Answered], *, actor: User) -> None:
    """Write what the corrected requests say now, in place of what they said, close what was asked,
    and give them back to ASP. The claims are taken already (`free_claims`)."""
    if not answers:
        return
    _rewrite_orders([one for one in answers if _is_advance(one)])
    _keep_revisions(answers)
    _rewrite_requests(answers)
    keep_papers([(one.request, one.papers) for one in answers])
    _close(answers, actor)
    _give_back(answers, actor)


def _is_advance(one: Answered) -> bool:
    return one.request.kind == Kind.ADVANCE


def _rewrite_orders(answers: Sequence[Answered]) -> None:
    if not answers:
        return
    rows = [order_row(one.batch, one.verdict, one.request.order_id) for one in answers]
    Order.objects.bulk_update(rows, _ORDERED)
    ids = [row.pk for row in rows]
    DeMinimisAid.objects.filter(client__order__in=ids).delete()
    OrderLine.objects.filter(client__order__in=ids).delete()
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_CLIENTS, [ids])
    write_clients([(one.request.order_id, one.verdict.order, one.batch.world) for one in answers])


def _keep_revisions(answers: Sequence[Answered]) -> None:
    """What these requests said until now: the locked rows, before anything is written of them."""
    now = clock.now()
    RequestRevision.objects.bulk_create(
        RequestRevision(
            request=one.request,
            replaced_at=now,
            **{name: getattr(one.request, name) for name in _REVISED},
        )
        for one in answers
    )


def _rewrite_requests(answers: Sequence[Answered]) -> None:
    snapshots = {one.batch.versions.programme.pk: one.batch.versions.programme for one in answers}
    new = [snapshot for snapshot in snapshots.values() if snapshot._state.adding]
    ProgrammeSnapshot.objects.bulk_create(new, ignore_conflicts=True)
    rows = []
    for one in answers:
        index, request = one.verdict.index, one.request
        rows.append(
            request_row(one.batch, one.verdict, {index: request.pk}, {index: request.order_id})
        )
    FundingRequest.objects.bulk_update(rows, _CORRECTED)


def _close(answers: Sequence[Answered], actor: User) -> None:
    now, rows = clock.now(), []
    for one in answers:
        for pointer, asked in one.pending.items():
            given = one.papers.digest(pointer) if asked.is_document else _given(one, pointer)
            asked.after, asked.answered_by, asked.answered_at = given, actor, now
            rows.append(asked)
    Correction.objects.bulk_update(rows, ["after", "answered_by", "answered_at"])


def _give_back(answers: Sequence[Answered], actor: User) -> None:
    """Give them back to ASP, or put them on hold: a DRIMbox order whose client, as corrected, has
    no RIS request waits for it (ATT-001). The days spent with the supplier are no days of ASP."""
    spent = Greatest(Value(clock.now()) - F("state_since"), Value(timedelta()))
    for name, must_wait in (("answer_correction", False), ("answer_and_wait", True)):
        those = [one for one in answers if one.verdict.must_wait is must_wait]
        if those:
            move_all(
                FundingRequest.objects.filter(pk__in=[one.request.pk for one in those]),
                name,
                workflow=REQUEST,
                role=Role.SUPPLIER,
                actor=actor,
                notes={one.request.pk: _summary(one) for one in those},
                waited=F("waited") + spent,
            )


def _summary(one: Answered) -> str:
    """What was answered, for the journal that both sides read."""
    lines = [one.origin] if one.origin else []
    for pointer, asked in one.pending.items():
        if asked.is_document:
            replaced = one.papers.digest(pointer) is not None
            lines.append(f"– {asked.label} : {'remplacé' if replaced else 'maintenu'}")
            continue
        given = _given(one, pointer)
        kept = given == asked.before
        shown = "maintenu" if kept else f"{_shown(asked.before)} → {_shown(given)}"
        lines.append(f"– {asked.label} : {shown}")
    return "\n".join(lines)


def _given(one: Answered, pointer: str) -> Any:
    return value_at(one.verdict.payload, pointer)


def _shown(value: Any) -> str:
    return Leaf("", "", value, "text").shown
