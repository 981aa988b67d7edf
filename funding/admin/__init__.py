"""The officers' pages on deposits, requests and price scales."""

from . import checklists, deposits, disputes, ledger, payment_runs, payments, requests, scales

__all__ = [
    "checklists",
    "deposits",
    "disputes",
    "ledger",
    "payment_runs",
    "payments",
    "requests",
    "scales",
]
