"""What a supplier gives with its own layout of a document."""

from __future__ import annotations

from typing import Any

from django import forms

from enrolment.enums import SpecimenKind
from enrolment.models import Specimen
from segur_portal.common.models import Scheme
from segur_portal.common.soundness import FILE_ERRORS, SoundPdf


class SpecimenForm(forms.Form):
    """A layout to review; a new version keeps everything but the file."""

    scheme = forms.ModelChoiceField(
        label="Dispositif", queryset=Scheme.objects.order_by("order"), empty_label="Choisir"
    )
    kind = forms.ChoiceField(label="Document", choices=[("", "Choisir"), *SpecimenKind.choices])
    label = forms.CharField(
        label="Nom du modèle",
        max_length=100,
        help_text="Pour le reconnaître, par exemple « Bon de commande 2026, cabinets ».",
    )
    file = forms.FileField(
        label="Modèle au format PDF",
        help_text="Vierge, avec toutes ses mentions. 20 Mio et 50 pages au plus. Un PDF avec du "
        "texte est lu par le portail ; un document numérisé est contrôlé à la main.",
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        max_length=255,
        validators=[SoundPdf()],
        error_messages=FILE_ERRORS,
    )

    def __init__(self, *args: Any, replaces: Specimen | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scheme"].label_from_instance = (  # type: ignore[attr-defined]
            lambda scheme: f"{scheme.software} ({scheme.pk})"
        )
        if replaces is not None:
            for name in ("scheme", "kind", "label"):
                del self.fields[name]
