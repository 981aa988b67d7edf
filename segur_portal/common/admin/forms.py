"""Forms of the pages that confirm a deed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget


class NoteForm(forms.Form):
    """A free text, not required."""

    note = forms.CharField(
        label="Commentaire",
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="Conservé dans le journal.",
    )


class ReasonForm(forms.Form):
    """A reason chosen from a list and a free text, both required (domain page, section 3)."""

    reason_code = forms.ChoiceField(label="Motif", widget=UnfoldAdminSelectWidget())
    note = forms.CharField(
        label="Explication",
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        help_text="Lue par le fournisseur : dites ce qui manque et ce qu’il peut faire.",
    )


def reason_form(choices: Callable[[], Iterable[tuple[str, str]]]) -> type[ReasonForm]:
    """A reason form with these choices, asked for when it is shown."""

    class Form(ReasonForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            field = self.fields["reason_code"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "Choisir un motif"), *choices()]

    return Form
