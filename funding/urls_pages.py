"""Addresses of the dashboard, the public page of rules and the documentation of the format."""

from django.urls import URLPattern, URLResolver, include, path

from funding.views import api_pages, dashboard, pages, paper

_FORMAT = "documentation/<slug:scheme>/<slug:kind>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("tableau-de-bord/", dashboard.dashboard, name="dashboard"),
    path("regles/", pages.rules, name="rules"),
    path("documentation/", pages.documentation, name="documentation"),
    path("documentation/api/", api_pages.documentation_api, name="documentation_api"),
    path("api/v1/", include("funding.api.urls")),
    path(_FORMAT, pages.documentation_detail, name="documentation_detail"),
    path(_FORMAT + "<slug:model>.json", pages.documentation_model, name="documentation_model"),
    path("modeles/", paper.model_list, name="model_list"),
    path("modeles/pre-remplir/", paper.model_fill, name="model_fill"),
    path("modeles/mes-modeles/", paper.model_rows, name="model_rows"),
    path("modeles/<slug:kind>/vierge.pdf", paper.model_blank, name="model_blank_all"),
    path("modeles/<slug:kind>/<slug:scheme>/vierge.pdf", paper.model_blank, name="model_blank"),
    path(
        "demandes/<slug:number>/bon-de-commande/", paper.model_of_request, name="model_of_request"
    ),
]
