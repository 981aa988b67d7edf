"""Loading what a batch is judged against: a fixed number of queries, whatever its size."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.db import connection
from django.db.models import OuterRef, Q, Subquery

from enrolment.actions.paperwork import lapses_of
from enrolment.enums import SpecimenKind
from enrolment.models import Distribution, Enrolment, Solution, Specimen, Supplier
from enrolment.rules import SolutionFacts
from funding.actions.aid import granted_aid
from funding.intake import Envelope, Structure
from funding.intake.facts import beneficiary
from funding.intake.world import Known, KnownAdvance, World
from funding.models import FundingRequest
from funding.pricing import Scale, Tier
from funding.rules.facts import PilotFacts, WindowFacts
from funding.workflow import GRANTED, REQUEST
from orders.models import BaseImport
from orders.queries import current_import, rows_at_versions, rows_for
from orders.rules.facts import BaseRow, Holder, OrderFacts
from orders.rules.uniqueness import wanted_claims
from pilots.models import PilotProof
from pilots.rules import Campaign
from segur_portal.common import clock
from segur_portal.common.enums import Kind, SchemeCode
from segur_portal.common.models import Parameter, PriceScale, ProgrammeSnapshot, Window


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
    advances = (
        _advances(supplier, scheme, _references(envelope, structures))
        if envelope.kind == Kind.BALANCE
        else {}
    )
    asked = _ask(envelope, structures, advances.values())
    windows, parameters, scale, snapshot = _programme(scheme, on)
    enrolment = Enrolment.objects.alive().filter(supplier=supplier, scheme=scheme).first()
    lapses = lapses_of(enrolment, on)
    solutions, ids = _solutions(supplier, enrolment, scheme, on, lapses.certificates)
    ris_requested, ris_accepted = (
        ris_requests(asked.sirens, own) if scheme == SchemeCode.DB else ((), ())
    )
    base = current_import(scheme)
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
        stage=_stage(enrolment),
        lapsed=lapses.sentences,
        layout=_layout(supplier, enrolment, scheme, on),
        solutions=solutions,
        solution_ids=ids,
        base=rows_for(scheme, asked.keys, on),
        held=held_claims(supplier, scheme, asked.claims, own),
        known=known_requests(supplier, scheme, envelope.kind, asked.references),
        grants=granted_aid(asked.beneficiaries, only_of=own),
        ris_requested=frozenset(ris_requested),
        ris_accepted=frozenset(ris_accepted),
        advances=advances,
        pilots=_pilots(supplier, advances.values()),
    )
    return world, Versions(base, snapshot)


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


def _programme(
    scheme: str, on: date
) -> tuple[dict[str, WindowFacts], dict[str, Decimal], Scale | None, ProgrammeSnapshot]:
    """Windows, parameters and price scale in force, and the snapshot that keeps them."""
    windows = list(Window.objects.filter(scheme=scheme).order_by("kind"))
    parameters = Parameter.objects.numbers(scheme)
    scale = _scale(scheme, on)
    content = {
        "scheme": scheme,
        "windows": {
            row.kind: [
                row.opens_at.isoformat() if row.opens_at else None,
                row.closes_at.isoformat(),
            ]
            for row in windows
        },
        "parameters": {code: str(value) for code, value in sorted(parameters.items())},
        "price_scale": [scale.id, scale.version] if scale else None,
    }
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    snapshot = ProgrammeSnapshot.objects.filter(pk=digest).first() or ProgrammeSnapshot(
        pk=digest, content=content, created_at=clock.now()
    )
    facts = {row.kind: WindowFacts(row.opens_at, row.closes_at) for row in windows}
    return facts, parameters, scale, snapshot


def _scale(scheme: str, on: date) -> Scale | None:
    row = (
        PriceScale.objects.filter(scheme=scheme, starts_on__lte=on)
        .prefetch_related("tiers")
        .order_by("-starts_on")
        .first()
    )
    return _scale_facts(row) if row else None


def _scale_facts(row: PriceScale) -> Scale:
    return Scale(
        id=row.pk,
        version=row.version,
        is_official=row.is_official,
        source=row.source,
        vat_rate=row.vat_rate,
        advance_rate=row.advance_rate,
        tiers=tuple(
            Tier(tier.service, tier.measure, tier.lower, tier.upper, tier.ceiling_net)
            for tier in row.tiers.all()
        ),
    )


def _stage(enrolment: Enrolment | None) -> str:
    """`none`, `early` or `final`: a validated stage stays while a later one is examined."""
    if enrolment is None:
        return "none"
    if enrolment.state == "final" or enrolment.final_validated_on:
        return "final"
    return "early" if enrolment.early_validated_on else "none"


def _layout(supplier: Supplier, enrolment: Enrolment | None, scheme: str, on: date) -> str:
    if enrolment is None or not enrolment.uses_own_order_layout:
        return "asp"
    layouts = Specimen.objects.of(supplier).in_force(on)
    is_compliant = layouts.filter(scheme=scheme, kind=SpecimenKind.PURCHASE_ORDER).exists()
    return "compliant" if is_compliant else "unreviewed"


def _solutions(
    supplier: Supplier,
    enrolment: Enrolment | None,
    scheme: str,
    on: date,
    ended: Mapping[int, date],
) -> tuple[dict[tuple[str, str], SolutionFacts], dict[tuple[str, str], int]]:
    """The solutions this supplier edits or distributes, by name and version."""
    enrolled = (
        set(enrolment.solutions.values_list("pk", flat=True)) if enrolment is not None else set()
    )
    mandates = {
        row.solution_id: row
        for row in Distribution.objects.filter(distributor=supplier, solution__scheme=scheme)
    }
    rows = (
        Solution.objects.filter(Q(editor=supplier) | Q(pk__in=enrolled) | Q(pk__in=mandates))
        .filter(scheme=scheme)
        .select_related("editor")
    )
    facts, ids = {}, {}
    for row in sorted(rows, key=lambda row: row.pk in enrolled):
        key = (row.name, row.version)
        found = _solution(row, supplier, row.pk in enrolled, mandates.get(row.pk), on)
        facts[key] = replace(found, certificate_ended_on=ended.get(row.pk))
        ids[key] = row.pk
    return facts, ids


def _solution(
    row: Solution, supplier: Supplier, is_enrolled: bool, mandate: Distribution | None, on: date
) -> SolutionFacts:
    return SolutionFacts(
        name=row.name,
        version=row.version,
        reference_number=row.reference_number,
        referenced_on=row.referenced_on,
        file_submitted_on=row.file_submitted_on,
        is_enrolled=is_enrolled,
        is_editor=row.editor_id == supplier.pk,
        declared_on=mandate.declared_on if mandate else None,
        mandate_accepted_on=mandate.mandate_accepted_on if mandate else None,
        mandate_starts_on=mandate.mandate_starts_on if mandate else None,
        mandate_ends_on=mandate.mandate_ends_on if mandate else None,
        mandate_covers_osu=mandate.covers_osu if mandate else False,
        editor_holds_osu=row.editor.holds_osu(on),
    )


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


def _advances(
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
    )
    found = list(rows)
    facts = {row.pk: OrderFacts.from_payload(row.payload, scheme=scheme) for row in found}
    base = rows_at_versions(
        scheme,
        [(*key, row.base.version) for row in found for key in facts[row.pk].identifiers()],
    )
    return {row.reference: _known_advance(row, facts[row.pk], base) for row in found}


def _known_advance(
    row: Any, order: OrderFacts, base: dict[tuple[str, str, int], BaseRow]
) -> KnownAdvance:
    solution, version = row.order.solution, row.base.version
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
        amount_due=row.amount_due,
        scale=_scale_facts(row.price_scale),
        base={key: base[*key, version] for key in order.identifiers() if (*key, version) in base},
    )


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


def _pilots(supplier: Supplier, advances: Iterable[KnownAdvance]) -> dict[int, PilotFacts]:
    """Where the pilots stand, for each solution that a balance speaks of (PIL-001)."""
    solutions = Solution.objects.filter(pk__in={advance.solution_id for advance in advances})
    campaigns = PilotProof.objects.of(supplier).campaigns(solutions)
    return {solution: pilot_facts(campaign) for solution, campaign in campaigns.items()}


def pilot_facts(campaign: Campaign) -> PilotFacts:
    """What the rule knows of a campaign."""
    return PilotFacts(
        reports_required=campaign.reports_required,
        reports_compliant=len(campaign.reports),
        training_required=campaign.training_required,
        training_compliant=bool(campaign.trainings),
    )
