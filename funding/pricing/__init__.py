"""How an amount is computed and explained (MNT-001 to MNT-006). Pure functions over facts."""

from .balance import BalancePricing, balance, deployed_part, price_balance, validated_part
from .lines import PricedLine
from .order import Amounts, Pricing, advance_on, kept_shares, price, shares
from .scale import Scale, Tier

__all__ = [
    "Amounts",
    "BalancePricing",
    "PricedLine",
    "Pricing",
    "Scale",
    "Tier",
    "advance_on",
    "balance",
    "deployed_part",
    "kept_shares",
    "price",
    "price_balance",
    "shares",
    "validated_part",
]
