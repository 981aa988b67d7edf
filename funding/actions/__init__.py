"""The deeds on deposits and requests: the only writers of their rows."""

from .complete import (
    abandon_deposit,
    add_pieces,
    file_without,
    lapse_incomplete,
    withdraw_archive,
)
from .holds import cancel_overdue_holds, release_holds, warn_holds
from .process import process_deposit, restart_deposit, restart_forgotten
from .receive import DepositRefusedError, KeyReusedError, receive_deposit, wake_worker
from .ris_fallen import hold_again
from .simulate import (
    LineReport,
    Simulation,
    SimulationClosedError,
    SimulationLimitError,
    check_rate,
    log_model,
    simulate,
)

__all__ = [
    "DepositRefusedError",
    "KeyReusedError",
    "LineReport",
    "Simulation",
    "SimulationClosedError",
    "SimulationLimitError",
    "abandon_deposit",
    "add_pieces",
    "cancel_overdue_holds",
    "check_rate",
    "file_without",
    "hold_again",
    "lapse_incomplete",
    "log_model",
    "process_deposit",
    "receive_deposit",
    "release_holds",
    "restart_deposit",
    "restart_forgotten",
    "simulate",
    "wake_worker",
    "warn_holds",
    "withdraw_archive",
]
