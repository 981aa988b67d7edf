"""The officers' side: pages of the programme and of the traces, and what all pages share."""

from . import programme, records

__all__ = ["programme", "records"]
