"""The checklist of a layout: one box for each mandatory statement, ticked where it was read."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanWidget,
)

from enrolment.enums import SpecimenReason
from enrolment.models import Specimen
from segur_portal.common.models import Statement

PREFIX = "present_"
COMPLIANT, NOT_COMPLIANT = "compliant", "not_compliant"
REVIEW_WORDS = (
    "Cochez chaque mention obligatoire que vous voyez dans le document. Celles que le portail a "
    "lues sont déjà cochées, avec leur page : vérifiez-les."
)


class ReviewForm(forms.Form):
    """The answer that follows the boxes."""

    decision = forms.ChoiceField(
        label="Réponse",
        choices=[("", "Choisir"), (COMPLIANT, "Conforme"), (NOT_COMPLIANT, "Non conforme")],
        widget=UnfoldAdminSelectWidget(),
    )
    until = forms.DateField(
        label="Conforme jusqu’au",
        required=False,
        widget=forms.DateInput(
            attrs={"type": "date", "class": " ".join(INPUT_CLASSES)}, format="%Y-%m-%d"
        ),
        help_text="Sans date, la conformité ne prend pas fin d’elle-même.",
    )
    reason_code = forms.ChoiceField(
        label="Motif, si non conforme",
        required=False,
        choices=[("", "Mention obligatoire absente"), *SpecimenReason.choices],
        widget=UnfoldAdminSelectWidget(),
    )
    note = forms.CharField(
        label="Explication",
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        help_text="Lue par le fournisseur, avec les mentions absentes.",
    )

    def clean(self) -> dict[str, Any]:
        """Refuse an answer that the boxes contradict."""
        data = super().clean() or {}
        boxes = [name for name in self.fields if name.startswith(PREFIX)]
        data["present"] = {name.removeprefix(PREFIX) for name in boxes if data.get(name)}
        decision, is_full = data.get("decision"), len(data["present"]) == len(boxes)
        reason, note = data.get("reason_code", ""), data.get("note", "").strip()
        if decision == COMPLIANT and not is_full:
            self.add_error(
                "decision", "Des mentions ne sont pas cochées : le modèle n’est pas conforme."
            )
        if decision == COMPLIANT:
            data["reason_code"] = ""
        elif decision == NOT_COMPLIANT and is_full and not (reason and note):
            self.add_error(
                "note", "Toutes les mentions sont cochées : donnez un motif et une explication."
            )
        return data


def review_form(specimen: Specimen) -> type[ReviewForm]:
    """The form of one layout, with the statements in force for its document and its scheme."""
    statements = Statement.objects.binding(specimen.kind, specimen.scheme_id)
    boxes = {f"{PREFIX}{one.code}": _box(specimen, one) for one in statements}
    # The answer comes after what it rests on.
    return type("SpecimenReviewForm", (ReviewForm,), {**boxes, "field_order": list(boxes)})


def _box(specimen: Specimen, statement: Statement) -> forms.BooleanField:
    pages = specimen.reading.get("pages", {}).get(statement.code, [])
    return forms.BooleanField(
        label=statement.text,
        required=False,
        initial=bool(pages),
        widget=UnfoldBooleanWidget(),
        help_text=_where(specimen, pages),
    )


def _where(specimen: Specimen, pages: list[int]) -> str:
    if pages:
        numbers = ", ".join(map(str, pages))
        return f"Lue page{'s' if len(pages) > 1 else ''} {numbers}."
    if not specimen.is_read:
        return "Pas encore lue par le portail."
    if specimen.faults or not specimen.reading.get("has_text"):
        return "Contrôle manuel : le document n’a pas de texte à lire."
    return "Non trouvée par le portail : cherchez-la."
