"""What is held and known already: claims, references, advances and RIS requests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery

from enrolment.models import Supplier
from funding.actions.programme import scale_facts
from funding.intake.world import Known, KnownAdvance
from funding.models import FundingRequest
from funding.workflow import GRANTED, REQUEST
from orders.queries import rows_at_versions
from orders.rules.facts import BaseRow, Holder, OrderFacts
from segur_portal.common.enums import Kind, SchemeCode
from segur_portal.common.french import paris_day

_HELD = """
    SELECT claim.kind, claim.value, claim.slot, o.supplier_id, request.number
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS wanted(kind, value, slot)
    JOIN orders_claim claim ON claim.scheme_id = %s AND claim.released_at IS NULL
         AND claim.kind = wanted.kind AND claim.value = wanted.value AND claim.slot = wanted.slot
    JOIN orders_order o ON o.id = claim.order_id
    LEFT JOIN funding_fundingrequest request
         ON request.order_id = o.id AND request.kind = 'AVANCE'
    WHERE %s::bigint IS NULL OR o.supplier_id = %s
"""


def held_claims(
    supplier: Supplier,
    scheme: str,
    keys: Sequence[tuple[str, str, str]],
    only_of: Supplier | None = None,
) -> dict[tuple[str, str, str], Holder]:
    """Who holds these keys now; another supplier's order is never named."""
    if not keys:
        return {}
    kinds, values, slots = (list(part) for part in zip(*keys, strict=True))
    owner = only_of.pk if only_of else None
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [kinds, values, slots, scheme, owner, owner])
        return {
            (kind, value, slot): Holder(
                is_own=holder == supplier.pk,
                request_number=number if holder == supplier.pk else None,
            )
            for kind, value, slot, holder, number in cursor.fetchall()
        }


def known_requests(
    supplier: Supplier, scheme: str, kind: str, references: Sequence[str]
) -> dict[str, Known]:
    """The supplier's live requests of that kind, by reference."""
    rows = (
        FundingRequest.objects.of(supplier)
        .live()
        .filter(scheme=scheme, kind=kind, reference__in=list(references))
    )
    return {
        row.reference: Known(row.pk, row.number, row.content_hash, row.payload)
        for row in rows.only("reference", "number", "content_hash", "payload")
    }


def lock_advances(supplier: Supplier, scheme: str, references: Sequence[str]) -> None:
    """Hold the advances that balances of these references answer, until the end of the transaction.

    A cancellation under way is waited for, and then seen; one that comes later waits, and then sees
    the balances. Requests are locked an advance before its balance, by key: a balance's is higher.
    """
    rows = (
        FundingRequest.objects.of(supplier)
        .live()
        .filter(scheme=scheme, kind=Kind.ADVANCE, reference__in=list(references))
    )
    list(rows.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk"))


def advances_of(
    supplier: Supplier, scheme: str, references: Sequence[str]
) -> dict[str, KnownAdvance]:
    """The supplier's live advances that balances of these references may answer."""
    other = FundingRequest.objects.live().filter(kind=Kind.BALANCE, advance=OuterRef("pk"))
    rows = (
        FundingRequest.objects.of(supplier)
        .live()
        .filter(scheme=scheme, kind=Kind.ADVANCE, reference__in=list(references))
        .select_related("order__solution", "base", "price_scale")
        .prefetch_related("price_scale__tiers")
        .annotate(
            other_balance=Subquery(other.values("number")[:1]),
        )
        .with_claimed()
    )
    found = list(rows)
    facts = {row.pk: OrderFacts.from_payload(row.payload, scheme=scheme) for row in found}
    base = rows_at_versions(
        scheme,
        [(*key, *_judged_on(row)) for row in found for key in facts[row.pk].identifiers()],
    )
    return {row.reference: _known_advance(row, facts[row.pk], base) for row in found}


def _known_advance(
    row: Any, order: OrderFacts, base: dict[tuple[str, str, int, date], BaseRow]
) -> KnownAdvance:
    solution, judged_on = row.order.solution, _judged_on(row)
    return KnownAdvance(
        request_id=row.pk,
        number=row.number,
        state_label=REQUEST.states[row.state].public,
        is_accepted=row.state in GRANTED,
        other_balance=row.other_balance,
        order_id=row.order_id,
        solution_id=solution.pk,
        solution_key=(solution.name, solution.version),
        order=order,
        amount_kept=row.amount_due - row.claimed,
        scale=scale_facts(row.price_scale),
        base={
            key: base[*key, *judged_on] for key in order.identifiers() if (*key, *judged_on) in base
        },
    )


def _judged_on(row: Any) -> tuple[int, date]:
    """The version of the base an advance was judged on, and the day it was received."""
    return row.base.version, paris_day(row.received_at)


def ris_requests(
    sirens: Sequence[str], only_of: Supplier | None = None
) -> tuple[set[str], set[str]]:
    """Among these SIREN, those with a live RIS request and those with an accepted one."""
    rows = (
        FundingRequest.objects.live()
        .filter(scheme=SchemeCode.RIS, kind=Kind.ADVANCE, order__clients__siren__in=list(sirens))
        .values_list("order__clients__siren", "state")
    )
    if only_of is not None:
        rows = rows.filter(supplier=only_of)
    found = list(rows)
    return (
        {siren for siren, _ in found},
        {siren for siren, state in found if state in GRANTED},
    )
