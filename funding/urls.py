"""Addresses of deposits, requests, search, simulator and API; the other pages are beside."""

from django.urls import URLPattern, path

from funding.views import deposits, downloads, payments, requests, search, simulator

urlpatterns: list[URLPattern] = [
    path("depots/", deposits.deposit_list, name="deposit_list"),
    path("depots/nouveau/", deposits.deposit_new, name="deposit_new"),
    path("depots/<uuid:key>/", deposits.deposit_detail, name="deposit_detail"),
    path("depots/<uuid:key>/suivi/", deposits.deposit_progress, name="deposit_progress"),
    path("depots/<uuid:key>/rapport.csv", downloads.deposit_csv, name="deposit_csv"),
    path("depots/<uuid:key>/rapport.json", downloads.deposit_json, name="deposit_json"),
    path(
        "depots/<uuid:key>/a-corriger.json",
        downloads.deposit_correction,
        name="deposit_correction",
    ),
    path("depots/<uuid:key>/fichier", downloads.deposit_file, name="deposit_file"),
    path(
        "depots/<uuid:key>/documents/<uuid:file_key>",
        downloads.deposit_document,
        name="deposit_document",
    ),
    path("demandes/", requests.request_list, name="request_list"),
    path("demandes/export.csv", requests.request_export, name="request_export"),
    path("demandes/<slug:number>/", requests.request_detail, name="request_detail"),
    path("paiements/", payments.payment_list, name="payment_list"),
    path("paiements/ecritures.csv", payments.ledger_export, name="ledger_export"),
    path("simulateur/", simulator.simulator, name="simulator"),
    path("recherche/", search.search, name="search"),
]
