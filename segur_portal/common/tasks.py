"""What workers run for the common ground: mails and the morning's summary."""

from celery import shared_task

from segur_portal.common.antivirus import scan_again as scan_clean_files
from segur_portal.common.antivirus import scan_waiting as scan_files
from segur_portal.common.audit import seal_day
from segur_portal.common.mails import send_due, send_queued
from segur_portal.common.notices import send_digests as write_digests


@shared_task(name="common.send_mail", ignore_result=True)
def send_mail(mail_id: int) -> None:
    """Try to send one mail."""
    send_queued(mail_id)


@shared_task(name="common.sweep_mails", ignore_result=True)
def sweep_mails() -> None:
    """Send the mails that the broker forgot and those to try again."""
    send_due()


@shared_task(name="common.send_digests", ignore_result=True)
def send_digests() -> None:
    """Write the morning's summaries."""
    write_digests()


@shared_task(name="common.seal_audit", ignore_result=True)
def seal_audit() -> None:
    """Seal the traces of the day that ended."""
    seal_day()


@shared_task(name="common.scan_waiting", ignore_result=True)
def scan_waiting() -> None:
    """Have the antivirus look at the files that wait for it, or that it could not look at."""
    scan_files()


@shared_task(name="common.scan_again", ignore_result=True)
def scan_again() -> None:
    """Have the antivirus look again at the files found clean long ago."""
    scan_clean_files()
