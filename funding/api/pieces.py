"""The pieces of an incomplete deposit, by the API: the same deeds as by the site."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from funding import serializers as documents
from funding.actions import DepositRefusedError, abandon_deposit, add_pieces, file_without
from funding.api.errors import ApiError
from funding.api.reception import NAME_HEADER, RawBytes, RawJson, RawZip, received_pieces
from funding.api.views import PIECES_IN, REFUSED, ApiView, deposit_of, refused_piece
from funding.report.deposit import deposit_document, pieces_document
from segur_portal.common.workflow import ForbiddenMoveError

_NAME = OpenApiParameter(
    NAME_HEADER, str, OpenApiParameter.HEADER, description="Nom du fichier seul"
)


class PiecesView(ApiView):
    """What an incomplete deposit lacks; sending it."""

    parser_classes = (MultiPartParser, RawJson, RawZip, RawBytes)

    @extend_schema(
        operation_id="lirePieces",
        summary="Lire les pièces qui manquent à un dépôt",
        responses={200: documents.PIECES, **REFUSED},
    )
    def get(self, request: Request, key: UUID) -> Response:
        """Les documents attendus, par demande, avec le nom attendu et la limite pour compléter."""
        return Response(pieces_document(deposit_of(self, request, key)))

    @extend_schema(
        operation_id="completer",
        summary="Compléter un dépôt",
        request=PIECES_IN,
        parameters=[_NAME],
        responses={202: documents.DEPOSIT, **REFUSED},
    )
    def post(self, request: Request, key: UUID) -> Response:
        """Un JSON, des ZIP, ou les deux ; le dépôt est fait avec la dernière pièce.

        Un ZIP renvoyé à l’identique après une coupure ne change rien.
        """
        deposit = deposit_of(self, request, key)
        with closing(received_pieces(request)) as pieces:
            try:
                deposit = add_pieces(
                    deposit=deposit,
                    user=request.user,  # type: ignore[arg-type]
                    content=pieces.file,
                    name=pieces.name,
                    archives=pieces.archives,
                )
            except DepositRefusedError as refused:
                raise refused_piece(refused) from refused
            except ForbiddenMoveError as refusal:
                raise _conflict(refusal) from refusal
        return Response(deposit_document(deposit), status=status.HTTP_202_ACCEPTED)


class FileWithoutView(ApiView):
    """Depositing without the missing pieces."""

    @extend_schema(
        operation_id="deposerSansAttendre",
        summary="Déposer sans les pièces manquantes",
        request=None,
        responses={202: documents.DEPOSIT, **REFUSED},
    )
    def post(self, request: Request, key: UUID) -> Response:
        """Les demandes dont un document manque seront KO (DOC-001) ; les autres sont traitées."""
        return _done(self, request, key, file_without)


class AbandonView(ApiView):
    """Giving an incomplete deposit up."""

    @extend_schema(
        operation_id="abandonner",
        summary="Abandonner un dépôt incomplet",
        request=None,
        responses={202: documents.DEPOSIT, **REFUSED},
    )
    def post(self, request: Request, key: UUID) -> Response:
        """Rien n’en est déposé ; les noms de ses fichiers ZIP restent libres."""
        return _done(self, request, key, abandon_deposit)


def _done(view: ApiView, request: Request, key: UUID, deed: Any) -> Response:
    deposit = deposit_of(view, request, key)
    try:
        deposit = deed(deposit=deposit, user=request.user)
    except ForbiddenMoveError as refusal:
        raise _conflict(refusal) from refusal
    return Response(deposit_document(deposit), status=status.HTTP_202_ACCEPTED)


def _conflict(refusal: ForbiddenMoveError) -> ApiError:
    return ApiError(status.HTTP_409_CONFLICT, "API-409", str(refusal))
