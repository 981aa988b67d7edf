"""The Celery application: the row is the queue, the broker only wakes a worker.

Its processes are started by `make run` or a container, which give DATABASE_URL and REDIS_URL.
"""

import os

from celery import Celery
from kombu import Queue

DOCUMENTS = "documents"

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segur_portal.settings.development")

app = Celery("segur_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Verdicts first: a PDF takes a worker seconds, and waits while a deposit does. The broker's
# `queue_order_strategy` makes a worker look into the first queue first.
app.conf.task_queues = (Queue("celery"), Queue(DOCUMENTS))
app.conf.task_routes = {"portal.*": {"queue": DOCUMENTS}}
app.autodiscover_tasks()
