"""The officers' pages on people, suppliers, solutions and enrolments."""

from . import enrolments, issued, joining, people, solutions, specimens, suppliers

__all__ = [
    "enrolments",
    "issued",
    "joining",
    "people",
    "solutions",
    "specimens",
    "suppliers",
]
