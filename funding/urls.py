"""Addresses of deposits, requests, search, simulator and API; the other pages are beside."""

from django.urls import URLPattern, path

from funding.views import (
    balances,
    corrections,
    deposits,
    disputes,
    downloads,
    feed,
    messages,
    payments,
    pieces,
    pilots,
    reading,
    requests,
    search,
    simulator,
)

urlpatterns: list[URLPattern] = [
    path("depots/", deposits.deposit_list, name="deposit_list"),
    path("depots/nouveau/", deposits.deposit_new, name="deposit_new"),
    path("depots/<uuid:key>/", deposits.deposit_detail, name="deposit_detail"),
    path("depots/<uuid:key>/suivi/", deposits.deposit_progress, name="deposit_progress"),
    path("depots/<uuid:key>/pieces/", pieces.deposit_pieces, name="deposit_pieces"),
    path(
        "depots/<uuid:key>/sans-attendre/<slug:name>/", pieces.deposit_giving, name="deposit_giving"
    ),
    path(
        "depots/<uuid:key>/zip/<int:pk>/retirer/", pieces.deposit_withdraw, name="deposit_withdraw"
    ),
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
    path(
        "depots/<uuid:key>/documents/<uuid:file_key>/lecture/",
        reading.deposit_reading,
        name="deposit_reading",
    ),
    path(
        "depots/<uuid:key>/documents/<uuid:file_key>/pages/<int:number>",
        reading.deposit_page,
        name="deposit_page",
    ),
    path("demandes/", requests.request_list, name="request_list"),
    path("demandes/export.csv", requests.request_export, name="request_export"),
    path("demandes/<slug:number>/", requests.request_detail, name="request_detail"),
    path("demandes/<slug:number>/messages/", messages.request_messages, name="request_messages"),
    path(
        "demandes/<slug:number>/messages/pieces/<int:pk>",
        messages.message_file,
        name="message_file",
    ),
    path("echeances/", feed.calendar_page, name="calendar_page"),
    path("echeances/<str:secret>.ics", feed.calendar_feed, name="calendar_feed"),
    path(
        "demandes/<slug:number>/correction/",
        corrections.request_correction,
        name="request_correction",
    ),
    path("soldes/", balances.balance_due, name="balance_due"),
    path("paiements/", payments.payment_list, name="payment_list"),
    path("paiements/ecritures.csv", payments.ledger_export, name="ledger_export"),
    path("litiges/", disputes.dispute_list, name="dispute_list"),
    path("litiges/contester/<uuid:key>/<int:index>/", disputes.dispute_new, name="dispute_new"),
    path("litiges/<int:pk>/", disputes.dispute_detail, name="dispute_detail"),
    path("litiges/<int:pk>/retirer/", disputes.dispute_withdraw, name="dispute_withdraw"),
    path("litiges/<int:pk>/pieces/<int:part>", disputes.dispute_file, name="dispute_file"),
    path("pilotes/", pilots.pilot_list, name="pilot_list"),
    path("pilotes/<int:solution>/", pilots.pilot_campaign, name="pilot_campaign"),
    path("pilotes/<int:solution>/formation/", pilots.pilot_training, name="pilot_training"),
    path("pilotes/pv/<slug:number>/", pilots.pilot_report, name="pilot_report"),
    path("pilotes/preuves/<int:pk>/", pilots.pilot_detail, name="pilot_detail"),
    path("pilotes/preuves/<int:pk>/corriger/", pilots.pilot_replace, name="pilot_replace"),
    path("pilotes/preuves/<int:pk>/fichier", pilots.pilot_file, name="pilot_file"),
    path("pilotes/preuves/<int:pk>/retirer/", pilots.pilot_withdraw, name="pilot_withdraw"),
    path("simulateur/", simulator.simulator, name="simulator"),
    path("recherche/", search.search, name="search"),
]
