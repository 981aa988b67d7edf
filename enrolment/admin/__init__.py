"""The officers' pages on people, suppliers, solutions and enrolments."""

from . import enrolments, issued, people, solutions, specimens, suppliers

__all__ = ["enrolments", "issued", "people", "solutions", "specimens", "suppliers"]
