"""The state tables of money asked and paid (domain page, section 7)."""

from .disputes import DISPUTE
from .payments import PAYMENT, PAYMENT_RUN, RECOVERY
from .requests import (
    ANSWERS,
    ASP,
    AT_ASP,
    DECISIONS,
    DEPOSIT,
    GRANTED,
    IN_PROGRESS,
    PAYER,
    PORTAL,
    REQUEST,
    WITH_SUPPLIER,
    YOU,
)

__all__ = [
    "ANSWERS",
    "ASP",
    "AT_ASP",
    "DECISIONS",
    "DEPOSIT",
    "DISPUTE",
    "GRANTED",
    "IN_PROGRESS",
    "PAYER",
    "PAYMENT",
    "PAYMENT_RUN",
    "PORTAL",
    "RECOVERY",
    "REQUEST",
    "WITH_SUPPLIER",
    "YOU",
]
