"""The Celery application: the row is the queue, the broker only wakes a worker.

Its processes are started by `make run` or a container, which give DATABASE_URL and REDIS_URL.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segur_portal.settings.development")

app = Celery("segur_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
