"""The officers' administration site."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "unfold.sites.UnfoldAdminSite"
