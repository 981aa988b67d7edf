"""Forms of the portal's ground."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from segur_portal.common.models import (
    DEFAULT_CHANNELS,
    MANDATORY_KINDS,
    Channel,
    NoticeKind,
)


class ClockForm(forms.Form):
    """The civil date and time of Paris to which the demonstration moves."""

    instant = forms.DateTimeField(
        label="Date et heure", input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
    )


class PreferencesForm(forms.Form):
    """How a person is told of each kind of news; mandatory kinds are shown beside, not asked."""

    def __init__(self, chosen: dict[str, str], data: Any = None) -> None:
        super().__init__(data)
        for kind in NoticeKind:
            if kind not in MANDATORY_KINDS:
                self.fields[kind.value] = forms.ChoiceField(
                    label=kind.label,
                    choices=Channel.choices,
                    initial=chosen.get(kind.value, DEFAULT_CHANNELS[kind]),
                )


class VerificationForm(forms.Form):
    """The code printed at the foot of a document, however it was typed."""

    code = forms.CharField(
        label="Code de vérification",
        help_text="Seize signes imprimés au pied de chaque page, par exemple "
        "K7QM-2WXT-9HDA-4RNE. Majuscules, tirets et espaces sont sans importance.",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        """The code as it is stored. What cannot be a code is simply unknown."""
        return re.sub(r"[^0-9A-Z]", "", str(self.cleaned_data["code"]).upper())
