"""Files of a deposit: the report as CSV and JSON, what is to correct, what was received."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from enrolment.doors import SupplierRequest, supplier_required
from funding.models import Deposit, DepositDocument
from funding.report.correction import correction_of, has_correction
from funding.report.deposit import report_of_deposit
from funding.report.document import report_document
from funding.report.sheet import report_sheet
from segur_portal.common.serving import serve_file

R = TypeVar("R", bound=HttpResponseBase)
CSV = "text/csv; charset=utf-8"


@require_GET
@supplier_required
def deposit_csv(request: SupplierRequest, key: UUID) -> HttpResponseBase:
    """The report, one row per finding."""
    deposit = _finished(request, key)
    return csv_response(report_sheet(report_of_deposit(deposit)), f"{deposit.number}.csv")


@require_GET
@supplier_required
def deposit_json(request: SupplierRequest, key: UUID) -> HttpResponse:
    """The report as a JSON document."""
    deposit = _finished(request, key)
    return json_response(report_document(report_of_deposit(deposit)), f"{deposit.number}.json")


@require_GET
@supplier_required
def deposit_correction(request: SupplierRequest, key: UUID) -> HttpResponse:
    """The KO requests, ready to edit, under the next free name."""
    deposit = _finished(request, key)
    if not has_correction(deposit):
        raise Http404("Ce dépôt n’a pas de demande à corriger.")
    name, content = correction_of(deposit)
    return attached(HttpResponse(content, content_type="application/json"), name)


@require_GET
@supplier_required
def deposit_file(request: SupplierRequest, key: UUID) -> HttpResponseBase:
    """The file as it was received."""
    deposit = _deposit(request, key)
    if deposit.file is None:
        raise Http404("Le fichier JSON de ce dépôt n’est pas arrivé.")
    return serve_file(deposit.file)


@require_GET
@supplier_required
def deposit_document(request: SupplierRequest, key: UUID, file_key: UUID) -> HttpResponseBase:
    """A signed document, as it was received."""
    documents = DepositDocument.objects.filter(deposit=_deposit(request, key))
    document = get_object_or_404(documents.select_related("file"), file__key=file_key)
    assert document.file
    return serve_file(document.file)


def _deposit(request: SupplierRequest, key: UUID) -> Deposit:
    deposits = Deposit.objects.of(request.supplier)
    deposit: Deposit = get_object_or_404(deposits.select_related("file", "supplier"), key=key)
    return deposit


def _finished(request: SupplierRequest, key: UUID) -> Deposit:
    """A deposit whose report exists; until then the address does not."""
    deposit = _deposit(request, key)
    if deposit.state not in {"done", "refused"}:
        raise Http404("Ce dépôt n’est pas encore traité.")
    return deposit


def csv_response(lines: Iterable[str], name: str) -> HttpResponseBase:
    """A CSV to keep."""
    return attached(StreamingHttpResponse(lines, content_type=CSV), name)


def json_response(document: dict[str, Any], name: str) -> HttpResponse:
    """A JSON document to keep."""
    response = JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 2})
    return attached(response, name)


def attached(response: R, name: str) -> R:
    """The response, to be saved under this name."""
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
