"""The documentation of the API, read from its own published schema."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator

_METHODS = {"get": "GET", "post": "POST"}
_PLACES = {"query": "adresse", "header": "en-tête", "path": "chemin"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the API; `parameters` are (name, place, remark)."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[tuple[str, str, str], ...]
    sends_file: bool


@cache
def operations() -> tuple[Operation, ...]:
    """Every call, in the order of the addresses."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return tuple(
        _operation(path, _METHODS[method], item)
        for path, methods in schema["paths"].items()
        for method, item in methods.items()
        if method in _METHODS and "schema" not in path
    )


def _operation(path: str, method: str, item: dict[str, Any]) -> Operation:
    return Operation(
        method=method,
        path=path,
        summary=item["summary"],
        description=item["description"],
        parameters=tuple(
            (one["name"], _PLACES[one["in"]], _remark(one)) for one in item.get("parameters", ())
        ),
        sends_file="requestBody" in item,
    )


def _remark(parameter: dict[str, Any]) -> str:
    """What is said of a parameter, or the values it takes."""
    values = parameter.get("schema", {}).get("enum")
    return ", ".join(map(str, values)) if values else str(parameter.get("description", ""))


@require_GET
def documentation_api(request: HttpRequest) -> HttpResponse:
    """How a supplier's software calls the portal."""
    context = {
        "operations": operations(),
        "rates": {kind: rate.partition("/")[0] for kind, rate in settings.API_RATES.items()},
        "base": request.build_absolute_uri("/api/v1/"),
        "max_bytes": settings.DEPOSIT_JSON_MAX_BYTES,
    }
    return render(request, "documentation/api.html", context)
