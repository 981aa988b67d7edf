"""Who may enter: users, suppliers, members, solutions, enrolments, layouts."""

from .amendments import Amendment
from .bank import BankDetails
from .documents import Submission, SupportingDocument
from .enrolments import Enrolment
from .feeds import CalendarFeed
from .identity import CompanyIdentity
from .invitations import Invitation, JoinRequest
from .people import Membership, OfficerAssignment, Supplier, User
from .referencing import ReferencingImport
from .solutions import Distribution, Solution
from .specimens import Specimen
from .tokens import ApiToken

__all__ = [
    "Amendment",
    "ApiToken",
    "BankDetails",
    "CalendarFeed",
    "CompanyIdentity",
    "Distribution",
    "Enrolment",
    "Invitation",
    "JoinRequest",
    "Membership",
    "OfficerAssignment",
    "ReferencingImport",
    "Solution",
    "Specimen",
    "Submission",
    "Supplier",
    "SupportingDocument",
    "User",
]
