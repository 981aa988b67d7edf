"""Forms of the imports of the base: the file, the reason of a decision."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from enrolment.actions import NotAssignedError, check_assigned
from orders.actions.base_files import BaseFileError, parse_name
from orders.models import BaseImport


class DecisionForm(forms.Form):
    """Why an officer decides: required, kept in the journal under their name."""

    note = forms.CharField(
        label="Motif",
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="Conservé dans le journal avec votre nom.",
    )


class BaseFileForm(forms.ModelForm):  # type: ignore[type-arg]
    """A file of the base; its name says the scheme and the date."""

    content = forms.FileField(
        label="Fichier de la base",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv"}),
        help_text="base-eligibles_DISPOSITIF_AAAAMMJJ.csv, en UTF-8, séparateur « ; »."
        " La base en vigueur ne change qu’une fois le fichier contrôlé.",
        error_messages={"empty": "Ce fichier est vide."},
    )
    user: Any = None

    class Meta:
        model = BaseImport
        fields: list[str] = []

    def clean_content(self) -> Any:
        """Refuse a wrong name, or a scheme that is not the officer's, beside the field."""
        content = self.cleaned_data["content"]
        try:
            scheme, _ = parse_name(content.name)
            check_assigned(self.user, scheme.pk)
        except (BaseFileError, NotAssignedError) as error:
            raise forms.ValidationError(str(error)) from error
        return content
