"""Forms of the sign-up by SIRET, and of the request to join another organisation."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import SignupForm
from django import forms
from django.http import HttpRequest

from enrolment.actions.signup import ask_to_join
from enrolment.enums import MemberRole
from enrolment.forms.people import (
    ROLE_HELP,
    PhoneField,
    first_name_field,
    last_name_field,
)
from enrolment.models import User
from segur_portal.common.identifiers import IDENTIFIERS, IdentifierKind, clean


class SiretField(forms.CharField):
    """A SIRET as people paste it: blanks, dots and dashes are removed, the key is checked."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        help_text = "14 chiffres, ceux de l’établissement qui signe les bons de commande"
        defaults = {"label": "Numéro SIRET", "help_text": help_text, "widget": widget}
        super().__init__(**{**defaults, "max_length": 40, **kwargs})

    def clean(self, value: Any) -> str:
        siret = clean(super().clean(value))
        identifier = IDENTIFIERS[IdentifierKind.SIRET]
        if explanation := identifier.explain(siret):
            raise forms.ValidationError(f"Ce SIRET n’est pas valide : {explanation.reason}.")
        return siret


def role_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Votre rôle dans l’organisation", choices=MemberRole.choices, help_text=ROLE_HELP
    )


def company_name_field(**kwargs: Any) -> forms.CharField:
    return forms.CharField(label="Raison sociale", max_length=150, **kwargs)


class SiretForm(forms.Form):
    """The SIRET of one's organisation."""

    siret = SiretField()


class JoinForm(SiretForm):
    """Another organisation, for who already has an account."""

    role = role_field()


class SignUpForm(SignupForm):
    """Who opens an account, for the SIRET of the page.

    The company's name is asked only when the register did not give it.
    """

    first_name = first_name_field()
    last_name = last_name_field()
    phone = PhoneField()
    role = role_field()
    company_name = company_name_field()
    field_order = (
        "company_name", "first_name", "last_name", "role", "email", "phone",
        "password1", "password2",
    )  # fmt: skip

    def __init__(self, *args: Any, siret: str, known_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.siret, self.known_name = siret, known_name
        if known_name:
            del self.fields["company_name"]
        self.fields["email"].label = "Adresse électronique professionnelle"
        self.fields["password1"].help_text = "Au moins 12 caractères, pas un mot de passe courant."
        self.fields["password2"].label = "Mot de passe, une seconde fois"

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        """Keep the telephone, and what the person asks, until their address is confirmed."""
        user.phone = self.cleaned_data["phone"]
        user.save()
        ask_to_join(
            user=user,
            siret=self.siret,
            role=self.cleaned_data["role"],
            company_name=self.known_name or self.cleaned_data["company_name"],
            is_confirmed=False,
        )
