"""Forms of the portal's ground and of enrolments."""

from .enrolments import (
    BankForm,
    DistributionForm,
    DocumentForm,
    OrganisationForm,
    SignatureForm,
    SolutionForm,
    SolutionsForm,
)
from .ground import ClockForm, PreferencesForm, VerificationForm
from .specimens import SpecimenForm

__all__ = [
    "BankForm",
    "ClockForm",
    "DistributionForm",
    "DocumentForm",
    "OrganisationForm",
    "PreferencesForm",
    "SignatureForm",
    "SolutionForm",
    "SolutionsForm",
    "SpecimenForm",
    "VerificationForm",
]
