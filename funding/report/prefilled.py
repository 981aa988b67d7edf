"""A model file filled in for a supplier: only requests that the simulator accepts are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from enrolment.models import Enrolment, Supplier
from funding.actions.world import load_world
from funding.intake import Envelope, check_structure
from funding.intake.examples import prefilled
from funding.intake.formats import CURRENT_VERSION
from funding.intake.judge import INTEGRATED, Verdict, judge
from funding.pricing import Pricing
from funding.report.agenda import WINDOW_OF_KIND
from funding.report.candidates import Part, advance_parts, balance_parts
from segur_portal.common import clock
from segur_portal.common.enums import Kind, WindowKind
from segur_portal.common.models import Window

REQUESTS = 3


def prefilled_file(supplier: Supplier, scheme: str, kind: str) -> dict[str, Any] | None:
    """A file of up to three requests of this supplier; None when it can make none.

    They are judged as the simulator would, now, or at the nearest instant of the window when it is
    not open: they speak of the supplier's solutions and of clients that none of its live orders
    holds.
    """
    at = _instant(scheme, kind)
    if at is None:
        return None
    if kind == Kind.BALANCE:
        parts = balance_parts(supplier, scheme, _performed_on(scheme, at))
        accepted = _accepted(supplier, scheme, kind, list(parts), at)
        return _file(supplier, scheme, kind, accepted)
    for priced in _priced_advances(supplier, scheme, at):
        if accepted := _accepted(supplier, scheme, kind, priced, at):
            return _file(supplier, scheme, kind, accepted)
    return None


def _priced_advances(supplier: Supplier, scheme: str, at: datetime) -> Iterable[list[Part]]:
    """For each enrolled solution, orders at the ceiling of their tranche."""
    signed_on = at.astimezone(clock.PARIS).date()
    enrolments = Enrolment.objects.alive().filter(supplier=supplier, scheme=scheme)
    for solution in (one for row in enrolments for one in row.solutions.order_by("name", "pk")):
        parts = list(advance_parts(supplier, solution, scheme, signed_on))
        verdicts = _judged(supplier, scheme, Kind.ADVANCE, parts, at)
        yield [_at_ceiling(verdict) for verdict in _best(filter(_is_priced, verdicts))]


def _is_priced(verdict: Verdict) -> bool:
    return isinstance(verdict.pricing, Pricing) and bool(verdict.pricing.ceiling_net)


def _at_ceiling(verdict: Verdict) -> Part:
    pricing = verdict.pricing
    assert isinstance(pricing, Pricing)
    net, gross = pricing.ceiling_net, pricing.ceiling_gross
    assert net is not None
    assert gross is not None
    amounts = {
        "montantHT": float(net),
        "montantTVA": float(gross - net),
        "montantTTC": float(gross),
    }
    payload: Part = verdict.payload
    return {**payload, "bonDeCommande": {**payload["bonDeCommande"], **amounts}}


def _accepted(
    supplier: Supplier, scheme: str, kind: str, parts: Sequence[Part], at: datetime
) -> list[Part]:
    verdicts = _judged(supplier, scheme, kind, parts, at)
    return [verdict.payload for verdict in _best(verdicts)]


def _best(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The accepted ones, those with nothing to say first."""
    accepted = [verdict for verdict in verdicts if verdict.outcome == INTEGRATED]
    return sorted(accepted, key=lambda verdict: len(verdict.findings))[:REQUESTS]


def _judged(
    supplier: Supplier, scheme: str, kind: str, parts: Sequence[Part], at: datetime
) -> list[Verdict]:
    """The verdicts of the simulator; nothing is recorded, nobody asked for a simulation."""
    if not parts:
        return []
    payload = _file(supplier, scheme, kind, parts)
    assert payload is not None
    envelope = Envelope(CURRENT_VERSION, scheme, kind, supplier.siret, payload["demandes"])
    structures = check_structure(envelope)
    world, _ = load_world(
        supplier=supplier,
        envelope=envelope,
        structures=structures,
        received_at=at,
        is_simulation=True,
    )
    return judge(envelope, structures, world)


def _file(
    supplier: Supplier, scheme: str, kind: str, parts: Sequence[Part]
) -> dict[str, Any] | None:
    if not parts:
        return None
    return prefilled(scheme, kind, siret=supplier.siret, requests=parts)


def _instant(scheme: str, kind: str) -> datetime | None:
    """Now, or the nearest instant of the window."""
    window = Window.objects.filter(scheme=scheme, kind=WINDOW_OF_KIND[kind]).first()
    if window is None:
        return None
    opened = max(clock.now(), window.opens_at) if window.opens_at else clock.now()
    return min(opened, window.closes_at)


def _performed_on(scheme: str, at: datetime) -> date:
    """The day of `at`, or the last day to perform the service."""
    day = at.astimezone(clock.PARIS).date()
    window = Window.objects.filter(scheme=scheme, kind=WindowKind.SERVICE).first()
    return min(day, window.closes_on) if window else day
