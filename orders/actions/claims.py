"""Taking and releasing claims: the only writers of what orders hold for themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from orders.models import Claim
from orders.rules.facts import WantedClaim

# Sorted by key: concurrent batches then wait for each other in the same order and never deadlock.
# Inserted before the orders themselves: the foreign key is checked at commit.
_TAKE = """
    INSERT INTO orders_claim (scheme_id, order_id, kind, value, slot)
    SELECT %s, wanted.order_id, wanted.kind, wanted.value, wanted.slot
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[])
         AS wanted(order_id, kind, value, slot)
    ORDER BY wanted.kind, wanted.value, wanted.slot
    ON CONFLICT (scheme_id, kind, value, slot) WHERE released_at IS NULL DO NOTHING
    RETURNING order_id
"""


def take_claims(*, scheme: str, wanted: Sequence[tuple[int, WantedClaim]]) -> set[int]:
    """Take the claims of orders, one insertion for all; `wanted` pairs an order's id and a claim.

    Returns the ids of the orders that lost at least one claim to a live order: the caller undoes
    (savepoint) and judges again. Waits for concurrent transactions on the same keys.
    """
    if not wanted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            [
                scheme,
                [order_id for order_id, _ in wanted],
                [claim.kind for _, claim in wanted],
                [claim.value for _, claim in wanted],
                [claim.slot for _, claim in wanted],
            ],
        )
        taken = [order_id for (order_id,) in cursor.fetchall()]
    return _short_of(wanted, taken)


def _short_of(wanted: Sequence[tuple[int, WantedClaim]], taken: Iterable[int]) -> set[int]:
    missing: dict[int, int] = {}
    for order_id, _ in wanted:
        missing[order_id] = missing.get(order_id, 0) + 1
    for order_id in taken:
        missing[order_id] -= 1
    return {order_id for order_id, count in missing.items() if count}


def release_claims(*, order_id: int, at: datetime) -> int:
    """Free what an order held (refused or cancelled, section 6); returns how many claims."""
    return Claim.objects.live().of_orders([order_id]).update(released_at=at)
