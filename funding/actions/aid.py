"""The *de minimis* aid that the portal itself granted (MNT-005)."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from django.db import connection

from enrolment.models import Supplier
from funding.pricing import kept_shares
from funding.rules.facts import Grants
from funding.workflow import GRANTED
from segur_portal.common.money import ZERO

_GRANTED_ORDERS = """
    SELECT request.supplier_id, request.pricing::text, (
        SELECT json_agg(json_build_array(
            client.kind = 'ETABLISSEMENT' AND EXISTS (
                SELECT FROM orders_orderline WHERE client_id = client.id AND finess <> ''
            ),
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
    beneficiaries: Sequence[str], *, supplier: Supplier, is_own_only: bool = False
) -> dict[str, Grants]:
    """Euros granted to these SIREN or RPPS, all schemes together, for the orders of this supplier
    and for those of others; one query.

    Each accepted order counts by the share of each client, as it did when it was judged. What a
    health establishment received is no *de minimis* aid. `is_own_only` leaves others' orders out.
    """
    if not beneficiaries:
        return {}
    owner = supplier.pk if is_own_only else None
    sirens = [key for key in beneficiaries if len(key) == 9]
    doctors = [key for key in beneficiaries if len(key) != 9]
    with connection.cursor() as cursor:
        cursor.execute(_GRANTED_ORDERS, [list(GRANTED), sirens, doctors, owner, owner])
        rows = cursor.fetchall()
    own, others = dict.fromkeys(beneficiaries, ZERO), dict.fromkeys(beneficiaries, ZERO)
    for supplier_id, pricing, clients in rows:
        total = own if supplier_id == supplier.pk else others
        exempt_and_keys = orjson.loads(clients)
        pointers = tuple(f"/clients/{rank}" for rank in range(len(exempt_and_keys)))
        parts = kept_shares(orjson.loads(pricing), pointers)
        for pointer, (is_exempt, key) in zip(pointers, exempt_and_keys, strict=True):
            if key in total and not is_exempt:
                total[key] += parts[pointer]
    return {key: Grants(own[key], others[key]) for key in own}
