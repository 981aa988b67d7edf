"""What a supplier gives with a pilot proof."""

from __future__ import annotations

from typing import Any

from django import forms

from segur_portal.common.soundness import FILE_ERRORS

_PDF = forms.FileInput(attrs={"accept": ".pdf,application/pdf"})
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ReportForm(forms.Form):
    """A pilot report, signed by the client."""

    signed_on = forms.DateField(label="Date de signature du PV par le client", widget=_DAY)
    is_electronic = forms.BooleanField(
        label="Le PV est signé électroniquement",
        required=False,
        help_text="Le portail vérifie alors la signature du fichier.",
    )
    file = forms.FileField(
        label="PV pilote signé, au format PDF",
        help_text="20 Mio et 50 pages au plus, sans mot de passe.",
        widget=_PDF,
        max_length=255,
        error_messages=FILE_ERRORS,
    )


class TrainingForm(forms.Form):
    """A training material."""

    label = forms.CharField(
        label="Intitulé du support",
        max_length=120,
        help_text="Par exemple « Guide de l’utilisateur, prise en main ».",
    )
    file = forms.FileField(
        label="Support de formation, au format PDF",
        help_text="20 Mio et 50 pages au plus, sans mot de passe.",
        widget=_PDF,
        max_length=255,
        error_messages=FILE_ERRORS,
    )


class ReplacementForm(ReportForm):
    """Another file for a proof to correct."""

    def __init__(self, *args: Any, is_report: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_report:
            del self.fields["signed_on"], self.fields["is_electronic"]
            self.fields["file"].label = "Support de formation, au format PDF"
