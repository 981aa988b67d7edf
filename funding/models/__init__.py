"""Money asked: deposits, their lines, funding requests."""

from .deposits import Deposit, DepositLine
from .documents import DepositArchive, DepositDocument
from .ledger import LedgerEntry, Recovery
from .payments import Payment, PaymentRun
from .requests import FundingRequest
from .simulations import SimulationLog

__all__ = [
    "Deposit",
    "DepositArchive",
    "DepositDocument",
    "DepositLine",
    "FundingRequest",
    "LedgerEntry",
    "Payment",
    "PaymentRun",
    "Recovery",
    "SimulationLog",
]
