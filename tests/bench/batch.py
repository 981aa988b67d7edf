"""A batch of 200 requests, from the start of the task to the last verdict written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import orjson
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from enrolment.models import User
from funding.actions import process_deposit
from funding.intake import Limits, check_structure, read_envelope
from funding.models import Deposit, DepositLine, FundingRequest
from orders.models import Claim, EligibleClient, Order, OrderClient, OrderLine
from orders.rules.claims import wanted_claims
from orders.rules.facts import OrderFacts
from tests.bench.data import RIS, deposit_of
from tests.bench.figures import Figure, interleaved
from tests.builders import SIRET, a_file, a_filename

ROUNDS = 5
TABLES = {
    "orders_order": "id IN (SELECT order_id FROM funding_fundingrequest WHERE deposit_id = %s)",
    "orders_orderclient": "order_id IN (SELECT order_id FROM funding_fundingrequest"
    " WHERE deposit_id = %s)",
    "orders_orderline": "client_id IN (SELECT c.id FROM orders_orderclient c JOIN"
    " funding_fundingrequest r ON r.order_id = c.order_id WHERE r.deposit_id = %s)",
    "orders_claim": "order_id IN (SELECT order_id FROM funding_fundingrequest"
    " WHERE deposit_id = %s)",
    "funding_fundingrequest": "deposit_id = %s",
    "funding_depositline": "deposit_id = %s",
}


class Floor:
    """COPY of the very rows a batch wrote, into bare copies of their tables, nothing checked."""

    def __init__(self, deposit: Deposit) -> None:
        self.rows: dict[str, bytes] = {}
        with connection.cursor() as cursor:
            for table, condition in TABLES.items():
                cursor.execute(f"CREATE UNLOGGED TABLE bench_{table} (LIKE {table})")
                cursor.execute(f"ALTER TABLE bench_{table} SET LOGGED")
                query = f"COPY (SELECT * FROM {table} WHERE {condition}) TO STDOUT"
                with cursor.copy(query % deposit.pk) as copy:
                    self.rows[table] = b"".join(bytes(part) for part in copy)

    def __call__(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, rows in self.rows.items():
                with cursor.copy(f"COPY bench_{table} FROM STDIN") as copy:
                    copy.write(rows)


def by_orm_line_by_line(requests: list[Any]) -> None:
    """The same checks and rows, the way a first draft would write them: a query per line."""
    model = FundingRequest.objects.filter(kind="AVANCE").select_related("order").first()
    assert model is not None
    for rank, payload in enumerate(requests):
        with transaction.atomic():
            facts = OrderFacts.from_payload(payload, scheme=RIS)
            for kind, value in facts.identifiers():
                EligibleClient.objects.current().filter(scheme=RIS, kind=kind, value=value).first()
            claims = wanted_claims(facts)
            for claim in claims:
                Claim.objects.live().filter(
                    scheme=RIS, kind=claim.kind, value=claim.value, slot=claim.slot
                ).exists()
            order = model.order
            order.pk = None
            order.save()
            for claim in claims:
                Claim.objects.create(
                    order=order,
                    scheme_id=RIS,
                    kind=claim.kind,
                    value=f"orm-{claim.value}",
                    slot=claim.slot,
                )
            _clients_by_orm(order, facts)
            model.pk, model.order = None, order
            model.number = f"ORM-{order.pk}"
            model.reference = f"ORM-{order.pk}"
            model.save()
            DepositLine.objects.create(
                deposit_id=model.deposit_id,
                index=order.pk % 30_000,
                content_hash="0" * 64,
                outcome="integrated",
                request=model,
                identifiers=[str(rank)],
            )


def _clients_by_orm(order: Order, facts: OrderFacts) -> None:
    for position, client in enumerate(facts.clients):
        row = OrderClient.objects.create(
            order=order,
            position=position,
            kind=client.kind,
            name=client.name,
            siren=client.siren or "",
        )
        for rank, doctor in enumerate(client.doctors):
            OrderLine.objects.create(
                client=row,
                position=rank,
                kind="doctor",
                name=doctor.name,
                rpps=doctor.rpps,
                am_number=doctor.am_number,
            )
        for rank, site in enumerate(client.establishments, len(client.doctors)):
            OrderLine.objects.create(
                client=row,
                position=rank,
                kind="establishment",
                name=site.name,
                finess=site.finess,
            )


def figures(user: User, supply: Iterator[list[Any]]) -> list[Figure]:
    """The batch against its floor, against the ORM line by line, and its query counts."""
    waiting = [deposit_of(user, next(supply), number=n + 2) for n in range(ROUNDS + 2)]
    process_deposit(waiting[0].pk)
    floor = Floor(waiting[0])
    todo = iter(waiting[1:])
    naive = iter([next(supply) for _ in range(ROUNDS)])
    copied, treated, by_line = interleaved(
        ROUNDS,
        floor,
        lambda: process_deposit(next(todo).pk),
        lambda: by_orm_line_by_line(next(naive)),
    )
    many = _queries(next(todo))
    alone = _queries(deposit_of(user, next(supply)[:1], number=90))
    assert all(row.ko_count == 0 for row in Deposit.objects.filter(state="done"))
    return [
        Figure("batch-200-floor", copied, "ms"),
        Figure("batch-200", treated, "ms", treated / copied, "target: ratio to floor <= 20"),
        Figure("batch-200-orm-per-line", by_line, "ms", by_line / treated, "target: >= 8"),
        Figure("batch-200-queries", many, "queries", many / alone, "target: as many as for 1"),
    ]


def _queries(deposit: Deposit) -> int:
    with CaptureQueriesContext(connection) as captured:
        process_deposit(deposit.pk)
    return len(captured)


def structure_figures() -> list[Figure]:
    """Reading and checking 200 requests, against the parser and the validator alone."""
    from funding.intake.formats import request_schema

    data = a_file(RIS, requests=200)
    validator = jsonschema_rs.validator_for(request_schema("1.0", RIS, "AVANCE"))
    limits = Limits(max_bytes=10**7, max_depth=20, max_requests=200)

    def alone() -> None:
        for request in orjson.loads(data)["demandes"]:
            validator.is_valid(request)

    def whole() -> None:
        envelope = read_envelope(
            data, filename=a_filename(RIS), supplier_siret=SIRET, limits=limits
        )
        assert not isinstance(envelope, list)
        check_structure(envelope)

    floor, taken = interleaved(15, alone, whole)
    return [
        Figure("structure-200-floor", floor, "ms"),
        Figure("structure-200", taken, "ms", taken / floor, "target: <= 2"),
    ]
