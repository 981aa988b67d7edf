"""Loading what a batch is judged against: a fixed number of queries, whatever its size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from enrolment.actions.paperwork import lapses_of
from enrolment.models import Enrolment, Supplier
from enrolment.rules import LayoutFacts
from funding.actions.aid import granted_aid
from funding.actions.held import (
    advances_of,
    held_claims,
    known_requests,
    lock_advances,
    ris_requests,
)
from funding.actions.layouts import layout_of, layouts_cited, own_layouts
from funding.actions.programme import programme_on
from funding.actions.standing import pilots_of, solutions_of, stage_of
from funding.intake import Envelope, Structure
from funding.intake.facts import beneficiary
from funding.intake.world import KnownAdvance, World
from funding.rules.documents import DocumentFacts
from orders.models import BaseImport
from orders.queries import current_import, rows_for
from orders.rules.facts import OrderFacts
from orders.rules.uniqueness import wanted_claims
from segur_portal.common import clock
from segur_portal.common.enums import Kind, SchemeCode
from segur_portal.common.models import ProgrammeSnapshot


@dataclass(frozen=True, slots=True)
class Versions:
    """What requests remember they were judged on."""

    base: BaseImport | None
    programme: ProgrammeSnapshot


@dataclass(slots=True)
class _Asked:
    """What the well-formed requests of a file name, gathered before any query."""

    references: list[str]
    keys: list[tuple[str, str]]
    claims: list[tuple[str, str, str]]
    sirens: list[str]
    beneficiaries: list[str]


def load_world(
    *,
    supplier: Supplier,
    envelope: Envelope,
    structures: Sequence[Structure],
    received_at: datetime,
    is_simulation: bool = False,
) -> tuple[World, Versions]:
    """The world of a file, and the versions to remember.

    A simulation sees the supplier's own orders only, so that it is no oracle (section 4).
    """
    scheme, on = envelope.scheme, received_at.astimezone(clock.PARIS).date()
    own = supplier if is_simulation else None
    advances = _advances(supplier, envelope, structures)
    asked = _ask(envelope, structures, advances.values())
    windows, parameters, scale, snapshot = programme_on(scheme, on)
    enrolment = Enrolment.objects.alive().filter(supplier=supplier, scheme=scheme).first()
    lapses = lapses_of(enrolment, on)
    solutions, ids = solutions_of(supplier, enrolment, scheme, on, lapses.certificates)
    ris_requested, ris_accepted = (
        ris_requests(asked.sirens, own) if scheme == SchemeCode.DB else ((), ())
    )
    base = current_import(scheme)
    layouts = own_layouts(supplier)
    world = World(
        scheme=scheme,
        kind=envelope.kind,
        supplier_siret=supplier.siret,
        received_at=received_at,
        received_on=on,
        is_simulation=is_simulation,
        windows=windows,
        parameters=parameters,
        scale=scale,
        is_vat_subject=supplier.is_vat_subject,
        holds_osu=supplier.holds_osu(on),
        stage=stage_of(enrolment),
        lapsed=lapses.sentences,
        layout=layout_of(layouts, enrolment, scheme, on),
        layouts=layouts,
        solutions=solutions,
        solution_ids=ids,
        base=rows_for(scheme, asked.keys, on),
        held=held_claims(supplier, scheme, asked.claims, own),
        known=known_requests(supplier, scheme, envelope.kind, asked.references),
        grants=granted_aid(asked.beneficiaries, supplier=supplier, is_own_only=is_simulation),
        ris_requested=frozenset(ris_requested),
        ris_accepted=frozenset(ris_accepted),
        advances=advances,
        pilots=pilots_of(supplier, advances.values()),
    )
    return world, Versions(base, snapshot)


def lock_answered(supplier: Supplier, envelope: Envelope, structures: Sequence[Structure]) -> None:
    """Hold the advances that the balances of a file answer: call it before any other lock."""
    if envelope.kind == Kind.BALANCE:
        lock_advances(supplier, envelope.scheme, _references(envelope, structures))


def with_documents(
    world: World, supplier: Supplier, documents: Mapping[int, tuple[DocumentFacts, ...]]
) -> World:
    """The same world, with what was read of the documents and of the models that they cite."""
    told = replace(world, documents=documents)
    return with_layouts(told, layouts_cited(supplier, cited_in([told])))


def with_layouts(world: World, cited: Mapping[str, tuple[LayoutFacts, ...]]) -> World:
    """The same world, which knows these models too."""
    return replace(world, layouts={**world.layouts, **cited})


def cited_in(worlds: Iterable[World]) -> set[str]:
    """The numbers of layouts that the documents of these worlds show."""
    papers = (paper for world in worlds for rows in world.documents.values() for paper in rows)
    return {number for paper in papers for number in paper.citations}


def _advances(
    supplier: Supplier, envelope: Envelope, structures: Sequence[Structure]
) -> dict[str, KnownAdvance]:
    """The advances that the balances of a file answer; none for a file of advances."""
    if envelope.kind != Kind.BALANCE:
        return {}
    return advances_of(supplier, envelope.scheme, _references(envelope, structures))


def _references(envelope: Envelope, structures: Sequence[Structure]) -> list[str]:
    return [
        request["referenceFournisseur"]
        for structure, request in zip(structures, envelope.requests, strict=True)
        if not structure.findings
    ]


def _ask(
    envelope: Envelope, structures: Sequence[Structure], advances: Iterable[KnownAdvance]
) -> _Asked:
    if envelope.kind == Kind.BALANCE:
        orders = [advance.order for advance in advances]
    else:
        orders = [
            OrderFacts.from_payload(request, scheme=envelope.scheme)
            for structure, request in zip(structures, envelope.requests, strict=True)
            if not structure.findings
        ]
    clients = [client for order in orders for client in order.clients]
    wanted = [] if envelope.kind == Kind.BALANCE else orders
    return _Asked(
        references=_references(envelope, structures),
        keys=list({key: None for order in orders for key in order.lookups()}),
        claims=list({claim.key: None for order in wanted for claim in wanted_claims(order)}),
        sirens=sorted({client.siren for client in clients if client.siren}),
        beneficiaries=sorted({beneficiary(client) for client in clients} - {""}),
    )
