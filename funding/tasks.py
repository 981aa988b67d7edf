"""What workers run: each task takes ids, calls one deed, and may run twice without harm."""

from celery import shared_task

from funding.actions import process_deposit, restart_forgotten


@shared_task(name="funding.process", ignore_result=True)
def process(deposit_id: int) -> None:
    """Treat one deposit."""
    process_deposit(deposit_id)


@shared_task(name="funding.sweep", ignore_result=True)
def sweep() -> None:
    """Start again the deposits that the broker or a worker forgot."""
    restart_forgotten()
