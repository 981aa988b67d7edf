"""The programme's data as shipped: put in place what is missing, never undo an officer's edit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import serializers
from django.db import models, transaction

from segur_portal.common.models import (
    Parameter,
    PriceScale,
    PriceTier,
    Reason,
    RetentionPeriod,
    Scheme,
    Statement,
    Window,
)

FIXTURE = Path(settings.BASE_DIR) / "fixtures" / "programme.json"
# What makes a row the same row, whatever its primary key has become here; a model of an app that
# ships rows with the programme says so itself (`identity`).
_IDENTITY: dict[type[models.Model], tuple[str, ...]] = {
    Scheme: ("code",),
    Window: ("scheme_id", "kind"),
    Parameter: ("scheme_id", "code"),
    PriceScale: ("scheme_id", "version"),
    Reason: ("subject", "code"),
    RetentionPeriod: ("kind",),
    Statement: ("kind", "scheme_id", "code"),
}


@transaction.atomic
def load_programme(path: Path = FIXTURE) -> int:
    """Create the schemes, windows, parameters, scales, reasons and statements that do not exist.

    Rows that exist are left as they are, and the tiers of an existing scale are not completed.
    Returns how many rows were created.
    """
    new_scales: dict[Any, PriceScale] = {}
    created = 0
    for item in serializers.deserialize("json", path.read_text("utf-8")):
        created += _put_in_place(item.object, new_scales)
    return created


def _put_in_place(row: models.Model, new_scales: dict[Any, PriceScale]) -> bool:
    key = row.pk
    if isinstance(row, PriceTier):
        if row.scale_id not in new_scales:
            return False
        row.scale = new_scales[row.scale_id]
    elif _exists(row):
        return False
    if not isinstance(row, Scheme):
        row.pk = None
    row.full_clean()
    row.save(force_insert=True)
    if isinstance(row, PriceScale):
        new_scales[key] = row
    return True


def _exists(row: models.Model) -> bool:
    fields: tuple[str, ...] = getattr(row, "identity", None) or _IDENTITY[type(row)]
    wanted = {
        (f"{name}__isnull" if getattr(row, name) is None else name): (
            getattr(row, name) is None or getattr(row, name)
        )
        for name in fields
    }
    return type(row)._default_manager.filter(**wanted).exists()
