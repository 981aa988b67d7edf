"""Addresses of the dashboard, the public page of rules and the documentation of the format."""

from django.urls import URLPattern, path

from funding.views import dashboard, pages

_FORMAT = "documentation/<slug:scheme>/<slug:kind>/"

urlpatterns: list[URLPattern] = [
    path("tableau-de-bord/", dashboard.dashboard, name="dashboard"),
    path("regles/", pages.rules, name="rules"),
    path("documentation/", pages.documentation, name="documentation"),
    path(_FORMAT, pages.documentation_detail, name="documentation_detail"),
    path(_FORMAT + "<slug:model>.json", pages.documentation_model, name="documentation_model"),
]
