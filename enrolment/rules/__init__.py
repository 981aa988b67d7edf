"""Rules on the supplier (ENR, domain page section 6) and the facts they read. Pure Python."""

from .facts import Mandate, SolutionFacts, SupplierFacts, mandate_for
from .layouts import LayoutFacts, OrderPaper, validity
from .referencing import alike
from .supplier import RULES

__all__ = [
    "RULES",
    "LayoutFacts",
    "Mandate",
    "OrderPaper",
    "SolutionFacts",
    "SupplierFacts",
    "alike",
    "mandate_for",
    "validity",
]
