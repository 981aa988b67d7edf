"""The officers' pages on people, suppliers, solutions and enrolments."""

from . import enrolments, people, solutions, suppliers

__all__ = ["enrolments", "people", "solutions", "suppliers"]
