"""What workers run: each task takes ids, calls one deed, and may run twice without harm."""

from datetime import timedelta

from celery import shared_task

from enrolment.actions import READ_TASK, wake_specimen_reader
from enrolment.models import Specimen
from funding.actions import (
    cancel_overdue_holds,
    hold_again,
    lapse_incomplete,
    process_deposit,
    release_holds,
    restart_forgotten,
    warn_holds,
)
from funding.actions.bulk import resume_bulk, run_bulk
from funding.actions.departures import flag_left_clients, follow_bases
from funding.actions.disputes import close_overdue_disputes
from funding.actions.isolation import follow_antivirus
from funding.actions.paper import issue_model
from funding.actions.reminders import remind_deadlines
from funding.actions.retention import purge
from funding.actions.specimens import read_specimen
from funding.actions.statements import issue_statements
from funding.report.issued import draw
from funding.report.paper import model_data, offered
from segur_portal.common import clock
from segur_portal.common.issuing import TASK, render_document, wake_renderer
from segur_portal.common.models import IssuedDocument, Scheme

# A document that nobody rendered after this long was forgotten by the broker.
FORGOTTEN_AFTER = timedelta(minutes=1)
SWEPT_AT_ONCE = 200


@shared_task(name="funding.process", ignore_result=True)
def process(deposit_id: int) -> None:
    """Treat one deposit."""
    process_deposit(deposit_id)


@shared_task(name="funding.sweep", ignore_result=True)
def sweep() -> None:
    """Start again the deposits, and the decisions, that the broker or a worker forgot; end the
    deposits left incomplete."""
    restart_forgotten()
    lapse_incomplete()
    resume_bulk()


@shared_task(name="funding.bulk", ignore_result=True)
def bulk(decision_id: int) -> None:
    """Carry out one decision on many requests."""
    run_bulk(decision_id)


@shared_task(name=TASK, ignore_result=True)
def render(document_id: int) -> None:
    """Render one document."""
    render_document(document_id, draw)


@shared_task(name="portal.render_waiting", ignore_result=True)
def render_waiting() -> None:
    """Wake a worker for each document that waits for too long."""
    waiting = IssuedDocument.objects.waiting().filter(issued_at__lt=clock.now() - FORGOTTEN_AFTER)
    for pk in waiting.order_by("issued_at").values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
        wake_renderer(pk)


@shared_task(name="funding.sweep_holds", ignore_result=True)
def sweep_holds() -> None:
    """Release the DRIMbox requests whose RIS came, suspend those whose RIS fell, cancel those past
    the limit, remind others."""
    release_holds()
    hold_again()
    cancel_overdue_holds()
    warn_holds()


@shared_task(name="funding.close_disputes", ignore_result=True)
def close_disputes() -> None:
    """Close the answers of disputes whose ten working days are over."""
    close_overdue_disputes()


@shared_task(name="funding.remind_deadlines", ignore_result=True)
def remind() -> None:
    """Recall the deadlines 30, 7 and 1 days before."""
    remind_deadlines()


@shared_task(name="funding.issue_statements", ignore_result=True)
def statements() -> None:
    """Issue the statements of the month that ended."""
    issue_statements()


@shared_task(name="portal.issue_models", ignore_result=True)
def issue_models() -> None:
    """Issue the blank models whose statements are new or changed; the others exist already."""
    for kind, scheme in offered():
        issue_model(data=model_data(kind, scheme))


@shared_task(name=READ_TASK, ignore_result=True)
def read_layout(specimen_id: int) -> None:
    """Read one layout submitted for review."""
    read_specimen(specimen_id)


@shared_task(name="portal.read_waiting_layouts", ignore_result=True)
def read_waiting_layouts() -> None:
    """Wake a worker for each layout that the broker forgot."""
    for pk in Specimen.objects.unread().order_by("pk").values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
        wake_specimen_reader(pk)


@shared_task(name="funding.follow_antivirus", ignore_result=True)
def follow_scans() -> None:
    """Flag the requests one of whose documents was found infected after their verdict."""
    follow_antivirus()


@shared_task(name="funding.purge_files", ignore_result=True)
def purge_files() -> None:
    """Delete the files whose period of retention is over."""
    purge()


@shared_task(name="funding.follow_base", ignore_result=True)
def follow_base() -> None:
    """Flag requests in progress after each new version of a base."""
    follow_bases()


@shared_task(name="funding.flag_left_clients", ignore_result=True)
def flag_all_left_clients() -> None:
    """Flag requests in progress against every base as it counts today."""
    for code in Scheme.objects.order_by("order").values_list("pk", flat=True):
        flag_left_clients(code)
