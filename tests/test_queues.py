"""Two queues: a deposit's verdict never waits behind the drawing of PDFs."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from kombu.utils.scheduling import cycle_by_name

from segur_portal.celery import DOCUMENTS, app


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("funding.process", "celery"),
        ("funding.sweep", "celery"),
        ("orders.import_waiting", "celery"),
        ("common.send_mail", "celery"),
        ("portal.render_document", DOCUMENTS),
        ("portal.read_specimen", DOCUMENTS),
    ],
)
def test_a_task_goes_to_its_queue(task: str, queue: str) -> None:
    """Drawing and reading PDFs apart, whatever leads to a verdict in front."""
    options = app.amqp.router.route({}, task)
    assert getattr(options.get("queue"), "name", app.conf.task_default_queue) == queue


def test_a_worker_looks_into_the_queue_of_deposits_first() -> None:
    """Also after it has just taken a message from it: the broker's rounds do not turn."""
    strategy = settings.CELERY_BROKER_TRANSPORT_OPTIONS["queue_order_strategy"]
    rounds: Any = cycle_by_name(str(strategy))(list(app.amqp.queues))
    rounds.rotate("celery")
    assert rounds.consume(2) == ["celery", DOCUMENTS]
