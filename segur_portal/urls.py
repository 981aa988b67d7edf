"""Every address of the portal."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

# Officers sign in on the portal's own page: the administration's would skip the second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    path("comptes/", include("allauth.urls")),
    path("gestion/", admin.site.urls),
    path("", include("enrolment.urls")),
    path("", include("orders.urls")),
    path("", include("funding.urls")),
    path("", include("funding.urls_pages")),
]
