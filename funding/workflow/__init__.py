"""The state tables of money asked and paid (domain page, section 7)."""

from .payments import PAYMENT, PAYMENT_RUN, RECOVERY
from .requests import ASP, DEPOSIT, GRANTED, IN_PROGRESS, PAYER, PORTAL, REQUEST, YOU

__all__ = [
    "ASP",
    "DEPOSIT",
    "GRANTED",
    "IN_PROGRESS",
    "PAYER",
    "PAYMENT",
    "PAYMENT_RUN",
    "PORTAL",
    "RECOVERY",
    "REQUEST",
    "YOU",
]
