"""Structure already checked, facts already loaded: the verdict on each request of a file.

Pure: returns verdicts, never raises, writes nothing. What an accepted request takes is remembered
in memory, so that doubles inside one file are caught too (UNI-009).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from enrolment import rules as enrolment_rules
from enrolment.rules import SupplierFacts
from funding.intake.canonical import canonical_hash
from funding.intake.envelope import Envelope
from funding.intake.facts import (
    advance_amounts,
    advance_calendar,
    balance_amounts,
    balance_calendar,
    balance_facts,
    hold_facts,
    order_paper,
    supplier_facts,
)
from funding.intake.structure import Structure
from funding.intake.world import Known, KnownAdvance, Reopened, World
from funding.pricing import BalancePricing, Pricing, price
from funding.rules import amounts, balance, calendar, documents, hold, pilots, reference
from funding.rules.documents import DocumentFacts
from funding.rules.facts import AmountFacts, BalanceFacts, CalendarFacts, HoldFacts
from funding.rules.reference import ReferenceFacts
from orders.rules import eligibility, uniqueness
from orders.rules.facts import EligibilityFacts, OrderFacts, UniquenessFacts, WantedClaim
from orders.rules.uniqueness import wanted_claims
from segur_portal.common.enums import Kind
from segur_portal.common.rules import Catalogue, Finding, Severity

_RULES_ON: dict[type, Catalogue] = {
    ReferenceFacts: Catalogue(reference.RULES),
    CalendarFacts: Catalogue(calendar.RULES),
    SupplierFacts: Catalogue(enrolment_rules.RULES),
    EligibilityFacts: Catalogue(eligibility.RULES),
    UniquenessFacts: Catalogue(uniqueness.RULES),
    HoldFacts: Catalogue(hold.RULES),
    AmountFacts: Catalogue(amounts.RULES),
    BalanceFacts: Catalogue(pilots.RULES, balance.RULES),
    DocumentFacts: Catalogue(documents.RULES),
}

INTEGRATED, ANSWERED, ALREADY, KO = "integrated", "answered", "already", "ko"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided on one request; everything the integration needs when it is not KO.

    `known_id` is the primary key of the live request that is the same one already, or whose
    correction is answered here.
    """

    index: int
    reference: str | None
    content_hash: str
    outcome: str
    findings: tuple[Finding, ...]
    payload: Any
    order: OrderFacts | None = None
    advance: KnownAdvance | None = None
    pricing: Pricing | BalancePricing | None = None
    claims: tuple[WantedClaim, ...] = ()
    known_id: int | None = None

    @property
    def alerts(self) -> list[Finding]:
        """The findings that do not reject the request."""
        return [finding for finding in self.findings if finding.severity is not Severity.KO]

    @property
    def must_wait(self) -> bool:
        """Whether the instruction is suspended (ATT-001)."""
        return any(finding.severity is Severity.WAIT for finding in self.findings)

    @property
    def client_name(self) -> str:
        """The name of the first client, for lists."""
        return self.order.clients[0].name if self.order else ""


# Index, reference, hash of the content.
_Head = tuple[int, str | None, str]


@dataclass(slots=True)
class _Taken:
    """What the requests accepted so far in this file hold: key or reference → index."""

    keys: dict[tuple[str, str, str], int] = field(default_factory=dict)
    references: dict[str, int] = field(default_factory=dict)


def judge(
    envelope: Envelope,
    structures: Sequence[Structure],
    world: World | None,
) -> list[Verdict]:
    """One verdict per request, in the order of the file.

    Without a world only the structure is judged (the simulator's « structure seulement »).
    """
    taken = _Taken()
    return [
        _verdict(structure, payload, world, taken)
        for structure, payload in zip(structures, envelope.requests, strict=True)
    ]


def _verdict(structure: Structure, payload: Any, world: World | None, taken: _Taken) -> Verdict:
    # Only what is kept is compared with what comes again.
    content_hash = canonical_hash(payload) if world else ""
    head = (structure.index, structure.reference, content_hash)
    if structure.findings:
        return Verdict(*head, KO, structure.findings, payload)
    if world is None:
        return Verdict(*head, INTEGRATED, (), payload)
    known = world.known.get(payload["referenceFournisseur"])
    reopened = world.reopened.get(structure.index)
    if known and reopened:
        return _answer(head, payload, world, known, reopened, taken)
    if known and known.content_hash == content_hash:
        return Verdict(*head, ALREADY, (), payload, known_id=known.request_id)
    return _judged(head, payload, world, taken)


def _answer(
    head: _Head,
    payload: Any,
    world: World,
    known: Known,
    reopened: Reopened,
    taken: _Taken,
) -> Verdict:
    """A request that awaits its correction comes again: the answer, when it differs only where it
    was reopened; a second answer in the same file is a double (UNI-009)."""
    index, reference = head[0], payload["referenceFournisseur"]
    is_same = known.content_hash == head[2] and not reopened.changed
    if is_same and reference not in taken.references:
        return Verdict(*head, ALREADY, (), payload, known_id=known.request_id)
    facts = ReferenceFacts.of(reference, payload, known, reopened)
    if strange := tuple(_placed(_check([facts], world), index, reference)):
        return Verdict(*head, KO, strange, payload)
    verdict = _judged(head, payload, reopened.world, taken)
    if verdict.outcome == KO:
        return verdict
    return replace(verdict, outcome=ANSWERED, known_id=known.request_id)


def _judged(head: _Head, payload: Any, world: World, taken: _Taken) -> Verdict:
    """The verdict of the rules on a well-formed request."""
    index, reference = head[0], payload["referenceFournisseur"]
    documents = world.documents.get(index, ())
    if world.kind == Kind.BALANCE:
        judged = _judge_balance(reference, payload, world, taken)
    else:
        judged = _judge_advance(reference, payload, documents, world, taken)
    papers = _check(documents, world)
    findings = tuple(_placed([*judged.findings, *papers], index, reference))
    is_ko = any(finding.severity is Severity.KO for finding in findings)
    if not is_ko:
        taken.references[reference] = index
        taken.keys.update({claim.key: index for claim in judged.claims})
    return Verdict(
        *head,
        KO if is_ko else INTEGRATED,
        findings,
        payload,
        order=judged.order,
        advance=judged.advance,
        pricing=judged.pricing,
        claims=judged.claims,
    )


@dataclass(slots=True)
class _Judged:
    findings: list[Finding]
    order: OrderFacts | None = None
    advance: KnownAdvance | None = None
    pricing: Pricing | BalancePricing | None = None
    claims: tuple[WantedClaim, ...] = ()


def _judge_advance(
    reference: str,
    payload: Mapping[str, Any],
    documents: Sequence[DocumentFacts],
    world: World,
    taken: _Taken,
) -> _Judged:
    order = OrderFacts.from_payload(payload, scheme=world.scheme)
    claims = tuple(wanted_claims(order))
    pricing = (
        price(order, world.base, world.scale, is_vat_subject=world.is_vat_subject)
        if world.scale
        else None
    )
    facts = [
        ReferenceFacts.of(reference, payload, world.known.get(reference)),
        advance_calendar(order, world),
        supplier_facts(
            order.solution_name,
            order.solution_version,
            order.reference_number,
            world,
            order_paper(order, documents, world),
        ),
        EligibilityFacts(order, world.base),
        UniquenessFacts(
            scheme=world.scheme,
            wanted=claims,
            held=world.held,
            in_file=taken.keys,
            reference=reference,
            repeated_reference=taken.references.get(reference),
        ),
        hold_facts(order, world),
        advance_amounts(order, pricing, world),
    ]
    return _Judged(_check(facts, world), order, None, pricing, claims)


def _judge_balance(
    reference: str, payload: Mapping[str, Any], world: World, taken: _Taken
) -> _Judged:
    advance = world.advances.get(reference)
    facts: list[Any] = [
        ReferenceFacts.of(reference, payload, world.known.get(reference)),
        balance_facts(payload, advance, world),
        UniquenessFacts(
            scheme=world.scheme,
            wanted=(),
            reference=reference,
            repeated_reference=taken.references.get(reference),
        ),
    ]
    if advance is None:
        return _Judged(_check(facts, world))
    pricing, amounts = balance_amounts(payload, advance, world)
    facts[1:1] = [
        balance_calendar(payload, advance, world),
        supplier_facts(*advance.solution_key, advance.order.reference_number, world),
    ]
    facts.append(amounts)
    return _Judged(_check(facts, world), advance.order, advance, pricing)


def _check(families: Sequence[Any], world: World) -> list[Finding]:
    """The findings of every rule, each family of rules reading its own facts."""
    return [
        finding
        for facts in families
        for finding in _RULES_ON[type(facts)].check(
            facts, scheme=world.scheme, kind=world.kind, on=world.received_on
        )
    ]


def _placed(findings: Sequence[Finding], index: int, reference: str) -> Iterator[Finding]:
    """The same findings, naming the request they speak of."""
    for finding in findings:
        yield replace(finding, index=index, reference=reference)
