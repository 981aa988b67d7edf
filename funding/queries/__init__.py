"""Named questions on money asked and paid; supplier doors start from `of(supplier)`."""

from .payments import LedgerQuerySet, PaymentQuerySet
from .requests import DepositLineQuerySet, DepositQuerySet, FundingRequestQuerySet

__all__ = [
    "DepositLineQuerySet",
    "DepositQuerySet",
    "FundingRequestQuerySet",
    "LedgerQuerySet",
    "PaymentQuerySet",
]
