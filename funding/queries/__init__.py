"""Named questions on money asked and paid; supplier doors start from `of(supplier)`."""

from .desk import CorrectionQuerySet
from .disputes import DisputePartQuerySet, DisputeQuerySet
from .messages import MessageQuerySet
from .payments import LedgerQuerySet, PaymentQuerySet
from .requests import DepositLineQuerySet, DepositQuerySet, FundingRequestQuerySet

__all__ = [
    "CorrectionQuerySet",
    "DepositLineQuerySet",
    "DepositQuerySet",
    "DisputePartQuerySet",
    "DisputeQuerySet",
    "FundingRequestQuerySet",
    "LedgerQuerySet",
    "MessageQuerySet",
    "PaymentQuerySet",
]
