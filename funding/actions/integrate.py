"""Writing what a batch's verdicts decided: set-based insertions, claims first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from funding.actions.world import Versions
from funding.intake import Envelope
from funding.intake.judge import ANSWERED, INTEGRATED, Verdict
from funding.intake.world import World
from funding.models import Deposit, DepositLine, FundingRequest
from funding.rules.catalogue import RULES_VERSION
from orders.actions.claims import take_claims
from orders.enums import LineKind
from orders.models import DeMinimisAid, Order, OrderClient, OrderLine
from orders.rules.facts import Client, OrderFacts, WantedClaim
from segur_portal.common.actions import insert_rows, journal_entry
from segur_portal.common.enums import Kind
from segur_portal.common.models import JournalEntry, Scheme
from segur_portal.common.money import ZERO

_NEXT = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"


class LostRaceError(Exception):
    """A live order took one of the keys between the reading of the facts and the writing."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A deposit being integrated and what it is integrated with."""

    deposit: Deposit
    envelope: Envelope
    world: World
    versions: Versions
    scheme: Scheme
    now: datetime


def integrate(
    batch: Batch, verdicts: Sequence[Verdict], also_wanted: Sequence[tuple[int, WantedClaim]] = ()
) -> None:
    """Write orders, claims, requests, journal and lines of a whole batch, and take the claims
    `also_wanted` by the orders that the batch corrects.

    Query count independent of the number of requests. Raises LostRaceError when a claim was lost:
    the caller rolls back and judges again.
    """
    accepted = [verdict for verdict in verdicts if verdict.outcome == INTEGRATED]
    request_ids = _next_ids(FundingRequest, len(accepted))
    requests = dict(zip((verdict.index for verdict in accepted), request_ids, strict=True))
    if batch.world.kind == Kind.ADVANCE:
        orders = _write_orders(batch, accepted, also_wanted)
    else:
        orders = {v.index: v.advance.order_id for v in accepted if v.advance}
    rows = [request_row(batch, verdict, requests, orders) for verdict in accepted]
    # Sorted by reference, so that two deposits of one supplier meet in the same order.
    in_order = sorted(rows, key=lambda row: row.reference)
    insert_rows(in_order)
    insert_rows([_entry(row, batch) for row in rows])
    insert_rows([_line(batch.deposit, verdict, requests) for verdict in verdicts])


def _next_ids(model: Any, count: int) -> list[int]:
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [model._meta.db_table, count])
        return [row[0] for row in cursor.fetchall()]


def _write_orders(
    batch: Batch, accepted: Sequence[Verdict], also_wanted: Sequence[tuple[int, WantedClaim]]
) -> dict[int, int]:
    """Claims first, all at once: what is lost is known before anything else is written, and two
    batches take theirs in the same order."""
    ids = dict(
        zip(
            (verdict.index for verdict in accepted),
            _next_ids(Order, len(accepted)),
            strict=True,
        )
    )
    new = [(ids[verdict.index], claim) for verdict in accepted for claim in verdict.claims]
    if take_claims(scheme=batch.world.scheme, wanted=[*new, *also_wanted]):
        raise LostRaceError
    insert_rows([order_row(batch, verdict, ids[verdict.index]) for verdict in accepted])
    write_clients([(ids[v.index], v.order, batch.world) for v in accepted])
    return ids


def order_row(batch: Batch, verdict: Verdict, order_id: int) -> Order:
    """What a verdict says of its order, unsaved."""
    facts, payload = verdict.order, verdict.payload
    assert facts is not None
    signed = payload["bonDeCommande"]
    return Order(
        pk=order_id,
        supplier_id=batch.deposit.supplier_id,
        scheme_id=batch.world.scheme,
        solution_id=batch.world.solution_ids[facts.solution_name, facts.solution_version],
        service=facts.service,
        number=signed["numero"],
        signed_on=facts.signed_on,
        signature=signed["typeSignature"],
        file_name=signed["nomFichier"],
        pacs_name=payload["pacs"]["nom"] if payload["pacs"] else "",
        pacs_identifier=facts.pacs_identifier or "",
        net=facts.net,
        vat=facts.vat,
        gross=facts.gross,
    )


def write_clients(orders: Sequence[tuple[int, OrderFacts | None, World]]) -> None:
    """The clients of these orders, their lines and the aid they declare."""
    clients = [
        (order_id, position, client, world)
        for order_id, order, world in orders
        if order
        for position, client in enumerate(order.clients)
    ]
    ids = _next_ids(OrderClient, len(clients))
    rows: list[OrderClient] = []
    lines: list[OrderLine] = []
    aids: list[DeMinimisAid] = []
    for client_id, (order_id, position, client, world) in zip(ids, clients, strict=True):
        rows.append(_client(client_id, order_id, position, client))
        lines.extend(_lines(client_id, client, world))
        aids.extend(
            DeMinimisAid(client_id=client_id, granted_on=aid.granted_on, amount=aid.amount)
            for aid in client.aids
        )
    insert_rows(rows)
    insert_rows(lines)
    insert_rows(aids)


def _client(client_id: int, order_id: int, position: int, client: Client) -> OrderClient:
    return OrderClient(
        pk=client_id,
        order_id=order_id,
        position=position,
        kind=client.kind,
        name=client.name,
        siren=client.siren or "",
        representative=client.representative,
        phone=client.phone,
        mail=client.mail,
        paid_wave_1=client.paid_wave_1,
        has_de_minimis=client.has_de_minimis,
    )


def _lines(client_id: int, client: Client, world: World) -> list[OrderLine]:
    establishments = [
        OrderLine(
            client_id=client_id,
            position=rank,
            kind=LineKind.ESTABLISHMENT,
            name=line.name,
            finess=line.finess,
            activity=line.activity or "",
            activity_2023=_activity(world, "FINESS", line.finess),
        )
        for rank, line in enumerate(client.establishments)
    ]
    doctors = [
        OrderLine(
            client_id=client_id,
            position=rank,
            kind=LineKind.DOCTOR,
            name=line.name,
            rpps=line.rpps,
            am_number=line.am_number,
            activity=line.activity or "",
            situation_2023=line.situation_2023 or "",
            activity_2023=_activity(world, "AM", line.am_number),
        )
        for rank, line in enumerate(client.doctors, start=len(establishments))
    ]
    return establishments + doctors


def _activity(world: World, kind: str, value: str) -> int | None:
    row = world.base.get((kind, value))
    return row.activity_2023 if row else None


def request_row(
    batch: Batch, verdict: Verdict, requests: dict[int, int], orders: dict[int, int]
) -> FundingRequest:
    """What a verdict says of its request, unsaved."""
    pricing, kind = verdict.pricing, batch.world.kind
    assert pricing is not None
    pk = requests[verdict.index]
    alerts = [finding.as_dict() for finding in verdict.alerts]
    return FundingRequest(
        pk=pk,
        number=f"{batch.scheme.short_name}-{kind[0]}-{pk:07d}",
        supplier_id=batch.deposit.supplier_id,
        scheme_id=batch.world.scheme,
        kind=kind,
        reference=verdict.reference or "",
        order_id=orders[verdict.index],
        advance_id=verdict.advance.request_id if verdict.advance else None,
        deposit=batch.deposit,
        position=verdict.index,
        state="on_hold" if verdict.must_wait else "to_instruct",
        state_since=batch.now,
        received_at=batch.deposit.received_at,
        client_name=verdict.client_name,
        net=pricing.net,
        vat=pricing.vat,
        gross=pricing.gross,
        ceiling_net=pricing.ceiling_net or ZERO,
        amount_due=pricing.due,
        pricing=pricing.as_dict(),
        alerts=alerts,
        alert_count=len(alerts),
        payload=verdict.payload,
        content_hash=verdict.content_hash,
        format_version=batch.envelope.format_version,
        rules_version=RULES_VERSION,
        price_scale_id=_scale_id(verdict, batch.world),
        base=batch.versions.base,
        programme=batch.versions.programme,
    )


def _scale_id(verdict: Verdict, world: World) -> int:
    """The scale judged on; a balance keeps that of its advance."""
    scale = verdict.advance.scale if verdict.advance else world.scale
    assert scale is not None, "what no scale could value is KO (MNT-001)"
    return scale.id


def _entry(row: FundingRequest, batch: Batch) -> JournalEntry:
    return journal_entry(
        row,
        "integrate",
        at=batch.now,
        actor_id=batch.deposit.deposited_by_id,
        target=row.state,
        data={"deposit": batch.deposit.number, "index": row.position},
    )


def _line(deposit: Deposit, verdict: Verdict, requests: dict[int, int]) -> DepositLine:
    return DepositLine(
        deposit=deposit,
        index=verdict.index,
        reference=(verdict.reference or "")[:80],
        content_hash=verdict.content_hash,
        outcome=verdict.outcome,
        alert_count=len(verdict.alerts) if verdict.outcome in (INTEGRATED, ANSWERED) else 0,
        findings=[finding.as_dict() for finding in verdict.findings],
        request_id=requests.get(verdict.index, verdict.known_id),
        identifiers=identifiers_of(verdict.payload),
    )


_NAMED = frozenset(
    {
        "referenceFournisseur",
        "numeroDossier",
        "siren",
        "rpps",
        "numeroAm",
        "finessGeographique",
        "finessGeographiques",
        "numerosAm",
        "numero",
    }
)


def identifiers_of(payload: Any) -> list[str]:
    """Every identifier a request names, well-formed or not, for the search.

    What no database stores (NUL, halves of characters) is left out of them.
    """
    found: dict[str, None] = {}

    def walk(value: Any, is_named: bool) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                walk(item, key in _NAMED)
        elif isinstance(value, list):
            for item in value:
                walk(item, is_named)
        elif is_named and isinstance(value, str):
            found[value[:80].replace("\x00", "").encode(errors="ignore").decode()] = None

    walk(payload, False)
    return [value for value in found if value]
