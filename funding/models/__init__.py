"""Money asked: deposits, their lines, funding requests."""

from .bulk import BulkDecision, BulkDecisionLine
from .checklists import ChecklistItem, ChecklistTick
from .corrections import Correction
from .deposits import Deposit, DepositLine
from .disputes import Dispute, DisputePart
from .documents import DepositArchive, DepositDocument
from .ledger import LedgerEntry, Recovery
from .messages import Attachment, Message
from .payments import Payment, PaymentRun
from .requests import FundingRequest
from .revisions import RequestRevision
from .simulations import SimulationLog

__all__ = [
    "Attachment",
    "BulkDecision",
    "BulkDecisionLine",
    "ChecklistItem",
    "ChecklistTick",
    "Correction",
    "Deposit",
    "DepositArchive",
    "DepositDocument",
    "DepositLine",
    "Dispute",
    "DisputePart",
    "FundingRequest",
    "LedgerEntry",
    "Message",
    "Payment",
    "PaymentRun",
    "Recovery",
    "RequestRevision",
    "SimulationLog",
]
