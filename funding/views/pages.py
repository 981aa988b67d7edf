"""Public pages: the rules, the documentation of the JSON format."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule by its code."""
    return render(request, "pages/rules.html")


@require_GET
def documentation(request: HttpRequest) -> HttpResponse:
    """The schemes and kinds of request that can be deposited."""
    return render(request, "documentation/index.html")
