"""What the supplier's screens ask: a file, a simulation, filters read from the address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q

from enrolment.enums import SpecimenKind
from enrolment.models import Solution, Supplier
from funding.actions import DepositRefusedError
from funding.enums import AWAITING_YOU, KindChoice, Verdict
from funding.intake import FILE_CODES, Envelope, Limits, check_structure, read_envelope
from funding.workflow import DEPOSIT, REQUEST
from segur_portal.common.enums import Kind
from segur_portal.common.models import Scheme

FILE_INPUT = forms.FileInput(attrs={"accept": ".json,application/json"})
DAY_INPUT = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
INSTANT_INPUT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
# Beyond these years an instant has no meaning here, and some have no UTC equivalent.
FIRST_YEAR, LAST_YEAR = 2020, 2100
PERIODS = "Indiquez une date entre 2020 et 2100."


class FilesInput(forms.FileInput):
    """An input for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, perhaps none; a list."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """Each file on its own."""
        return [super(FilesField, self).clean(item, initial) for item in data or []]


class PiecesForm(forms.Form):
    """Pieces of a deposit: its JSON file, its ZIP files, or both."""

    fichier = forms.FileField(
        label="Fichier JSON des demandes",
        widget=FILE_INPUT,
        required=False,
        allow_empty_file=True,
        max_length=255,
        error_messages={
            "invalid": "Aucun fichier n’a été reçu : choisissez-le de nouveau.",
            "max_length": "Le nom du fichier est trop long : 255 caractères au plus.",
        },
    )
    documents = FilesField(
        label="Fichiers ZIP des documents signés",
        help_text=(
            "Un ou plusieurs ZIP contenant les PDF nommés par le fichier JSON, sans dossier ni mot "
            "de passe."
        ),
        required=False,
        widget=FilesInput(attrs={"accept": ".zip,application/zip", "multiple": True}),
        allow_empty_file=True,
        max_length=255,
        error_messages={"invalid": "Aucun fichier n’a été reçu : choisissez-le de nouveau."},
    )

    def clean(self) -> dict[str, Any]:
        """Something must come."""
        data = super().clean() or {}
        if not self.errors and not data.get("fichier") and not data.get("documents"):
            self.add_error("fichier", "Choisissez le fichier JSON, des fichiers ZIP, ou les deux.")
        return data

    def refuse(self, refusal: DepositRefusedError) -> None:
        """Say beside its field why a file is refused at the door."""
        field = "documents" if refusal.is_archive else "fichier"
        self.add_error(field, f"{refusal.finding.message} {refusal.finding.advice}")


class DepositForm(PiecesForm):
    """A new deposit. `cle` makes a double click one deposit."""

    cle = forms.UUIDField(widget=forms.HiddenInput, required=False)

    @classmethod
    def blank(cls) -> DepositForm:
        """An empty form, with the key of the deposit to come."""
        return cls(initial={"cle": uuid4()})


class SimulationForm(forms.Form):
    """A simulation: a file, the day it would be deposited on, how far it is checked."""

    ALL, STRUCTURE = "tout", "structure"
    fichier = forms.FileField(
        label="Fichier JSON à simuler",
        widget=FILE_INPUT,
        allow_empty_file=True,
        max_length=255,
        error_messages={
            "required": "Choisissez le fichier JSON à simuler.",
            "invalid": "Aucun fichier n’a été reçu : choisissez-le de nouveau.",
            "max_length": "Le nom du fichier est trop long : 255 caractères au plus.",
        },
    )
    date = forms.DateTimeField(
        label="Simuler un dépôt fait le",
        help_text="Date et heure de Paris. Sans date, la simulation est faite à l’instant présent.",
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=INSTANT_INPUT,
        error_messages={"invalid": "Indiquez une date et une heure, par exemple 09/11/2026 11:59."},
    )
    etendue = forms.ChoiceField(
        label="Ce qui est vérifié",
        choices=[
            (ALL, "Tout : structure, dates, éligibilité, unicité, montants"),
            (STRUCTURE, "La structure du fichier seulement"),
        ],
        initial=ALL,
        widget=forms.RadioSelect,
        required=False,
    )

    def clean_fichier(self) -> UploadedFile[bytes]:
        """Refuse at once a file bigger than any deposit."""
        file: UploadedFile[bytes] = self.cleaned_data["fichier"]
        limit = settings.DEPOSIT_JSON_MAX_BYTES
        if file.size is not None and file.size > limit:
            finding = FILE_CODES["FIC-002"].finding(found=_mib(file.size), expected=_mib(limit))
            raise forms.ValidationError(f"{finding.message} {finding.advice}")
        return file

    def clean_date(self) -> datetime | None:
        """Keep to years that mean something."""
        at: datetime | None = self.cleaned_data["date"]
        if at is not None and not FIRST_YEAR <= at.year < LAST_YEAR:
            raise forms.ValidationError(PERIODS)
        return at

    @property
    def structure_only(self) -> bool:
        """Whether only the structure is asked for."""
        return bool(self.cleaned_data["etendue"] == self.STRUCTURE)


class ReportFilters(forms.Form):
    """Which requests of a report are shown."""

    verdict = forms.ChoiceField(
        label="Verdict", choices=[("", "Tous"), *Verdict.choices], required=False
    )
    code = forms.CharField(label="Code", required=False, max_length=10, widget=forms.Select)

    def __init__(self, data: Any, codes: Iterable[tuple[str, int]]) -> None:
        super().__init__(data)
        choices = [(code, f"{code} ({lines})") for code, lines in codes]
        self.fields["code"].widget.choices = [("", "Tous"), *choices]


class DepositFilters(forms.Form):
    """Which deposits are listed."""

    etat = forms.ChoiceField(
        label="État",
        required=False,
        choices=[
            ("", "Tous"),
            ("a-corriger", "À corriger : demandes KO non redéposées, fichier refusé"),
            *((state.name, state.public) for state in DEPOSIT.states.values()),
        ],
    )


class RequestFilters(forms.Form):
    """Which requests are listed, in which order; every field is a part of the address."""

    YOURS = AWAITING_YOU
    SORTS = {
        "dossier": ("number",),
        "client": ("client_name", "number"),
        "recue": ("received_at", "number"),
        "montant": ("gross", "number"),
        "etat": ("state", "number"),
    }

    q = forms.CharField(
        label="Rechercher",
        help_text="Dossier, référence, client, SIREN, FINESS, RPPS, numéro d’AM, bon de commande",
        required=False,
        max_length=80,
    )
    dispositif = forms.ModelChoiceField(
        label="Dispositif", queryset=Scheme.objects.all(), required=False, empty_label="Tous"
    )
    type = forms.ChoiceField(
        label="Demande", required=False, choices=[("", "Toutes"), *KindChoice.choices]
    )
    etat = forms.ChoiceField(
        label="État",
        required=False,
        choices=[
            ("", "Tous"),
            (YOURS, "À vous d’agir"),
            *((state.name, state.public) for state in REQUEST.states.values()),
        ],
    )
    alerte = forms.BooleanField(label="Avec alerte seulement", required=False)
    sortie = forms.BooleanField(label="Client sorti de la base seulement", required=False)
    du = forms.DateField(label="Reçues du", required=False, widget=DAY_INPUT)
    au = forms.DateField(label="au", required=False, widget=DAY_INPUT)
    tri = forms.ChoiceField(
        required=False,
        widget=forms.HiddenInput,
        choices=[("", ""), *((f"{way}{name}", name) for name in SORTS for way in ("", "-"))],
    )

    def clean_du(self) -> date | None:
        return _in_period(self.cleaned_data["du"])

    def clean_au(self) -> date | None:
        return _in_period(self.cleaned_data["au"])

    @property
    def is_filtering(self) -> bool:
        """Whether some requests may be hidden."""
        return any(value for name, value in self.cleaned_data.items() if name != "tri")

    @property
    def is_detailed(self) -> bool:
        """Whether one of the filters that are folded away is used, or refused."""
        folded = ("du", "au", "alerte", "sortie")
        return any(self.cleaned_data.get(name) or name in self.errors for name in folded)

    @property
    def ordering(self) -> tuple[str, ...]:
        """The columns to sort by; none for the default order."""
        sort = self.cleaned_data.get("tri") or ""
        columns = self.SORTS.get(sort.removeprefix("-"), ())
        return tuple(f"-{column}" for column in columns) if sort.startswith("-") else columns


class SearchForm(forms.Form):
    """Any identifier."""

    q = forms.CharField(
        label="Rechercher un dossier, un client ou un identifiant",
        help_text=(
            "SIREN, FINESS, RPPS, numéro d’AM, référence, numéro de dossier ou de dépôt, client"
        ),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


def _in_period(day: date | None) -> date | None:
    if day is not None and not FIRST_YEAR <= day.year < LAST_YEAR:
        raise forms.ValidationError(PERIODS)
    return day


def _mib(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} Mio".replace(".", ",")


class ModelForm(forms.Form):
    """Which model to pre-fill: for a solution, or for the request of a deposit file."""

    document = forms.ChoiceField(label="Document", choices=SpecimenKind.choices)
    solution = forms.ModelChoiceField(
        label="Solution logicielle",
        queryset=Solution.objects.none(),
        required=False,
        empty_label="Sans solution, ou celle du fichier",
        help_text="Vos solutions, et celles que vous distribuez.",
    )
    fichier = forms.FileField(
        label="Fichier JSON d’avances (bon de commande seulement)",
        help_text="Le bon de commande reprend la demande que vous désignez. Rien n’est déposé.",
        widget=FILE_INPUT,
        required=False,
        max_length=255,
    )
    reference = forms.CharField(
        label="Référence de la demande dans ce fichier",
        help_text="Sans référence, la première demande du fichier.",
        required=False,
        max_length=35,
    )

    def __init__(self, supplier: Supplier, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.supplier = supplier
        self.payload: dict[str, Any] | None = None
        self.scheme: Scheme | None = None
        self.fields["solution"].queryset = (  # type: ignore[attr-defined]
            Solution.objects.filter(Q(editor=supplier) | Q(distributions__distributor=supplier))
            .select_related("scheme", "editor")
            .order_by("scheme", "name", "version")
            .distinct()
        )

    def clean(self) -> dict[str, Any]:
        """Find the scheme and, for an order, the request of the file."""
        data = super().clean() or {}
        kind, solution = data.get("document"), data.get("solution")
        if data.get("fichier") is not None and kind != SpecimenKind.PURCHASE_ORDER:
            self.add_error("fichier", "Un fichier ne sert qu’à pré-remplir un bon de commande.")
        elif data.get("fichier") is not None:
            self._read(data["fichier"])
        elif solution is not None:
            self.scheme = solution.scheme
        elif kind and kind not in {SpecimenKind.MANDATE, SpecimenKind.DISTRIBUTION_MANDATE}:
            self.add_error("solution", "Choisissez une solution : le modèle en dépend.")
        if kind in {SpecimenKind.MANDATE, SpecimenKind.DISTRIBUTION_MANDATE}:
            self.scheme = None
        return data

    def _read(self, file: UploadedFile[Any]) -> None:
        envelope = read_envelope(
            file.read(settings.DEPOSIT_JSON_MAX_BYTES + 1),
            filename=file.name or "",
            supplier_siret=self.supplier.siret,
            limits=Limits(
                max_bytes=settings.DEPOSIT_JSON_MAX_BYTES,
                max_depth=settings.DEPOSIT_MAX_DEPTH,
                max_requests=settings.DEPOSIT_MAX_REQUESTS,
            ),
        )
        if not isinstance(envelope, Envelope):
            self.add_error("fichier", [f"{one.code} : {one.message}" for one in envelope[:3]])
        elif envelope.kind != Kind.ADVANCE:
            self.add_error("fichier", "Un bon de commande se tire d’une demande d’avance.")
        else:
            self.scheme = Scheme.objects.get(pk=envelope.scheme)
            self._choose(envelope)

    def _choose(self, envelope: Envelope) -> None:
        wanted = self.cleaned_data.get("reference", "").strip()
        pairs = zip(envelope.requests, check_structure(envelope), strict=True)
        for request, structure in pairs:
            named = request.get("referenceFournisseur") if isinstance(request, dict) else None
            if wanted and named != wanted:
                continue
            if structure.findings:
                self.add_error(
                    "fichier",
                    "Cette demande n’a pas la structure attendue : passez d’abord le fichier "
                    "au simulateur, qui dit quoi corriger.",
                )
            else:
                self.payload = request
            return
        self.add_error("reference", "Aucune demande de ce fichier n’a cette référence.")
