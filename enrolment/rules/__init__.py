"""Rules on the supplier (ENR, domain page section 6) and the facts they read. Pure Python."""

from .facts import SolutionFacts, SupplierFacts
from .supplier import RULES

__all__ = ["RULES", "SolutionFacts", "SupplierFacts"]
