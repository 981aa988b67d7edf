"""The officers' pages on deposits, requests and price scales."""

from . import deposits, ledger, payments, requests, scales

__all__ = ["deposits", "ledger", "payments", "requests", "scales"]
