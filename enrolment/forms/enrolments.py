"""Forms of the supplier's enrolment file, one for each step."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from enrolment.actions import clean_bic, clean_iban
from enrolment.models import Amendment, Enrolment, Solution
from enrolment.models.answers import FACTS, OSU
from enrolment.rules.documents import (
    Asked,
    Dates,
    DocumentKind,
    Osu,
    Provided,
    Stage,
    date_fault,
)
from segur_portal.common import clock
from segur_portal.common.soundness import FILE_ERRORS, SoundPdf

YES_NO = [(True, "Oui"), (False, "Non")]


def _yes_no(value: str) -> bool | None:
    return {"True": True, "False": False}.get(value)


def day_field(label: str, help_text: str = "", *, required: bool = False) -> forms.DateField:
    """A day, typed in the browser's own field."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=required, widget=widget)


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]
    """The answers on which the documents asked depend. Nothing is required while it is a draft:
    the checklist says what is missing."""

    is_vat_subject = forms.TypedChoiceField(
        label="Êtes-vous assujetti à la TVA ?",
        choices=YES_NO,
        coerce=_yes_no,
        widget=forms.RadioSelect,
        help_text="Sinon, un justificatif vous est demandé.",
    )
    hosts_data = forms.TypedChoiceField(
        label="Hébergez-vous des données de santé ?",
        choices=YES_NO,
        coerce=_yes_no,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        help_text="Oui : le certificat d’hébergeur (HDS) est demandé. Non : une attestation sur "
        "l’honneur.",
    )
    proxy = forms.ChoiceField(
        label="Le représentant légal désigne-t-il un mandataire ?",
        widget=forms.RadioSelect,
        help_text="Le mandataire signe pour lui sur le portail.",
    )
    osu = forms.ChoiceField(
        label="Avez-vous l’habilitation OSU (Opérateur de service utilisateur) ?",
        choices=OSU,
        required=False,
        widget=forms.RadioSelect,
        help_text="Celle de l’espace de confiance Pro Santé Connect ; demandée à l’étape "
        "définitive.",
    )
    osu_granted_on = day_field("Habilitation OSU : obtenue le", "Si vous l’avez.")
    osu_expires_on = day_field("Habilitation OSU : expire le", "Si elle a une fin.")

    class Meta:
        model = Enrolment
        fields = FACTS
        labels = {
            "legal_representative": "Représentant légal (nom et prénom)",
            "wanted_name": "Autre nom souhaité",
            "proxy_name": "Mandataire (nom et prénom)",
            "uses_own_order_layout": "Nous utilisons notre propre modèle de bon de commande",
        }
        help_texts = {
            "wanted_name": "Seulement si vous voulez un autre nom que celui du registre : un "
            "Kbis est alors demandé.",
            "uses_own_order_layout": "Il sera relu par l’ASP (mentions obligatoires).",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        proxy = self.fields["proxy"]
        assert isinstance(proxy, forms.ChoiceField)
        proxy.choices = list(Enrolment._meta.get_field("proxy").choices or [])
        if not self.instance.scheme.requires_hosting_document:
            del self.fields["hosts_data"]

    def clean(self) -> dict[str, Any]:
        """A habilitation ends after it begins; an agent has a name."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("osu") in (Osu.EDITOR, Osu.PENDING):
            data["osu_granted_on"] = data["osu_expires_on"] = None
        granted, expires = data.get("osu_granted_on"), data.get("osu_expires_on")
        if granted and not data.get("osu"):
            data["osu"] = Osu.HELD.value
        if expires and not granted:
            self.add_error("osu_granted_on", "Indiquez aussi quand elle a été obtenue.")
        elif expires and expires < granted:
            self.add_error("osu_expires_on", "Cette date précède celle de l’obtention.")
        return data


class ChangeForm(OrganisationForm):
    """The same questions, of an enrolment that is validated."""

    class Meta(OrganisationForm.Meta):
        model = Amendment  # type: ignore[assignment]


class SolutionsForm(forms.Form):
    """Which solutions, and, until the early stage is validated, for which stage."""

    solutions = forms.ModelMultipleChoiceField(
        label="Solutions de cet enrôlement",
        queryset=Solution.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    stage = forms.ChoiceField(
        label="Quel enrôlement demandez-vous ?",
        choices=[
            (
                Stage.EARLY.value,
                "Anticipé : le référencement est en cours à l’ANS (ouvre le simulateur)",
            ),
            (
                Stage.FINAL.value,
                "Définitif : chaque solution a son certificat de référencement (ouvre les dépôts)",
            ),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, offered: Any, is_validated: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_validated:
            del self.fields["stage"]
        field = self.fields["solutions"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = offered
        field.label_from_instance = _solution_label  # type: ignore[method-assign, assignment]


def _solution_label(solution: Solution) -> str:
    if solution.referenced_on:
        return f"{solution}, de {solution.editor} – référencée ({solution.reference_number})"
    return f"{solution}, de {solution.editor} – référencement en cours à l’ANS"


class SolutionForm(forms.Form):
    """A solution of the supplier that is not in the list yet."""

    name = forms.CharField(label="Nom", max_length=100)
    version = forms.CharField(label="Version", max_length=30)


class DistributionForm(forms.Form):
    """Another editor's solution that the supplier distributes."""

    solution = forms.ModelChoiceField(
        label="Solution", queryset=Solution.objects.none(), empty_label="Choisir une solution"
    )

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["solution"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = others
        field.label_from_instance = _solution_label  # type: ignore[method-assign, assignment]


class DocumentForm(forms.Form):
    """One document: its file, and the dates that its kind carries."""

    file = forms.FileField(
        label="Fichier",
        help_text="PDF, JPEG ou PNG.",
        validators=[
            SoundPdf(
                is_always=False,
                max_bytes="ENROLMENT_FILE_MAX_BYTES",
                max_pages="ENROLMENT_FILE_MAX_PAGES",
            )
        ],
        error_messages={**FILE_ERRORS, "required": "Choisissez le fichier à déposer."},
    )
    issued_on = day_field("Établi le", required=True)
    starts_on = day_field("Valable à partir du", required=True)
    expires_on = day_field("Valable jusqu’au")
    covers_osu = forms.BooleanField(
        label="Ce mandat prévoit le recours à l’habilitation OSU de l’éditeur", required=False
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, asked: Asked, max_age_months: int
    ) -> None:
        name = f"{asked.kind}-{asked.solution.id}" if asked.solution else str(asked.kind)
        super().__init__(data, files, prefix=name)
        self.asked, self.max_age_months = asked, max_age_months
        dates = asked.dates
        if dates != Dates.ISSUED:
            del self.fields["issued_on"]
        if dates != Dates.PERIOD:
            del self.fields["starts_on"]
        if dates in (Dates.NONE, Dates.ISSUED):
            del self.fields["expires_on"]
        else:
            self.fields["expires_on"].required = dates == Dates.EXPIRES
            if dates != Dates.EXPIRES:
                self.fields["expires_on"].help_text = "S’il a une fin."
        if asked.kind != DocumentKind.DISTRIBUTION_MANDATE:
            del self.fields["covers_osu"]

    def clean(self) -> dict[str, Any]:
        """The dates hold on this very day, which is the day of deposit."""
        data = super().clean() or {}
        if self.errors:
            return data
        provided = Provided(
            "pending",
            clock.today(),
            issued_on=data.get("issued_on"),
            starts_on=data.get("starts_on"),
            expires_on=data.get("expires_on"),
        )
        if fault := date_fault(self.asked.dates, provided, self.max_age_months):
            field = "issued_on" if self.asked.dates == Dates.ISSUED else "expires_on"
            self.add_error(field, f"Ce document n’est pas recevable : {fault}.")
        return data


class BankForm(forms.Form):
    """The bank details, as on the RIB; typed once."""

    holder = forms.CharField(
        label="Titulaire du compte", max_length=70, help_text="Comme écrit sur le RIB."
    )
    iban = forms.CharField(
        label="IBAN",
        max_length=42,
        help_text="27 caractères en France, par exemple FR76 3000 6000 0112 3456 7890 189.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    bic = forms.CharField(label="BIC", max_length=14, help_text="8 ou 11 caractères.")

    def clean_iban(self) -> str:
        return clean_iban(self.cleaned_data["iban"])

    def clean_bic(self) -> str:
        return clean_bic(self.cleaned_data["bic"], self.cleaned_data.get("iban", ""))


class SignatureForm(forms.Form):
    """The signature of the recap."""

    is_certified = forms.BooleanField(
        label="Je certifie l’exactitude de ces informations et la validité de ces pièces, et "
        "je suis habilité à engager l’organisation.",
        error_messages={"required": "Cochez cette case pour signer et transmettre."},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, fingerprint: str) -> None:
        super().__init__(data, initial={"seen": fingerprint})
        self.fingerprint = fingerprint

    def clean(self) -> dict[str, Any]:
        """What is signed is what was shown: another tab may have changed it since."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("seen") != self.fingerprint:
            raise ValidationError(
                "L’enrôlement a changé depuis l’affichage : relisez, puis signez de nouveau."
            )
        return data
