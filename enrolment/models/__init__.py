"""Who may enter: users, suppliers, members, solutions, enrolments, layouts."""

from .enrolments import Enrolment, Specimen
from .people import Membership, OfficerAssignment, Supplier, User
from .solutions import Distribution, Solution

__all__ = [
    "Distribution",
    "Enrolment",
    "Membership",
    "OfficerAssignment",
    "Solution",
    "Specimen",
    "Supplier",
    "User",
]
