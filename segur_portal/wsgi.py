"""WSGI entry point, served by granian."""

import os

from segur_portal.embedded import ensure_services

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segur_portal.settings.development")
ensure_services()

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()
