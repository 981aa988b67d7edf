"""Forms of the officer's desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from enrolment.enums import UserKind
from enrolment.models import User
from segur_portal.common.models import Scheme

NOBODY, ANYBODY = "personne", "tous"
_AT_ASP = [("", "À instruire et en instruction"), ("to_instruct", "À instruire"),
           ("in_instruction", "En instruction")]  # fmt: skip


def officers_of(schemes: list[str]) -> QuerySet[User]:
    """The officers who work on one of these schemes."""
    rows = User.objects.filter(
        kind=UserKind.OFFICER, is_active=True, assignments__scheme__in=schemes
    )
    return rows.order_by("last_name", "first_name", "email").distinct()


class AssignForm(forms.Form):
    """Whose file it becomes."""

    officer = forms.ModelChoiceField(
        label="Gestionnaire",
        queryset=User.objects.none(),
        required=False,
        empty_label="Personne : le dossier retourne à prendre",
        widget=UnfoldAdminSelectWidget(),
    )
    note = forms.CharField(
        label="Commentaire",
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Interne : le fournisseur ne le lit pas.",
    )


def assign_form(officers: QuerySet[User]) -> type[AssignForm]:
    """An assignment form that offers these officers."""

    class Form(AssignForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            field = self.fields["officer"]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = officers

    return Form


class ReassignForm(forms.Form):
    """Which files, shared out between whom; `expected` is how many the preview showed."""

    source = forms.ChoiceField(label="Dossiers de", widget=UnfoldAdminSelectWidget())
    scheme = forms.ModelChoiceField(
        label="Dispositif",
        queryset=Scheme.objects.none(),
        required=False,
        empty_label="Tous mes dispositifs",
        widget=UnfoldAdminSelectWidget(),
    )
    state = forms.ChoiceField(
        label="État", choices=_AT_ASP, required=False, widget=UnfoldAdminSelectWidget()
    )
    officers = forms.ModelMultipleChoiceField(
        label="À répartir entre",
        queryset=User.objects.none(),
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        error_messages={"required": "Choisissez au moins un gestionnaire."},
    )
    note = forms.CharField(
        label="Motif",
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Interne : conservé dans le journal de chaque dossier.",
    )
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, schemes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        officers = officers_of(schemes)
        source, scheme, receivers = (self.fields[n] for n in ("source", "scheme", "officers"))
        assert isinstance(source, forms.ChoiceField)
        assert isinstance(scheme, forms.ModelChoiceField)
        assert isinstance(receivers, forms.ModelChoiceField)
        source.choices = [
            (NOBODY, "Personne (à prendre)"),
            *((str(one.pk), str(one)) for one in officers),
            (ANYBODY, "Tout le monde"),
        ]
        scheme.queryset = Scheme.objects.filter(pk__in=schemes)
        receivers.queryset = officers
