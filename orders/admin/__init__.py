"""The officers' pages on the eligible-clients base, orders and claims."""

from . import base, imports, orders

__all__ = ["base", "imports", "orders"]
