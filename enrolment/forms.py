"""Forms of the portal's ground."""

from __future__ import annotations

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
