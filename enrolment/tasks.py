"""What workers run for people and enrolments."""

from celery import shared_task

from enrolment.actions.expiries import warn_expiries as tell_expiries
from enrolment.actions.identity import verify_identities as read_identities
from enrolment.actions.identity import verify_identity as read_identity
from enrolment.models import Supplier


@shared_task(name="enrolment.verify_identity", ignore_result=True)
def verify_identity(supplier_id: int) -> None:
    """Read one supplier's identity in the public registers."""
    read_identity(Supplier.objects.get(pk=supplier_id))


@shared_task(name="enrolment.verify_identities", ignore_result=True)
def verify_identities() -> None:
    """Read the identities that the registers did not give yet."""
    read_identities()


@shared_task(name="enrolment.warn_expiries", ignore_result=True)
def warn_expiries() -> None:
    """Say what ends soon: documents, mandates, habilitations."""
    tell_expiries()
