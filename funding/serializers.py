"""The parameters and documents of the API, as its published schema names them."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from funding.enums import AWAITING_YOU, KindChoice
from funding.workflow import DEPOSIT as DEPOSIT_LIFE
from funding.workflow import REQUEST as REQUEST_LIFE
from segur_portal.common.enums import SchemeCode

SCHEMES = [scheme.value for scheme in SchemeCode]
Fields = dict[str, Any]
FIRST_YEAR, LAST_YEAR = 2020, 2100


class RequestQuery(serializers.Serializer[Any]):
    """Which requests are listed."""

    q = serializers.CharField(
        required=False,
        max_length=80,
        help_text="Dossier, référence, client, bon de commande, SIREN, FINESS, RPPS, numéro d’AM",
    )
    dispositif = serializers.ChoiceField(SCHEMES, required=False)
    type = serializers.ChoiceField(KindChoice.choices, required=False)
    etat = serializers.ChoiceField([AWAITING_YOU, *REQUEST_LIFE.states], required=False)
    alerte = serializers.BooleanField(required=False, help_text="Avec alerte seulement")
    sortie = serializers.BooleanField(required=False, help_text="Client sorti de la base seulement")
    du = serializers.DateField(required=False, help_text="Reçues à partir de ce jour (Paris)")
    au = serializers.DateField(required=False, help_text="Reçues jusqu’à ce jour inclus (Paris)")

    def validate_du(self, value: date) -> date:
        return _in_period(value)

    def validate_au(self, value: date) -> date:
        return _in_period(value)


class DepositQuery(serializers.Serializer[Any]):
    """Which deposits are listed."""

    etat = serializers.ChoiceField(list(DEPOSIT_LIFE.states), required=False)


class SimulationQuery(serializers.Serializer[Any]):
    """How far a simulation goes, and on which day."""

    date = serializers.DateTimeField(
        required=False, help_text="Instant du dépôt simulé, par exemple 2026-11-09T11:59:00+01:00"
    )
    structure = serializers.BooleanField(
        required=False, help_text="La structure du fichier seulement"
    )

    def validate_date(self, value: datetime) -> datetime:
        _in_period(value.date())
        return value


class FileForm(serializers.Serializer[Any]):
    """A file in a form."""

    fichier = serializers.FileField(help_text="Le fichier JSON, sous son nom")


class PiecesForm(serializers.Serializer[Any]):
    """The pieces of a deposit in a form."""

    fichier = serializers.FileField(required=False, help_text="Le fichier JSON, sous son nom")
    documents = serializers.ListField(
        child=serializers.FileField(), required=False, help_text="Les fichiers ZIP, sous leur nom"
    )


class ErrorDocument(serializers.Serializer[Any]):
    """A refusal."""

    code = serializers.CharField(help_text="Code stable : API-…, FIC-…")
    message = serializers.CharField(help_text="Phrase française, pour une personne")


_DepositCounts = inline_serializer(
    "NombresDuDepot",
    {
        name: serializers.IntegerField()
        for name in ("total", "integrees", "avecAlerte", "reponses", "dejaIntegrees", "ko")
    },
)

_DEPOSIT_FIELDS: Fields = {
    "numero": serializers.CharField(),
    "cle": serializers.UUIDField(),
    "fichier": serializers.CharField(allow_null=True),
    "dispositif": serializers.CharField(allow_null=True),
    "typeDemande": serializers.CharField(allow_null=True),
    "recuLe": serializers.DateTimeField(help_text="L’instant qui compte"),
    "etat": serializers.ChoiceField(list(DEPOSIT_LIFE.states)),
    "etatLibelle": serializers.CharField(),
    "estTermine": serializers.BooleanField(),
    "tentatives": serializers.IntegerField(),
    "termineLe": serializers.DateTimeField(allow_null=True),
    "piecesManquantes": serializers.IntegerField(help_text="D’un dépôt incomplet"),
    "nombres": _DepositCounts,
    "versions": serializers.DictField(),
}
_REQUEST_FIELDS: Fields = {
    "numeroDossier": serializers.CharField(),
    "referenceFournisseur": serializers.CharField(),
    "dispositif": serializers.CharField(),
    "typeDemande": serializers.CharField(),
    "depot": serializers.DictField(),
    "recueLe": serializers.DateTimeField(),
    "client": serializers.CharField(),
    "etat": serializers.CharField(help_text="En mots"),
    "depuisLe": serializers.DateTimeField(),
    "quiDoitAgir": serializers.CharField(allow_null=True),
    "jusquAu": serializers.DateTimeField(allow_null=True),
    "estTerminee": serializers.BooleanField(),
    "montants": serializers.DictField(help_text="HT, TVA, TTC, en textes au centime"),
    "plafondHT": serializers.CharField(),
    "montantAVerser": serializers.CharField(),
    "avance": serializers.CharField(allow_null=True),
    "nombreAlertes": serializers.IntegerField(),
    "clientSortiDeLaBase": serializers.BooleanField(),
}
_MORE_OF_A_REQUEST: Fields = {
    "calcul": serializers.ListField(child=serializers.CharField()),
    "baremeOfficiel": serializers.BooleanField(),
    "alertes": serializers.ListField(child=serializers.DictField()),
    "historique": serializers.ListField(child=serializers.DictField()),
    "demande": serializers.DictField(),
}


def _page_of(name: str, document: str, fields: Fields) -> Any:
    """A page of a list."""
    return inline_serializer(
        name,
        {
            "total": serializers.IntegerField(),
            "page": serializers.IntegerField(),
            "pages": serializers.IntegerField(),
            "resultats": inline_serializer(document, deepcopy(fields), many=True),
        },
    )


DEPOSIT = inline_serializer("Depot", deepcopy(_DEPOSIT_FIELDS))
PIECES = inline_serializer(
    "PiecesDuDepot",
    {
        "depot": inline_serializer("DepotIncomplet", deepcopy(_DEPOSIT_FIELDS)),
        "limite": serializers.DateTimeField(allow_null=True),
        "fichierManque": serializers.BooleanField(),
        "documentsManquants": serializers.ListField(child=serializers.DictField()),
        "zip": serializers.ListField(child=serializers.CharField()),
    },
)
REQUEST = inline_serializer("Demande", deepcopy({**_REQUEST_FIELDS, **_MORE_OF_A_REQUEST}))
DEPOSIT_PAGE = _page_of("PageDeDepots", "DepotDeLaListe", _DEPOSIT_FIELDS)
REQUEST_PAGE = _page_of("PageDeDemandes", "DemandeDeLaListe", _REQUEST_FIELDS)


def _in_period(day: date) -> date:
    if not FIRST_YEAR <= day.year < LAST_YEAR:
        raise serializers.ValidationError("Indiquez une date entre 2020 et 2100.")
    return day
