"""Forms on people: who they are, what they may do for an organisation."""

from __future__ import annotations

from typing import Any

import phonenumbers
from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)

from enrolment.enums import MemberRole
from enrolment.models import User

ROLE_HELP = (
    "Le représentant légal et les mandataires signent, le préparateur dépose, le lecteur consulte."
)


class PhoneField(forms.CharField):
    """A telephone number, French when it has no country code; kept in international form."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
        help_text = "Par exemple 01 23 45 67 89 ou +32 2 123 45 67"
        super().__init__(
            **{"label": "Téléphone", "help_text": help_text, "widget": widget, **kwargs}
        )

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return text
        try:
            number = phonenumbers.parse(text, "FR")
        except phonenumbers.NumberParseException as error:
            raise forms.ValidationError("Ce numéro n’est pas lisible.") from error
        if not phonenumbers.is_valid_number(number):
            raise forms.ValidationError("Ce numéro n’existe pas : vérifiez les chiffres.")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def first_name_field() -> forms.CharField:
    return forms.CharField(
        label="Prénom",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )


def last_name_field() -> forms.CharField:
    return forms.CharField(
        label="Nom",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )


def password_field() -> forms.CharField:
    return forms.CharField(
        label="Mot de passe",
        strip=False,
        help_text=" ".join(password_validators_help_texts()),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class PersonForm(forms.Form):
    """One's own name and telephone."""

    first_name = first_name_field()
    last_name = last_name_field()
    phone = PhoneField(required=False)


class InvitedPersonForm(PersonForm):
    """Somebody who opens an account from an invitation."""

    password = password_field()

    def __init__(self, email: str, data: Any = None) -> None:
        super().__init__(data)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """The password obeys the rules, and is not the person's name."""
        cleaned = super().clean() or {}
        if password := cleaned.get("password"):
            names = {name: cleaned.get(name, "") for name in ("first_name", "last_name")}
            try:
                validate_password(password, User(email=self.email, **names))
            except forms.ValidationError as refusal:
                self.add_error("password", refusal)
        return cleaned


class MemberForm(forms.Form):
    """What a member may do, until when."""

    role = forms.ChoiceField(label="Rôle", choices=MemberRole.choices, help_text=ROLE_HELP)
    expires_on = forms.DateField(
        label="Jusqu’au (facultatif)",
        required=False,
        help_text="Ses droits s’arrêtent d’eux-mêmes le lendemain.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    is_administrator = forms.BooleanField(
        label="Administrateur de l’organisation",
        required=False,
        help_text="Il invite, modifie et retire les membres. Ses droits n’ont pas de date de fin.",
    )


class OrganisationContactForm(forms.Form):
    """The address at which the organisation is warned."""

    contact_email = forms.EmailField(
        label="Adresse de contact",
        help_text="L’ASP la prévient d’un changement d’IBAN. L’ancienne et la nouvelle adresse "
        "sont averties.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class InviteForm(MemberForm):
    """Whom to invite."""

    email = forms.EmailField(
        label="Adresse électronique",
        help_text="L’invitation y est envoyée ; le lien sert une fois, pendant 7 jours.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("email", "role", "expires_on", "is_administrator")
