"""Public pages: the rules, the documentation of the JSON format and its model files."""

from __future__ import annotations

from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from enrolment.doors import current_membership
from funding.actions import SimulationLimitError
from funding.enums import KindChoice
from funding.intake.examples import example
from funding.intake.fields import envelope_fields, request_conditions, request_fields
from funding.intake.naming import RULE as NAMING_RULE
from funding.report.model_files import MODEL_FILES, model_file
from funding.report.rulebook import chapters, rules_on
from funding.rules.catalogue import RULES_VERSION
from segur_portal.common import clock
from segur_portal.common.models import Scheme

INDENTED = orjson.OPT_INDENT_2


@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule by its code; `q` keeps those that hold all its words."""
    words = request.GET.get("q", "")[:100]
    found = chapters(words)
    context = {
        "chapters": found,
        "count": sum(len(chapter.entries) for chapter in found),
        "words": words,
        "version": RULES_VERSION,
    }
    return render(request, "pages/rules.html", context)


@require_GET
def documentation(request: HttpRequest) -> HttpResponse:
    """How a deposit is made, and the formats of request: one per scheme and kind."""
    formats = [(scheme, list(_kinds().items())) for scheme in Scheme.objects.all()]
    context = {"formats": formats, "fields": envelope_fields(), **_limits()}
    return render(request, "documentation/index.html", context)


@require_GET
def documentation_detail(request: HttpRequest, scheme: str, kind: str) -> HttpResponse:
    """The format of one kind of request on one scheme: keys, conditions, rules, models."""
    found, value, label = _format(scheme, kind)
    code = found.pk
    context: dict[str, Any] = {
        "scheme": found,
        "kind": kind,
        "label": label,
        "fields": request_fields(code, value),
        "conditions": request_conditions(code, value),
        "rules": rules_on(code, value, clock.today()),
        "models": MODEL_FILES,
        "example": orjson.dumps(example(code, value), option=INDENTED).decode(),
        **_limits(),
    }
    return render(request, "documentation/detail.html", context)


@require_GET
def documentation_model(request: HttpRequest, scheme: str, kind: str, model: str) -> HttpResponse:
    """Download a model file; the pre-filled one speaks of the signed-in supplier, and counts as a
    simulation."""
    found, value, _ = _format(scheme, kind)
    if model not in MODEL_FILES:
        raise Http404("Ce modèle n’existe pas.")
    membership = current_membership(request)
    supplier = membership.supplier if membership else None
    user = membership.user if membership else None
    try:
        name, payload = model_file(model, found.pk, value, supplier, user)
    except SimulationLimitError as limit:
        context = {"limit": str(limit), "scheme": found, "kind": kind}
        return render(request, "documentation/too_many.html", context, status=429)
    response = HttpResponse(orjson.dumps(payload, option=INDENTED), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _kinds() -> dict[str, str]:
    """The kinds of request as addresses write them, with their labels."""
    return {value.lower(): label for value, label in KindChoice.choices}


def _format(scheme: str, kind: str) -> tuple[Scheme, str, str]:
    if kind not in _kinds():
        raise Http404("Ce type de demande n’existe pas.")
    found = get_object_or_404(Scheme, short_name__iexact=scheme)
    return found, kind.upper(), _kinds()[kind]


def _limits() -> dict[str, Any]:
    return {
        "naming_rule": NAMING_RULE,
        "max_bytes": settings.DEPOSIT_JSON_MAX_BYTES,
        "max_depth": settings.DEPOSIT_MAX_DEPTH,
        "max_requests": settings.DEPOSIT_MAX_REQUESTS,
    }
