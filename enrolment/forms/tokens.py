"""Form of a new key of the API."""

from __future__ import annotations

from datetime import timedelta

from django import forms

from enrolment.enums import TokenRole
from enrolment.forms.enrolments import day_field
from segur_portal.common import clock

USUAL_LIFE = timedelta(days=180)


class TokenForm(forms.Form):
    """What the key is for, what it opens, until when."""

    name = forms.CharField(
        label="Usage de la clé",
        help_text="Le logiciel qui s’en servira, par exemple « ERP, serveur de production ».",
        max_length=80,
        error_messages={"required": "Dites à quoi servira cette clé."},
    )
    role = forms.ChoiceField(
        label="Ce qu’elle permet",
        choices=TokenRole.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez ce que la clé permet."},
    )
    expires_on = day_field("Valable jusqu’au (inclus)", "Un an au plus.", required=True)

    @classmethod
    def blank(cls) -> TokenForm:
        """An empty form, with half a year of life proposed."""
        return cls(initial={"expires_on": clock.today() + USUAL_LIFE, "role": TokenRole.READER})
