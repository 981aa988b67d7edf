"""Forms of the portal's ground, of people and organisations, and of enrolments."""

from .contact import ContactForm
from .enrolments import (
    BankForm,
    ChangeForm,
    DistributionForm,
    DocumentForm,
    OrganisationForm,
    SignatureForm,
    SolutionForm,
    SolutionsForm,
)
from .ground import ClockForm, PreferencesForm, VerificationForm
from .people import (
    InvitedPersonForm,
    InviteForm,
    MemberForm,
    OrganisationContactForm,
    PersonForm,
)
from .signup import JoinForm, SignUpForm, SiretForm
from .specimens import SpecimenForm

__all__ = [
    "BankForm",
    "ChangeForm",
    "ClockForm",
    "ContactForm",
    "DistributionForm",
    "DocumentForm",
    "InviteForm",
    "InvitedPersonForm",
    "JoinForm",
    "MemberForm",
    "OrganisationContactForm",
    "OrganisationForm",
    "PersonForm",
    "PreferencesForm",
    "SignUpForm",
    "SignatureForm",
    "SiretForm",
    "SolutionForm",
    "SolutionsForm",
    "SpecimenForm",
    "VerificationForm",
]
