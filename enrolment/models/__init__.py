"""Who may enter: users, suppliers, members, solutions, enrolments, layouts."""

from .bank import BankDetails
from .documents import Submission, SupportingDocument
from .enrolments import Enrolment
from .people import Membership, OfficerAssignment, Supplier, User
from .solutions import Distribution, Solution
from .specimens import Specimen

__all__ = [
    "BankDetails",
    "Distribution",
    "Enrolment",
    "Membership",
    "OfficerAssignment",
    "Solution",
    "Specimen",
    "Submission",
    "Supplier",
    "SupportingDocument",
    "User",
]
