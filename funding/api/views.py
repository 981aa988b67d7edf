"""The addresses of the API: translate in, one deed, translate out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from enrolment.models import ApiToken, Supplier
from funding import serializers as documents
from funding.actions import (
    DepositRefusedError,
    KeyReusedError,
    SimulationClosedError,
    SimulationLimitError,
    receive_deposit,
    simulate,
)
from funding.api.access import MayCall, TokenAuthentication, TokenThrottle
from funding.api.errors import ApiError, refusal
from funding.api.reception import (
    KEY_HEADER,
    NAME_HEADER,
    RawBytes,
    RawJson,
    RawZip,
    idempotency_key,
    received_file,
    received_pieces,
    reused_key,
)
from funding.intake import FILE_CODES
from funding.models import Deposit, FundingRequest
from funding.report.correction import correction_of, has_correction
from funding.report.deposit import deposit_document, report_of_deposit
from funding.report.document import report_document
from funding.report.listing import kept
from funding.report.request_document import request_document, whole_request_document
from funding.report.simulation import report_of_simulation
from funding.report.steps import deadlines
from segur_portal.common.models import JournalEntry

PAGE_SIZE = 50
_HEADERS = [
    OpenApiParameter(NAME_HEADER, str, OpenApiParameter.HEADER, description="Nom du fichier seul"),
]
_KEY = OpenApiParameter(
    KEY_HEADER,
    OpenApiTypes.UUID,
    OpenApiParameter.HEADER,
    description="Répété, il rend le même dépôt",
)
_PAGE = OpenApiParameter("page", int, description=f"{PAGE_SIZE} résultats par page")
_FILE_IN = {
    "multipart/form-data": documents.FileForm,
    "application/json": OpenApiTypes.BINARY,
    "application/octet-stream": OpenApiTypes.BINARY,
}
PIECES_IN = {
    "multipart/form-data": documents.PiecesForm,
    "application/json": OpenApiTypes.BINARY,
    "application/zip": OpenApiTypes.BINARY,
    "application/octet-stream": OpenApiTypes.BINARY,
}
REFUSED = {"default": documents.ErrorDocument}


# Each call is its own transaction only where a deed opens one; no cookie, no CSRF.
@method_decorator(transaction.non_atomic_requests, name="dispatch")
class ApiView(APIView):
    """What every address shares: the key, its rights, its rate."""

    authentication_classes = (TokenAuthentication,)
    permission_classes = (MayCall,)
    throttle_classes = (TokenThrottle,)
    parser_classes: tuple[type[BaseParser], ...] = (MultiPartParser, RawJson, RawBytes)

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return refusal

    def supplier(self, request: Request) -> Supplier:
        """The organisation that calls."""
        return cast(ApiToken, request.auth).supplier


class DepositListView(ApiView):
    """Deposits: make one, list them."""

    parser_classes = (MultiPartParser, RawJson, RawZip, RawBytes)

    @extend_schema(
        operation_id="listerDepots",
        summary="Lister les dépôts",
        parameters=[documents.DepositQuery, _PAGE],
        responses={200: documents.DEPOSIT_PAGE, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """Les dépôts de l’organisation, le plus récent d’abord."""
        wanted = _checked(documents.DepositQuery, request)
        deposits = Deposit.objects.of(self.supplier(request))
        if state := wanted.get("etat"):
            deposits = deposits.filter(state=state)
        return _page(request, deposits, deposit_document)

    @extend_schema(
        operation_id="deposer",
        summary="Déposer des fichiers",
        request=PIECES_IN,
        parameters=[*_HEADERS, _KEY],
        responses={
            202: documents.DEPOSIT,
            200: documents.DEPOSIT,
            **REFUSED,
        },
    )
    def post(self, request: Request) -> Response:
        """Reçu et enregistré en entier avant la réponse (202), puis traité : lisez son état.

        L’heure qui compte est « recuLe ». Un dépôt « incomplete » n’est pas déposé : il attend les
        pièces qui manquent, à envoyer à son adresse « pieces/ ». Le même Idempotency-Key rend le
        même dépôt (200).
        """
        supplier, key = self.supplier(request), idempotency_key(request)
        is_known = key is not None and Deposit.objects.of(supplier).filter(key=key).exists()
        with closing(received_pieces(request)) as pieces:
            try:
                deposit = receive_deposit(
                    supplier=supplier,
                    user=request.user,  # type: ignore[arg-type]
                    content=pieces.file,
                    name=pieces.name,
                    key=key,
                    archives=pieces.archives,
                )
            except DepositRefusedError as refused:
                raise refused_piece(refused) from refused
            except KeyReusedError as reused:
                raise reused_key() from reused
        answer = Response(deposit_document(deposit), status=200 if is_known else 202)
        answer["Location"] = reverse("api_deposit", args=[deposit.key])
        return answer


class DepositView(ApiView):
    """One deposit."""

    @extend_schema(
        operation_id="lireDepot",
        summary="Lire l’état d’un dépôt",
        responses={200: documents.DEPOSIT, **REFUSED},
    )
    def get(self, request: Request, key: UUID) -> Response:
        """Où en est le dépôt ; « estTermine » dit que son compte rendu est prêt."""
        return Response(deposit_document(deposit_of(self, request, key)))


class DepositReportView(ApiView):
    """The report of a treated deposit."""

    @extend_schema(
        operation_id="lireCompteRendu",
        summary="Lire le compte rendu d’un dépôt",
        responses={200: OpenApiTypes.OBJECT, **REFUSED},
    )
    def get(self, request: Request, key: UUID) -> Response:
        """Le verdict de chaque demande : le même JSON que celui du site."""
        return Response(report_document(report_of_deposit(_treated(self, request, key))))


class DepositCorrectionView(ApiView):
    """The KO requests of a deposit."""

    @extend_schema(
        operation_id="lireFichierACorriger",
        summary="Télécharger le fichier à corriger",
        responses={(200, "application/json"): OpenApiTypes.BINARY, **REFUSED},
    )
    def get(self, request: Request, key: UUID) -> HttpResponse:
        """Les seules demandes KO, telles que reçues, sous le prochain nom libre."""
        deposit = _treated(self, request, key)
        if not has_correction(deposit):
            raise ApiError(
                status.HTTP_404_NOT_FOUND, "API-404", "Ce dépôt n’a pas de demande à corriger."
            )
        name, content = correction_of(deposit)
        response = HttpResponse(content, content_type="application/json")
        response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        return response


class RequestListView(ApiView):
    """Requests of the organisation."""

    @extend_schema(
        operation_id="listerDemandes",
        summary="Lister les demandes",
        parameters=[documents.RequestQuery, _PAGE],
        responses={200: documents.REQUEST_PAGE, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """Ce qui attend l’organisation d’abord, puis le plus récent."""
        wanted = _checked(documents.RequestQuery, request)
        mine = FundingRequest.objects.of(self.supplier(request)).with_balance()
        requests = kept(mine, wanted).hand_first().select_related("deposit", "advance")
        closings = deadlines()
        return _page(request, requests, lambda one: request_document(one, closings))


class RequestView(ApiView):
    """One request."""

    @extend_schema(
        operation_id="lireDemande",
        summary="Lire une demande",
        responses={200: documents.REQUEST, **REFUSED},
    )
    def get(self, request: Request, number: str) -> Response:
        """Une demande entière : historique, calcul du montant, alertes, contenu reçu."""
        mine = FundingRequest.objects.of(self.supplier(request)).with_balance()
        one: FundingRequest = get_object_or_404(
            mine.select_related("deposit", "deposit__deposited_by", "advance", "price_scale"),
            number=number,
        )
        entries = JournalEntry.objects.filter(
            subject=FundingRequest._meta.label, subject_id=str(one.pk), is_public=True
        )
        told = entries.select_related("actor").order_by("at", "pk")
        return Response(whole_request_document(one, deadlines(), told))


class SimulationView(ApiView):
    """The private simulator."""

    @extend_schema(
        operation_id="simuler",
        summary="Simuler un dépôt",
        request=_FILE_IN,
        parameters=[documents.SimulationQuery, *_HEADERS],
        responses={200: OpenApiTypes.OBJECT, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Les verdicts d’un vrai dépôt ; rien n’est enregistré ni réservé."""
        wanted = _checked(documents.SimulationQuery, request)
        file, name = received_file(request)
        with closing(file):
            if file.size > settings.DEPOSIT_JSON_MAX_BYTES:
                raise _file_error(
                    "FIC-002",
                    FILE_CODES["FIC-002"]
                    .finding(found=_mib(file.size), expected=_mib(settings.DEPOSIT_JSON_MAX_BYTES))
                    .message,
                )
            data = file.read()
        try:
            simulation = simulate(
                supplier=self.supplier(request),
                user=request.user,  # type: ignore[arg-type]
                data=data,
                name=name,
                as_of=wanted.get("date"),
                structure_only=wanted.get("structure", False),
            )
        except SimulationClosedError as closed:
            raise ApiError(status.HTTP_403_FORBIDDEN, "API-403", str(closed)) from closed
        except SimulationLimitError as limit:
            raise ApiError(status.HTTP_429_TOO_MANY_REQUESTS, "API-429", str(limit)) from limit
        return Response(report_document(report_of_simulation(simulation, name)))


def _checked(query: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The parameters of an address. Raises ApiError that names each wrong one."""
    form = query(data={name: value for name, value in request.query_params.items() if value})
    if not form.is_valid():
        raise ApiError(
            status.HTTP_400_BAD_REQUEST,
            "API-PARAMETRE",
            "Un paramètre de l’adresse est inconnu ou mal écrit.",
            parametres={name: [str(text) for text in texts] for name, texts in form.errors.items()},
        )
    return dict(form.validated_data)


def _page(request: Request, rows: QuerySet[Any], document: Callable[[Any], Any]) -> Response:
    page = Paginator(rows, PAGE_SIZE).get_page(request.query_params.get("page"))
    return Response(
        {
            "total": page.paginator.count,
            "page": page.number,
            "pages": page.paginator.num_pages,
            "resultats": [document(row) for row in page],
        }
    )


def deposit_of(view: ApiView, request: Request, key: UUID) -> Deposit:
    mine = Deposit.objects.of(view.supplier(request)).select_related("file", "supplier")
    deposit: Deposit = get_object_or_404(mine, key=key)
    return deposit


def _treated(view: ApiView, request: Request, key: UUID) -> Deposit:
    """A deposit whose report exists."""
    deposit = deposit_of(view, request, key)
    if deposit.state not in {"done", "refused"}:
        raise ApiError(
            status.HTTP_409_CONFLICT,
            "API-409",
            "Ce dépôt n’est pas encore traité : lisez son état, puis recommencez.",
        )
    return deposit


def refused_piece(refused: DepositRefusedError) -> ApiError:
    """The error of a file refused at the door."""
    finding = refused.finding
    message = f"{finding.message} {finding.advice}" if refused.is_archive else finding.message
    return _file_error(finding.code, message)


def _file_error(code: str, message: str) -> ApiError:
    is_big = code == "FIC-002"
    http_status = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE if is_big else 400
    return ApiError(http_status, code, message)


def _mib(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} Mio".replace(".", ",")
