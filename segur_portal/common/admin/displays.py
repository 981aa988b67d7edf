"""Columns and fields that several pages show the same way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from unfold.decorators import display

from segur_portal.common.money import in_french


@display(description="dispositif", ordering="scheme__order")
def scheme_name(obj: Any) -> str:
    """The short name of an object's scheme: MDV, RIS, DB."""
    return obj.scheme.short_name if obj.scheme else "–"


def money(name: str, description: str) -> Callable[[Any], str]:
    """An amount of an object, in euros as French people write them."""

    @display(description=description, ordering=name)
    def amount(obj: Any) -> str:
        return in_french(getattr(obj, name))

    amount.__name__ = f"{name}_in_euros"
    return amount  # type: ignore[no-any-return]
