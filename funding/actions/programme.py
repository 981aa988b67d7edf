"""The programme that a file is judged by: windows, numbers and price scale, kept as a snapshot."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal

import orjson

from funding.pricing import Scale, Tier
from funding.rules.facts import WindowFacts
from segur_portal.common import clock
from segur_portal.common.models import Parameter, PriceScale, ProgrammeSnapshot, Window


def programme_on(
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
    return scale_facts(row) if row else None


def scale_facts(row: PriceScale) -> Scale:
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
