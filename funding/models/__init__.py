"""Money asked: deposits, their lines, funding requests."""

from .deposits import Deposit, DepositLine
from .requests import FundingRequest
from .simulations import SimulationLog

__all__ = ["Deposit", "DepositLine", "FundingRequest", "SimulationLog"]
