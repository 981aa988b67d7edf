"""Rows that every app shares: the programme's data, the journal, stored files, the clock shift."""

from .clock import ClockShift
from .files import StoredFile
from .journal import JournalEntry
from .programme import Parameter, PriceScale, PriceTier, ProgrammeSnapshot, Scheme, Window
from .reasons import Reason

__all__ = [
    "ClockShift",
    "JournalEntry",
    "Parameter",
    "PriceScale",
    "PriceTier",
    "ProgrammeSnapshot",
    "Reason",
    "Scheme",
    "StoredFile",
    "Window",
]
