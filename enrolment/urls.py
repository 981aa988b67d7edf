"""Addresses of the enrolment app."""

from django.urls import URLPattern, path

from enrolment.views import (
    documents,
    enrolments,
    entrance,
    health,
    notices,
    pages,
    specimens,
    verification,
)

urlpatterns: list[URLPattern] = [
    path("", entrance.home, name="home"),
    path("organisation/", entrance.switch_supplier, name="switch_supplier"),
    path("demonstration/date/", entrance.move_clock, name="move_clock"),
    path("demonstration/courriels/", notices.demonstration_mails, name="demonstration_mails"),
    path("notifications/", notices.notifications, name="notifications"),
    path("notifications/lues/", notices.read_all, name="notifications_read"),
    path("notifications/<int:pk>/", notices.open_one, name="notification_open"),
    path("notifications/preferences/", notices.preferences, name="notification_preferences"),
    path("enrolements/", enrolments.enrolment_list, name="enrolment_list"),
    path("enrolements/<str:scheme>/commencer/", enrolments.enrolment_start, name="enrolment_start"),
    path("enrolements/<int:pk>/", enrolments.enrolment_detail, name="enrolment_detail"),
    path(
        "enrolements/<int:pk>/etapes/<slug:step>/",
        enrolments.enrolment_step,
        name="enrolment_step",
    ),
    path(
        "enrolements/<int:pk>/pieces/<slug:kind>/",
        documents.enrolment_document,
        name="enrolment_document",
    ),
    path(
        "enrolements/<int:pk>/pieces/<slug:kind>/<int:solution>/",
        documents.enrolment_document,
        name="enrolment_solution_document",
    ),
    path(
        "enrolements/pieces/<uuid:key>/fichier/",
        documents.enrolment_document_file,
        name="enrolment_document_file",
    ),
    path("mes-modeles/", specimens.specimen_list, name="specimen_list"),
    path("mes-modeles/nouveau/", specimens.specimen_new, name="specimen_new"),
    path("mes-modeles/<int:pk>/", specimens.specimen_detail, name="specimen_detail"),
    path("mes-modeles/<int:pk>/version/", specimens.specimen_version, name="specimen_version"),
    path("mes-modeles/<int:pk>/fichier/", specimens.specimen_file, name="specimen_file"),
    path("mes-modeles/<int:pk>/retirer/", specimens.specimen_withdraw, name="specimen_withdraw"),
    path("accessibilite/", pages.accessibility, name="accessibility"),
    path("mentions-legales/", pages.legal, name="legal"),
    path("aide/", pages.help_page, name="help"),
    path("verification/", verification.verification, name="verification"),
    path("documents/<slug:reference>.pdf", verification.issued_document, name="issued_document"),
    path("healthz", health.healthz, name="healthz"),
]
