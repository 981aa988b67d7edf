"""Rules on the supplier (ENR, domain page section 6) and the facts they read. Pure Python."""

from .facts import SolutionFacts, SupplierFacts
from .layouts import LayoutFacts, OrderPaper, validity
from .supplier import RULES

__all__ = [
    "RULES",
    "LayoutFacts",
    "OrderPaper",
    "SolutionFacts",
    "SupplierFacts",
    "validity",
]
