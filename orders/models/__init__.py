"""What was sold to whom: the eligible-clients base, orders, their clients, what they claim."""

from .base import BaseImport, EligibilityOverride, EligibleClient
from .claims import Claim
from .orders import DeMinimisAid, Order, OrderClient, OrderLine

__all__ = [
    "BaseImport",
    "Claim",
    "DeMinimisAid",
    "EligibilityOverride",
    "EligibleClient",
    "Order",
    "OrderClient",
    "OrderLine",
]
