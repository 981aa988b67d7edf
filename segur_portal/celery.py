"""The Celery application: the row is the queue, the broker only wakes a worker."""

import os

from celery import Celery

from segur_portal.embedded import ensure_services

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segur_portal.settings.development")
ensure_services()

app = Celery("segur_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
