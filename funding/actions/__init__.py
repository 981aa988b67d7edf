"""The deeds on deposits and requests: the only writers of their rows."""

from .process import process_deposit, restart_deposit, restart_forgotten
from .receive import DepositRefusedError, receive_deposit, wake_worker
from .simulate import LineReport, Simulation, SimulationLimitError, simulate

__all__ = [
    "DepositRefusedError",
    "LineReport",
    "Simulation",
    "SimulationLimitError",
    "process_deposit",
    "receive_deposit",
    "restart_deposit",
    "restart_forgotten",
    "simulate",
    "wake_worker",
]
