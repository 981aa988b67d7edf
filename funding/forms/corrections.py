"""Answering a correction: one field for each thing that an officer reopened, and no other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings

from funding.actions.reopening import Asked
from funding.intake.leaves import Leaf
from segur_portal.common.french import spaced
from segur_portal.common.rules import Finding

_PDF = forms.FileInput(attrs={"accept": ".pdf,application/pdf"})
_YES_NO = [("oui", "Oui"), ("non", "Non")]
_NONE = ("", "Sans objet")


class AnswerForm(forms.Form):
    """What the supplier answers. Documents left empty stay as they are."""

    def __init__(self, *args: Any, asked: Sequence[Asked], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {one.leaf.pointer: f"c{one.correction.pk}" for one in asked}
        self.asked = asked
        for one in asked:
            self.fields[self.names[one.leaf.pointer]] = _field(one)

    @property
    def items(self) -> list[tuple[Asked, forms.BoundField]]:
        """Each thing asked, with its field."""
        return [(one, self[self.names[one.leaf.pointer]]) for one in self.asked]

    @property
    def documents(self) -> list[Asked]:
        """The documents asked."""
        return [one for one in self.asked if one.correction.is_document]

    def values(self) -> dict[str, Any]:
        """The values, by pointer, as the format writes them."""
        return {
            one.leaf.pointer: _value(one.leaf, self.cleaned_data[self.names[one.leaf.pointer]])
            for one in self.asked
            if not one.correction.is_document
        }

    def files_given(self) -> dict[str, Any]:
        """The files, by pointer."""
        found = {
            one.leaf.pointer: self.cleaned_data[self.names[one.leaf.pointer]]
            for one in self.asked
            if one.correction.is_document
        }
        return {pointer: file for pointer, file in found.items() if file}

    def show(self, findings: Iterable[Finding]) -> None:
        """Put each finding at the field it speaks of, or above them all."""
        for finding in findings:
            name = self.names.get(finding.pointer)
            advice = f" {finding.advice}" if finding.advice else ""
            self.add_error(name, f"{finding.code} – {finding.message}{advice}")


def _field(one: Asked) -> forms.Field:
    leaf = one.leaf
    common: dict[str, Any] = {"label": leaf.label, "required": False}
    if one.correction.is_document:
        limit = settings.DOCUMENT_MAX_BYTES // 2**20
        return forms.FileField(
            **common,
            widget=_PDF,
            help_text=f"PDF, {limit}\u00a0Mio au plus. Sans fichier, le document reste tel quel.",
        )
    common["help_text"] = spaced(f"Valeur actuelle : {leaf.shown}")
    common["initial"] = _initial(leaf)
    return _valued(leaf, {**common, "required": not leaf.is_nullable})


def _valued(leaf: Leaf, common: dict[str, Any]) -> forms.Field:
    if leaf.form == "boolean":
        choices = [*([_NONE] if leaf.is_nullable else []), *_YES_NO]
        return forms.ChoiceField(**common, choices=choices)
    if leaf.form == "choice":
        choices = [*([_NONE] if leaf.is_nullable else []), *((c, c) for c in leaf.choices)]
        return forms.ChoiceField(**common, choices=choices)
    if leaf.form == "number":
        return forms.DecimalField(**common, max_digits=12, decimal_places=2, localize=True)
    if leaf.form == "date":
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(**common, widget=widget)
    return forms.CharField(**common, max_length=1000)


def _initial(leaf: Leaf) -> Any:
    if isinstance(leaf.value, bool):
        return "oui" if leaf.value else "non"
    if leaf.form == "number" and leaf.value is not None:
        return Decimal(repr(leaf.value))
    return "" if leaf.value is None else leaf.value


def _value(leaf: Leaf, typed: Any) -> Any:
    """What is written in the request."""
    if typed in ("", None):
        return None
    if leaf.form == "boolean":
        return typed == "oui"
    if leaf.form == "number":
        return float(typed)
    return typed.isoformat() if leaf.form == "date" else typed
