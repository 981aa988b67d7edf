"""The private simulator: the same law, without the deeds (domain page, section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from enrolment.models import Enrolment, Supplier, User
from funding.actions.answers import awaiting_in, reopen
from funding.actions.limits import limits
from funding.actions.world import Versions, load_world
from funding.intake import Envelope, check_structure, read_envelope
from funding.intake.judge import Verdict, judge
from funding.models import SimulationLog
from funding.rules.catalogue import RULES_VERSION
from orders.rules.facts import OrderFacts
from segur_portal.common import clock
from segur_portal.common.rules import Finding

_SPANS = {"m": "par minute", "h": "par heure", "d": "par jour"}


class SimulationLimitError(Exception):
    """Too many simulations within the hour; the message is in French, for the user."""


class SimulationClosedError(Exception):
    """The supplier has no enrolment that opens the simulator; the message is in French."""


@dataclass(frozen=True, slots=True)
class LineReport:
    """The verdict on one request, as shown: the same for a deposit and for a simulation."""

    index: int
    reference: str | None
    outcome: str
    findings: tuple[Finding, ...]
    pricing: dict[str, Any] | None = None
    client_name: str = ""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a deposit would give: the file's own faults, or one line per request."""

    as_of: datetime
    structure_only: bool
    deposit_findings: list[Finding] = field(default_factory=list)
    lines: list[LineReport] = field(default_factory=list)
    scheme: str = ""
    kind: str = ""
    rules_version: str = RULES_VERSION
    base_version: int | None = None


def simulate(
    *,
    supplier: Supplier,
    user: User | None,
    data: bytes,
    name: str,
    as_of: datetime | None = None,
    structure_only: bool = False,
) -> Simulation:
    """Judge a file as if it were deposited at `as_of` (now by default); record nothing but that
    a simulation was run.

    A complete simulation reads the eligible-clients base: it raises SimulationClosedError before
    any enrolment, early or final, is validated (section 3), and SimulationLimitError past the rate
    of the settings. The structure alone is open to all.
    """
    at = as_of or clock.now()
    if not structure_only:
        _check_open(supplier)
        check_rate(supplier)
    read = read_envelope(data, filename=name, supplier_siret=supplier.siret, limits=limits())
    if not isinstance(read, Envelope):
        return Simulation(at, structure_only, deposit_findings=read)
    structures = check_structure(read)
    versions: Versions | None = None
    world = None
    if not structure_only:
        world, versions = load_world(
            supplier=supplier,
            envelope=read,
            structures=structures,
            received_at=at,
            is_simulation=True,
        )
        again = awaiting_in(supplier, read, structures, is_simulation=True)
        awaited = reopen(supplier, read, again, {})
        world = replace(world, reopened={index: one.reopened for index, one in awaited.items()})
    verdicts = judge(read, structures, world)
    _log(supplier, user, verdicts, with_database=not structure_only)
    return Simulation(
        at,
        structure_only,
        lines=[_line(verdict) for verdict in verdicts],
        scheme=read.scheme,
        kind=read.kind,
        base_version=versions.base.version if versions and versions.base else None,
    )


def _line(verdict: Verdict) -> LineReport:
    return LineReport(
        index=verdict.index,
        reference=verdict.reference,
        outcome=verdict.outcome,
        findings=verdict.findings,
        pricing=verdict.pricing.as_dict() if verdict.pricing else None,
        client_name=verdict.client_name,
    )


def _check_open(supplier: Supplier) -> None:
    if not Enrolment.objects.of(supplier).validated().exists():
        raise SimulationClosedError(
            "Le simulateur s’ouvre avec un enrôlement anticipé validé (ENR-001). "
            "D’ici là, choisissez « structure seulement »."
        )


def check_rate(supplier: Supplier) -> None:
    """Raises SimulationLimitError past the rate of complete simulations and pre-filled models."""
    allowed, _, period = settings.SIMULATOR_RATE.partition("/")
    span = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}[period]
    run = SimulationLog.objects.filter(
        supplier=supplier, with_database=True, run_at__gt=clock.now() - span
    ).count()
    if run >= int(allowed):
        raise SimulationLimitError(
            f"Limite atteinte : {allowed} simulations complètes ou modèles pré-remplis "
            f"{_SPANS[period]}. Réessayez plus tard, ou choisissez « structure seulement », qui "
            "n’est pas limitée."
        )


def log_model(supplier: Supplier, user: User, orders: Sequence[OrderFacts]) -> None:
    """Count a pre-filled model as a complete simulation: it too reads the base."""
    SimulationLog.objects.create(
        supplier=supplier,
        run_by=user,
        run_at=clock.now(),
        request_count=len(orders),
        identifier_count=sum(len(order.identifiers()) for order in orders),
        with_database=True,
    )


def _log(
    supplier: Supplier, user: User | None, verdicts: list[Verdict], *, with_database: bool
) -> None:
    SimulationLog.objects.create(
        supplier=supplier,
        run_by=user,
        run_at=clock.now(),
        request_count=len(verdicts),
        identifier_count=sum(len(v.order.identifiers()) for v in verdicts if v.order),
        with_database=with_database,
    )
