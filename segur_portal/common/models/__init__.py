"""Rows that every app shares: the programme's data, the journal, files, mails, notifications."""

from .audit import AuditSeal, Sealed
from .clock import ClockShift
from .files import StoredFile
from .issued import IssuedDocument
from .journal import JournalEntry
from .mails import OutgoingMail
from .notices import (
    DEFAULT_CHANNELS,
    MANDATORY_KINDS,
    Channel,
    NoticeKind,
    Notification,
    NotificationPreference,
)
from .programme import Parameter, PriceScale, PriceTier, ProgrammeSnapshot, Scheme, Window
from .reasons import Reason
from .retention import FileDeletion, RetentionPeriod
from .statements import Statement

__all__ = [
    "DEFAULT_CHANNELS",
    "MANDATORY_KINDS",
    "AuditSeal",
    "Channel",
    "ClockShift",
    "FileDeletion",
    "IssuedDocument",
    "JournalEntry",
    "NoticeKind",
    "Notification",
    "NotificationPreference",
    "OutgoingMail",
    "Parameter",
    "PriceScale",
    "PriceTier",
    "ProgrammeSnapshot",
    "Reason",
    "RetentionPeriod",
    "Scheme",
    "Sealed",
    "Statement",
    "StoredFile",
    "Window",
]
