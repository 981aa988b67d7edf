"""The officers' pages on people, suppliers, solutions and enrolments."""

from . import (
    bank,
    enrolments,
    issued,
    joining,
    people,
    referencing,
    solutions,
    specimens,
    suppliers,
    tokens,
)

__all__ = [
    "bank",
    "enrolments",
    "issued",
    "joining",
    "people",
    "referencing",
    "solutions",
    "specimens",
    "suppliers",
    "tokens",
]
