"""The search on any identifier: it always answers."""

from __future__ import annotations

import logging

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from enrolment.doors import SupplierRequest, supplier_required
from funding.forms import SearchForm
from funding.report.lookup import Answer, find, may_be_identifier, reasons_not_found
from segur_portal.common import clock

logger = logging.getLogger(__name__)
# Ours: the search is no oracle of the eligible-clients base.
BASE_ANSWERS_PER_HOUR = 60
_TOO_MANY = (
    "Vous avez interrogé beaucoup de numéros : la présence dans la base des clients éligibles "
    "sera de nouveau donnée dans une heure. Le simulateur, lui, vérifie tout un fichier."
)


@require_GET
@supplier_required
def search(request: SupplierRequest) -> HttpResponse:
    """Where an identifier stands among this supplier's files, or why it is not found."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    answer = _answer(request, text) if text else None
    return render(request, "funding/search.html", {"form": form, "answer": answer})


def _answer(request: SupplierRequest, text: str) -> Answer:
    answer = find(request.supplier, text)
    if not answer.is_empty:
        return answer
    if may_be_identifier(text) and not _may_ask_the_base(request):
        return Answer(text, reasons=[_TOO_MANY])
    return Answer(text, reasons=reasons_not_found(text, on=clock.today()))


def _may_ask_the_base(request: SupplierRequest) -> bool:
    """Counts the answers given to a supplier within the hour, and keeps a trace of each."""
    key = f"search:{request.supplier.pk}"
    cache.add(key, 0, timeout=3600)
    asked = cache.incr(key)
    logger.info("Base asked by supplier %s, user %s.", request.supplier.pk, request.user.pk)
    return bool(asked <= BASE_ANSWERS_PER_HOUR)
