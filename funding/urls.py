"""Addresses of the funding app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
