"""A signed document beside the data, for its supplier: what the officer sees, without notes."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from enrolment.doors import SupplierRequest, supplier_required
from funding.models import Deposit, DepositDocument
from funding.report.pages import page_response
from funding.report.papers import label_of, papers_of, request_of
from funding.report.viewer import Addresses, viewer_of


@require_GET
@supplier_required
def deposit_reading(request: SupplierRequest, key: UUID, file_key: UUID) -> HttpResponse:
    """The document and what its reading found; `?texte=1` shows the extracted text."""
    document = _document(request, key, file_key)
    one = request_of(document)
    arguments = (key, file_key)
    viewer = viewer_of(
        document,
        Addresses(
            page=lambda number: reverse("deposit_page", args=(*arguments, number)),
            download=reverse("deposit_document", args=arguments),
            reading=reverse("deposit_reading", args=arguments),
        ),
        label=label_of(document, one),
        request=one,
        is_text="texte" in request.GET,
    )
    others = [paper for paper in papers_of(one) if paper.file] if one else []
    context = {
        "viewer": viewer,
        "one": one,
        "deposit": document.deposit,
        "others": [paper for paper in others if paper.document != document],
    }
    return render(request, "funding/viewer/page.html", context)


@require_GET
@supplier_required
def deposit_page(
    request: SupplierRequest, key: UUID, file_key: UUID, number: int
) -> HttpResponseBase:
    """The picture of one page."""
    return page_response(_document(request, key, file_key), number)


def _document(request: SupplierRequest, key: UUID, file_key: UUID) -> DepositDocument:
    deposit = get_object_or_404(Deposit.objects.of(request.supplier), key=key)
    documents = DepositDocument.objects.filter(deposit=deposit)
    document: DepositDocument = get_object_or_404(
        documents.select_related("file", "deposit"), file__key=file_key
    )
    return document
