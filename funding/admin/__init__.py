"""The officers' pages on deposits, requests and price scales."""

from . import checklists, deposits, disputes, ledger, payments, requests, scales

__all__ = ["checklists", "deposits", "disputes", "ledger", "payments", "requests", "scales"]
