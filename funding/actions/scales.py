"""New versions of a price scale: the one that requests were judged on never changes."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from enrolment.models import User
from funding.models import FundingRequest
from segur_portal.common.actions import write_journal
from segur_portal.common.french import day
from segur_portal.common.models import PriceScale, PriceTier, Scheme


def is_scale_used(scale: PriceScale) -> bool:
    """Whether a request was judged on this version: its values are then facts."""
    return FundingRequest.objects.filter(price_scale=scale).exists()


@transaction.atomic
def copy_price_scale(
    scale: PriceScale, *, starts_on: date, source: str, actor: User | None
) -> PriceScale:
    """A new version of a scheme's scale, with the same values, to be edited before it begins.

    It is unofficial until an officer says otherwise. Raises ValidationError when it would not
    begin after every other version.
    """
    Scheme.objects.select_for_update().get(pk=scale.scheme_id)
    versions = PriceScale.objects.filter(scheme=scale.scheme_id)
    latest = versions.aggregate(version=Max("version"), starts_on=Max("starts_on"))
    if starts_on <= latest["starts_on"]:
        raise ValidationError(
            f"La nouvelle version doit commencer après la dernière ({day(latest['starts_on'])})."
        )
    new = PriceScale.objects.create(
        scheme_id=scale.scheme_id,
        version=latest["version"] + 1,
        starts_on=starts_on,
        advance_rate=scale.advance_rate,
        vat_rate=scale.vat_rate,
        is_official=False,
        source=source,
    )
    PriceTier.objects.bulk_create([_copy(tier, new) for tier in scale.tiers.order_by("pk")])
    write_journal(new, "copy", actor=actor, data={"from": scale.version}, is_public=False)
    return new


def _copy(tier: PriceTier, scale: PriceScale) -> PriceTier:
    return PriceTier(
        scale=scale,
        service=tier.service,
        measure=tier.measure,
        lower=tier.lower,
        upper=tier.upper,
        ceiling_net=tier.ceiling_net,
    )
