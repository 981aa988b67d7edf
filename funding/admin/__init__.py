"""The officers' pages on deposits, requests and price scales."""

from . import deposits, requests, scales

__all__ = ["deposits", "requests", "scales"]
