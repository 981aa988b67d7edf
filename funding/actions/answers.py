"""The requests that await a correction, judged again: as of the day each was received, without
what it holds itself; those of a deposit in a number of queries that depends on the number of those
days, not on that of the requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from enrolment.models import Supplier
from funding.actions.corrected_papers import Papers, Rereader, brought_papers
from funding.actions.integrate import Batch
from funding.actions.layouts import layouts_cited
from funding.actions.rewriting import Answered
from funding.actions.world import Versions, cited_in, load_world, with_layouts
from funding.documents import expected_files
from funding.intake import Envelope, Structure
from funding.intake.judge import ANSWERED, Verdict
from funding.intake.world import Reopened, World
from funding.models import Correction, Deposit, DepositDocument, FundingRequest
from funding.rules.documents import DocumentFacts
from orders.models import BaseImport
from orders.queries import rows_at_versions
from orders.rules.facts import BaseRow, BaseRows, OrderFacts
from segur_portal.common import clock
from segur_portal.common.enums import Kind
from segur_portal.common.french import paris_day

AWAITING = "correction_requested"


@dataclass(frozen=True, slots=True)
class Again:
    """A request that awaits a correction, and what a file says of it now."""

    request: FundingRequest
    structure: Structure
    payload: Any


@dataclass(frozen=True, slots=True)
class Awaited:
    """A request of a deposit that awaits a correction: what was asked, what it is judged with."""

    again: Again
    pending: Mapping[str, Correction]
    reopened: Reopened
    versions: Versions
    papers: Papers | None


def awaiting_in(
    supplier: Supplier,
    envelope: Envelope,
    structures: Sequence[Structure],
    *,
    is_simulation: bool = False,
) -> list[Again]:
    """The requests of this file that are the supplier's own and await a correction.

    Locked, in the order of their keys, unless nothing will be written: an answer given on screen
    at the same moment is then either finished, and its request no longer here, or waits.
    """
    lines = {
        structure.index: (structure, payload)
        for structure, payload in zip(structures, envelope.requests, strict=True)
        if not structure.findings
    }
    references = [payload["referenceFournisseur"] for _, payload in lines.values()]
    rows = FundingRequest.objects.of(supplier).filter(
        state=AWAITING, scheme=envelope.scheme, kind=envelope.kind, reference__in=references
    )
    rows = rows.select_related("deposit", "base", "scheme").order_by("pk")
    if not is_simulation:
        rows = rows.select_for_update(of=("self",))
    found = {row.reference: row for row in rows}
    return [
        Again(found[payload["referenceFournisseur"]], structure, payload)
        for structure, payload in lines.values()
        if payload["referenceFournisseur"] in found
    ]


def reopen(
    supplier: Supplier,
    envelope: Envelope,
    again: Sequence[Again],
    documents: Mapping[int, Sequence[DocumentFacts]],
    *,
    deposit: Deposit | None = None,
    rereader: Rereader | None = None,
) -> dict[int, Awaited]:
    """What each of these may be the answer to, by index. Without a deposit, simulated: no
    document came."""
    if not again:
        return {}
    pending = _pending(one.request for one in again)
    worlds = worlds_as_received(supplier, envelope, again, is_simulation=deposit is None)
    papers = _documents(again, deposit) if deposit else None
    found = {}
    for one, (world, versions) in zip(again, worlds, strict=True):
        asked = pending.get(one.request.pk, {})
        index, given, changed = one.structure.index, None, frozenset[str]()
        if papers and deposit and rereader:
            given = Papers({}, deposit.deposited_by)
            facts, changed = brought_papers(
                (one.request, one.payload),
                documents.get(index, ()),
                opened=asked.keys(),
                mine=papers.get(one.request.deposit_id, {}),
                new=papers.get(deposit.pk, {}),
                papers=given,
                rereader=rereader,
            )
            world = replace(world, documents={index: facts})
        opened = {pointer: correction.label for pointer, correction in asked.items()}
        found[index] = Awaited(one, asked, Reopened(opened, world, changed), versions, given)
    return _with_layouts(found, supplier)


def _with_layouts(awaited: dict[int, Awaited], supplier: Supplier) -> dict[int, Awaited]:
    """The same, knowing the models that their documents cite. One query."""
    cited = layouts_cited(supplier, cited_in(one.reopened.world for one in awaited.values()))
    if not cited:
        return awaited
    return {
        index: replace(
            one, reopened=replace(one.reopened, world=with_layouts(one.reopened.world, cited))
        )
        for index, one in awaited.items()
    }


def answers_of(
    awaited: Mapping[int, Awaited],
    verdicts: Iterable[Verdict],
    envelope: Envelope,
    deposit: Deposit,
) -> list[Answered]:
    """The answers to write: the verdicts that found one, with what each was judged with."""
    found = []
    for verdict in verdicts:
        if verdict.outcome != ANSWERED:
            continue
        one = awaited[verdict.index]
        assert one.papers is not None, "only a simulation brings no document"
        origin = f"Par le dépôt {deposit.number}, demande n°\u00a0{verdict.index}."
        batch = batch_of(one.again.request, envelope, one.reopened.world, one.versions)
        found.append(Answered(one.again.request, one.pending, batch, verdict, one.papers, origin))
    return found


def batch_of(
    request: FundingRequest, envelope: Envelope, world: World, versions: Versions
) -> Batch:
    """What a corrected request is written with: its own deposit, its own world."""
    return Batch(request.deposit, envelope, world, versions, request.scheme, clock.now())


def worlds_as_received(
    supplier: Supplier,
    envelope: Envelope,
    again: Sequence[Again],
    *,
    is_simulation: bool = False,
) -> list[tuple[World, Versions]]:
    """The world in which each is judged again and what it then remembers, in the same order."""
    days: dict[date, list[Again]] = {}
    for one in again:
        days.setdefault(paris_day(one.request.received_at), []).append(one)
    loaded = {
        day: load_world(
            supplier=supplier,
            envelope=replace(envelope, requests=[one.payload for one in those]),
            structures=[one.structure for one in those],
            received_at=those[0].request.received_at,
            is_simulation=is_simulation,
        )
        for day, those in days.items()
    }
    then = _rows_then(again) if envelope.kind == Kind.ADVANCE else {}
    found = []
    for one in again:
        world, versions = loaded[paris_day(one.request.received_at)]
        base, rows = _base_of(one, world, versions, then.get(one.request.pk, {}))
        world = _as_received(world, one.request, rows)
        found.append((world, replace(versions, base=base)))
    return found


def _rows_then(again: Sequence[Again]) -> dict[int, dict[tuple[str, str], BaseRow]]:
    """The lines of the base as they counted when each request was received, by request: a client
    that left since does not block an answer, nor does another activity change a ceiling."""
    keys = {
        one.request.pk: [
            (*key, one.request.base.version or 0, paris_day(one.request.received_at))
            for key in OrderFacts.from_payload(one.payload, scheme=one.request.scheme_id).lookups()
        ]
        for one in again
    }
    scheme = again[0].request.scheme_id
    rows = rows_at_versions(scheme, [key for asked in keys.values() for key in asked])
    return {
        pk: {(key[0], key[1]): rows[key] for key in asked if key in rows}
        for pk, asked in keys.items()
    }


def _base_of(
    one: Again, world: World, versions: Versions, then: Mapping[tuple[str, str], BaseRow]
) -> tuple[BaseImport, BaseRows]:
    """The one version of the base that a corrected request is judged on, and remembers.

    That of its reception; the one in force only when the correction names somebody who entered
    the base since, and it knows all of them. Never a mixture: its balance is judged on the same.
    """
    request = one.request
    if request.kind == Kind.BALANCE or versions.base is None:
        return request.base, then
    named = OrderFacts.from_payload(one.payload, scheme=request.scheme_id).identifiers()
    if any(key not in then for key in named) and all(key in world.base for key in named):
        return versions.base, world.base
    return request.base, then


def _as_received(world: World, request: FundingRequest, base: BaseRows) -> World:
    """The world of the instant when this request was received, as if it held nothing."""
    held = {key: one for key, one in world.held.items() if one.request_number != request.number}
    advances = {
        reference: replace(one, other_balance=None) if one.other_balance == request.number else one
        for reference, one in world.advances.items()
    }
    return replace(
        world,
        received_at=request.received_at,
        known={},
        held=held,
        advances=advances,
        base=base,
    )


def _pending(requests: Iterable[FundingRequest]) -> dict[int, dict[str, Correction]]:
    """What is asked of these requests, by request and pointer. One query."""
    found: dict[int, dict[str, Correction]] = {}
    rows = Correction.objects.pending().filter(request__in=[one.pk for one in requests])
    for row in rows.order_by("pk"):
        found.setdefault(row.request_id, {})[row.pointer] = row
    return found


def _documents(again: Sequence[Again], deposit: Deposit) -> dict[int, dict[str, DepositDocument]]:
    """The documents in force of these requests and of the deposit, by deposit and name. One
    query."""
    names = {file.name for one in again for file in expected_files(one.payload, one.request.kind)}
    deposits = {deposit.pk, *(one.request.deposit_id for one in again)}
    rows = DepositDocument.objects.filter(deposit__in=deposits, name__in=names, is_current=True)
    found: dict[int, dict[str, DepositDocument]] = {}
    for row in rows.select_related("file"):
        found.setdefault(row.deposit_id, {})[row.name] = row
    return found
