"""Money: `Decimal` euros with two decimals, rounded half up per line (MNT-002)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def euros(value: Decimal | int | str | float) -> Decimal:
    """`value` as euros and cents, rounded half up.

    A float is read through its shortest decimal form, which is what was written in the JSON.
    """
    if isinstance(value, float):
        value = repr(value)
    return Decimal(value).quantize(CENT, rounding=ROUND_HALF_UP)


def vat_on(net: Decimal, rate_percent: Decimal) -> Decimal:
    """VAT of an amount excluding tax, at a rate in percent."""
    return euros(net * rate_percent / 100)


def in_french(amount: Decimal) -> str:
    """`1234.5` → `1 234,50 €` with the narrow no-break spaces of French typography."""
    return f"{amount:,.2f}".replace(",", "\u202f").replace(".", ",") + "\u00a0€"


def plain_amount(amount: Decimal) -> str:
    """`-1234,50`: what a French spreadsheet reads as a number."""
    return f"{amount:.2f}".replace(".", ",")
