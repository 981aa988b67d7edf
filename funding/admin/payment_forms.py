"""Forms of the payment pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectMultipleWidget,
)

from enrolment.models import Supplier
from funding.models import FundingRequest
from segur_portal.common.models import Scheme


class PrepareForm(forms.Form):
    """What a run gathers."""

    schemes = forms.ModelMultipleChoiceField(
        label="Dispositifs",
        queryset=Scheme.objects.none(),
        widget=UnfoldAdminSelectMultipleWidget(),
    )
    suppliers = forms.ModelMultipleChoiceField(
        label="Fournisseurs",
        queryset=Supplier.objects.none(),
        required=False,
        widget=UnfoldAdminSelectMultipleWidget(),
        help_text="Aucun choix : tous.",
    )
    execution_on = forms.DateField(
        label="Exécution demandée le",
        required=False,
        widget=UnfoldAdminDateWidget(),
        help_text="Vide : dans deux jours. Reportée au jour bancaire suivant s’il le faut.",
    )

    def __init__(self, *args: Any, schemes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["schemes"].queryset = schemes  # type: ignore[attr-defined]
        self.fields["schemes"].initial = [scheme.pk for scheme in schemes]
        owed = FundingRequest.objects.owed_back().order_by().values("supplier")
        payable = Supplier.objects.filter(Q(requests__state="accepted") | Q(pk__in=owed)).distinct()
        self.fields["suppliers"].queryset = payable.order_by("name")  # type: ignore[attr-defined]


class ReturnFileForm(forms.Form):
    """The bank's answer."""

    file = forms.FileField(
        label="Fichier de retour",
        widget=UnfoldAdminFileFieldWidget(),
        help_text="pain.002 (XML), ou CSV « identifiant;statut;code;texte;date » "
        "(la date est facultative).",
    )
