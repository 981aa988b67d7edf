"""The bench's own data: a base of 300,000 lines and 150,000 requests, built by SQL."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from django.db import connection

from enrolment.models import User
from funding.actions import process_deposit
from funding.actions.receive import receive_deposit
from funding.models import Deposit
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import a_base, a_member, a_supplier, an_enrolment, the_programme

RIS = "SONS-IMG-RIS-Va2"
BASE_ROWS, REQUESTS_PRESENT, BATCH = 300_000, 150_000, 200

_FILL_BASE = """
    INSERT INTO orders_eligibleclient (scheme_id, kind, value, rpps, siren, label, structure_type,
        specialty, is_liberal, doctor_count, postal_code, activity, activity_2023, had_wave_1,
        valid_from)
    SELECT %s, 'AM', 'B' || lpad(n::text, 8, '0'), '', '', 'Client ' || n, 'MEDECIN', '', true, 1,
           '', 'RADIOLOGIE', 5000, false, 1
    FROM generate_series(1, %s) n
"""

# The 150,000 requests present are copies of one that went through the pipeline, other keys.
_COPY_ORDERS = """
    INSERT INTO orders_order (id, supplier_id, scheme_id, solution_id, service, number, signed_on,
        signature, file_name, pacs_name, pacs_identifier, net, vat, gross)
    SELECT o.id + n, o.supplier_id, o.scheme_id, o.solution_id, o.service, 'P' || n, o.signed_on,
        o.signature, o.file_name, '', '', o.net, o.vat, o.gross
    FROM orders_order o, generate_series(1, %(count)s) n WHERE o.id = %(order)s
"""
_COPY_CLIENTS = """
    INSERT INTO orders_orderclient (order_id, position, kind, name, siren, representative, phone,
        mail, paid_wave_1, has_de_minimis)
    SELECT c.order_id + n, 0, c.kind, c.name, 'S' || lpad(n::text, 8, '0'), c.representative,
        c.phone, c.mail, c.paid_wave_1, c.has_de_minimis
    FROM orders_orderclient c, generate_series(1, %(count)s) n WHERE c.order_id = %(order)s
"""
_COPY_LINES = """
    INSERT INTO orders_orderline (client_id, position, kind, name, finess, rpps, am_number,
        activity, situation_2023, activity_2023)
    SELECT c.id, line, 'doctor', 'Docteur', '', 'R' || lpad((c.order_id * 5 + line)::text, 10, '0'),
        'A' || lpad((c.order_id * 5 + line)::text, 8, '0'), 'RADIOLOGIE', 'PRESENT', 5000
    FROM orders_orderclient c, generate_series(0, 4) line WHERE c.order_id > %(order)s
"""
_COPY_CLAIMS = """
    INSERT INTO orders_claim (order_id, scheme_id, kind, value, slot)
    SELECT c.order_id, %(scheme)s, 'AM', l.am_number, ''
    FROM orders_orderline l JOIN orders_orderclient c ON c.id = l.client_id
    WHERE c.order_id > %(order)s
    UNION ALL
    SELECT order_id, %(scheme)s, 'SIREN', siren, 'radiology' FROM orders_orderclient
    WHERE order_id > %(order)s
"""
_COPY_REQUESTS = """
    INSERT INTO funding_fundingrequest (id, number, supplier_id, scheme_id, kind, reference,
        order_id, deposit_id, position, state, state_since, received_at, client_name, net, vat,
        gross, ceiling_net, amount_due, pricing, alerts, alert_count, has_client_left_base, payload,
        content_hash, format_version, rules_version, price_scale_id, base_id, programme_id)
    SELECT r.id + n, 'P-' || n, r.supplier_id, r.scheme_id, r.kind, 'P-' || n, r.order_id + n,
        r.deposit_id, r.position, r.state, r.state_since, r.received_at - n * interval '1 minute',
        r.client_name, r.net, r.vat, r.gross, r.ceiling_net, r.amount_due, r.pricing, r.alerts,
        r.alert_count, false, r.payload, r.content_hash, r.format_version, r.rules_version,
        r.price_scale_id, r.base_id, r.programme_id
    FROM funding_fundingrequest r, generate_series(1, %(count)s) n WHERE r.order_id = %(order)s
"""
_MOVE_ON = """
    SELECT setval(pg_get_serial_sequence('orders_order', 'id'), (SELECT MAX(id) FROM orders_order)),
           setval(pg_get_serial_sequence('funding_fundingrequest', 'id'),
                  (SELECT MAX(id) FROM funding_fundingrequest))
"""


def build() -> tuple[User, Iterator[list[Any]]]:
    """A depositor, and an endless supply of batches of good requests the base knows."""
    the_programme()
    user = a_member(a_supplier(SIRET))
    model = a_request(RIS, number=1)
    an_enrolment(user.memberships.get().supplier, model, RIS)
    a_base(RIS, [model])
    deposit = deposit_of(user, [model], number=1)
    process_deposit(deposit.pk)
    order = deposit.requests.get().order_id
    values: dict[str, int | str] = {"count": REQUESTS_PRESENT, "order": order, "scheme": RIS}
    with connection.cursor() as cursor:
        cursor.execute(_FILL_BASE, [RIS, BASE_ROWS])
        cursor.execute(_COPY_ORDERS, values)
        cursor.execute(_COPY_CLIENTS, values)
        cursor.execute(_COPY_LINES, values)
        cursor.execute(_COPY_CLAIMS, values)
        cursor.execute(_COPY_REQUESTS, values)
        cursor.execute(_MOVE_ON)
        cursor.execute("VACUUM ANALYZE")
    return user, batches()


def batches() -> Iterator[list[Any]]:
    """Batches of 200 requests whose clients are eligible and free."""
    first = 2
    while True:
        requests = [a_request(RIS, number=number) for number in range(first, first + BATCH)]
        a_base(RIS, requests)
        yield requests
        first += BATCH


def deposit_of(user: User, requests: list[Any], *, number: int) -> Deposit:
    """A deposit received, not treated."""
    return receive_deposit(
        supplier=user.memberships.get().supplier,
        user=user,
        content=BytesIO(a_file(RIS, requests=requests)),
        name=a_filename(RIS, number=number % 999 + 1),
    )
