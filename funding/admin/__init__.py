"""The officers' pages on deposits, requests and price scales."""

from . import deposits, disputes, ledger, payments, requests, scales

__all__ = ["deposits", "disputes", "ledger", "payments", "requests", "scales"]
