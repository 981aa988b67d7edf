"""Pages that say what the site is: accessibility, legal mentions, help."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement (RGAA)."""
    return render(request, "pages/accessibility.html")


@require_GET
def legal(request: HttpRequest) -> HttpResponse:
    """Legal mentions."""
    return render(request, "pages/legal.html")


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    """Where to begin, and what the words mean."""
    return render(request, "pages/help.html")


@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """The supplier's guide, from the first account to the balance."""
    return render(request, "pages/guide.html")
