"""The officers' side: pages of the programme and of the traces, and what all pages share."""

from . import audit, programme, reasons, records, retention, statements

__all__ = ["audit", "programme", "reasons", "records", "retention", "statements"]
