"""Addresses of the agents' provider, under those of accounts."""

from django.urls import URLPattern, path

from . import views

urlpatterns: list[URLPattern] = [
    path("agents/connexion/", views.login, name="proconnect_login"),
    path("agents/retour/", views.callback, name="proconnect_callback"),
]
