"""Addresses of the API, version 1."""

from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularJSONAPIView

from funding.api import pieces, views

urlpatterns: list[URLPattern] = [
    path("depots/", views.DepositListView.as_view(), name="api_deposits"),
    path("depots/<uuid:key>/", views.DepositView.as_view(), name="api_deposit"),
    path("depots/<uuid:key>/pieces/", pieces.PiecesView.as_view(), name="api_deposit_pieces"),
    path(
        "depots/<uuid:key>/sans-attendre/",
        pieces.FileWithoutView.as_view(),
        name="api_deposit_file_without",
    ),
    path(
        "depots/<uuid:key>/abandonner/",
        pieces.AbandonView.as_view(),
        name="api_deposit_abandon",
    ),
    path(
        "depots/<uuid:key>/compte-rendu/",
        views.DepositReportView.as_view(),
        name="api_deposit_report",
    ),
    path(
        "depots/<uuid:key>/a-corriger/",
        views.DepositCorrectionView.as_view(),
        name="api_deposit_correction",
    ),
    path("demandes/", views.RequestListView.as_view(), name="api_requests"),
    path("demandes/<slug:number>/", views.RequestView.as_view(), name="api_request"),
    path("simulations/", views.SimulationView.as_view(), name="api_simulations"),
    path(
        "schema.json",
        SpectacularJSONAPIView.as_view(authentication_classes=[], permission_classes=[]),
        name="api_schema",
    ),
]
