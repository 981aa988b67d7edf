"""The files exchanged with the bank and the accounting officer. Pure functions over facts.

ISO 20022 `pain.001.001.09` (credit transfers asked) and `pain.002` (what became of them), and
their CSV twins. Deterministic: the same facts give the same bytes.
"""

from .facts import (
    BankReport,
    Debtor,
    Remittance,
    RemittanceError,
    Returned,
    ReturnedBlock,
    Transfer,
)
from .pain001 import credit_transfer_file
from .reasons import ACCOUNT_REASONS, reason_in_words
from .returns import ReturnFileError, read_returns
from .slip import slip_csv

__all__ = [
    "ACCOUNT_REASONS",
    "BankReport",
    "Debtor",
    "Remittance",
    "RemittanceError",
    "ReturnFileError",
    "Returned",
    "ReturnedBlock",
    "Transfer",
    "credit_transfer_file",
    "read_returns",
    "reason_in_words",
    "slip_csv",
]
