"""Imports that wait for a worker: the row is the queue, the broker only wakes somebody."""

from __future__ import annotations

import logging

from celery import current_app
from kombu.exceptions import OperationalError

from orders.models import BaseImport
from orders.workflow import ImportState

from .base import run_import
from .base_lock import BaseBusyError

logger = logging.getLogger(__name__)


def import_waiting() -> int:
    """Run every import received or interrupted, the oldest first; returns how many ended.

    One that fails is logged and stops no other; a base that another process is importing is left
    to it.
    """
    waiting = BaseImport.objects.filter(state__in=[ImportState.RECEIVED, ImportState.RUNNING])
    ended = 0
    for import_id in list(waiting.order_by("pk").values_list("pk", flat=True)):
        try:
            run_import(import_id)
        except BaseBusyError as busy:
            logger.info("Import %s attend : %s", import_id, busy)
        except Exception:
            logger.exception("L’import %s de la base a échoué.", import_id)
        else:
            ended += 1
    return ended


def wake_importer() -> None:
    """Tell a worker that an import waits. A broker that is down costs a minute, no more."""
    try:
        current_app.send_task("orders.import_waiting")
    except (OperationalError, OSError):
        logger.warning("The broker did not answer; the imports wait for the scheduler.")
