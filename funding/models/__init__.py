"""Money asked: deposits, their lines, funding requests."""

from .deposits import Deposit, DepositLine
from .ledger import LedgerEntry, Recovery
from .payments import Payment, PaymentRun
from .requests import FundingRequest
from .simulations import SimulationLog

__all__ = [
    "Deposit",
    "DepositLine",
    "FundingRequest",
    "LedgerEntry",
    "Payment",
    "PaymentRun",
    "Recovery",
    "SimulationLog",
]
