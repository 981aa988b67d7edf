"""What workers run for the base: each task calls deeds, and may run twice without harm."""

from celery import shared_task

from orders.actions.base_alarms import send_alarms
from orders.actions.base_files import receive_dropped_files
from orders.actions.base_queue import import_waiting

# Ten times the lines planned for, on a busy machine. A second delivery finds the base locked.
SOFT_SECONDS, HARD_SECONDS = 1500, 1800


@shared_task(
    name="orders.import_nightly",
    ignore_result=True,
    soft_time_limit=SOFT_SECONDS,
    time_limit=HARD_SECONDS,
)
def import_nightly() -> None:
    """Receive and import what was dropped."""
    receive_dropped_files()
    import_waiting()


@shared_task(
    name="orders.import_waiting",
    ignore_result=True,
    soft_time_limit=SOFT_SECONDS,
    time_limit=HARD_SECONDS,
)
def run_waiting() -> None:
    """Import what an upload, a release or a killed worker left waiting."""
    import_waiting()


@shared_task(name="orders.check_last_import", ignore_result=True)
def check_last_import() -> None:
    """Tell people when last night's import did not happen, or waits for them."""
    send_alarms()
