"""The *de minimis* aid that the portal itself granted (MNT-005)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import orjson
from django.db import connection

from enrolment.models import Supplier
from funding.pricing import kept_shares
from funding.workflow import GRANTED
from orders.rules.words import ClientKind
from segur_portal.common.money import ZERO

_GRANTED_ORDERS = """
    SELECT request.pricing::text, (
        SELECT json_agg(json_build_array(
            client.kind,
            COALESCE(NULLIF(client.siren, ''),
                     (SELECT MAX(rpps) FROM orders_orderline WHERE client_id = client.id))
        ) ORDER BY client.position)::text
        FROM orders_orderclient client WHERE client.order_id = request.order_id
    )
    FROM funding_fundingrequest request
    WHERE request.kind = 'AVANCE' AND request.state = ANY(%s)
      AND request.order_id IN (
        SELECT order_id FROM orders_orderclient WHERE siren = ANY(%s)
        UNION
        SELECT client.order_id FROM orders_orderline line
        JOIN orders_orderclient client ON client.id = line.client_id
        WHERE line.rpps <> '' AND line.rpps = ANY(%s)
      )
      AND (%s::bigint IS NULL OR request.supplier_id = %s)
"""


def granted_aid(
    beneficiaries: Sequence[str], *, only_of: Supplier | None = None
) -> dict[str, Decimal]:
    """Euros granted to these SIREN or RPPS, all schemes together; one query.

    Each accepted order counts by the share of each client, as it did when it was judged. What a
    health establishment received is no *de minimis* aid. `only_of` hides other suppliers' orders.
    """
    if not beneficiaries:
        return {}
    owner = only_of.pk if only_of else None
    sirens = [key for key in beneficiaries if len(key) == 9]
    doctors = [key for key in beneficiaries if len(key) != 9]
    with connection.cursor() as cursor:
        cursor.execute(_GRANTED_ORDERS, [list(GRANTED), sirens, doctors, owner, owner])
        rows = cursor.fetchall()
    wanted, total = set(beneficiaries), dict.fromkeys(beneficiaries, ZERO)
    for pricing, clients in rows:
        kinds_and_keys = orjson.loads(clients)
        pointers = tuple(f"/clients/{rank}" for rank in range(len(kinds_and_keys)))
        parts = kept_shares(orjson.loads(pricing), pointers)
        for pointer, (kind, key) in zip(pointers, kinds_and_keys, strict=True):
            if key in wanted and kind != ClientKind.ESTABLISHMENT:
                total[key] += parts[pointer]
    return total
