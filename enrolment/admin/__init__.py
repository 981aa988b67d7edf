"""The officers' pages on people, suppliers, solutions and enrolments."""

from . import bank, enrolments, issued, joining, people, solutions, specimens, suppliers, tokens

__all__ = [
    "bank",
    "enrolments",
    "issued",
    "joining",
    "people",
    "solutions",
    "specimens",
    "suppliers",
    "tokens",
]
