"""Every address of the portal."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("comptes/", include("allauth.urls")),
    path("gestion/", admin.site.urls),
    path("", include("enrolment.urls")),
    path("", include("orders.urls")),
    path("", include("funding.urls")),
    path("", include("funding.urls_pages")),
]
