"""Addresses of the enrolment app."""

from django.urls import URLPattern, path

from enrolment.views import entrance, health, pages

urlpatterns: list[URLPattern] = [
    path("", entrance.home, name="home"),
    path("organisation/", entrance.switch_supplier, name="switch_supplier"),
    path("demonstration/date/", entrance.move_clock, name="move_clock"),
    path("accessibilite/", pages.accessibility, name="accessibility"),
    path("mentions-legales/", pages.legal, name="legal"),
    path("aide/", pages.help_page, name="help"),
    path("healthz", health.healthz, name="healthz"),
]
