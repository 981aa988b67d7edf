"""Writing to the other side about a request; the answer expected is answered by the next word."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.files.base import File
from django.db import transaction
from django.urls import reverse

from enrolment.actions import check_assigned
from enrolment.enums import DEPOSITING_ROLES, UserKind
from enrolment.models import Membership, User
from funding.models import Attachment, FundingRequest, Message
from segur_portal.common import clock
from segur_portal.common.actions import store_file, write_journal
from segur_portal.common.antivirus import scan_waiting_file
from segur_portal.common.models import JournalEntry, NoticeKind, StoredFile
from segur_portal.common.notices import notify

MAX_FILES = 5
MAX_BYTES = 10 * 1024 * 1024


class MessageRefusedError(Exception):
    """A message refused at the door; in French, for the user."""


@transaction.atomic
def send_message(
    *,
    request: FundingRequest,
    author: User,
    text: str,
    files: Sequence[File[bytes]] = (),
    expects_answer: bool = False,
) -> Message:
    """Write to the other side. What it expected an answer to is thereby answered.

    Raises MessageRefusedError (empty, files too many or too heavy), NotAssignedError.
    """
    _check(text, files)
    is_from_officer = author.is_staff
    if is_from_officer:
        check_assigned(author, request.scheme_id)
    now = clock.now()
    waiting = request.messages.select_for_update().filter(
        is_from_officer=not is_from_officer, expects_answer=True, answered_at=None
    )
    list(waiting.order_by("pk").values("pk"))
    waiting.update(answered_at=now)
    message = Message.objects.create(
        request=request,
        author=author,
        is_from_officer=is_from_officer,
        text=text.strip(),
        expects_answer=expects_answer,
        sent_at=now,
    )
    for content in files:
        stored = store_file(
            content,
            name=content.name or "piece",
            purpose=StoredFile.Purpose.MESSAGE,
            stored_by=author,
        )
        Attachment.objects.create(message=message, file=stored)
        scan_waiting_file(stored)
    write_journal(request, "message", actor=author, data={"message": message.pk}, is_public=False)
    _tell(message)
    return message


def _check(text: str, files: Sequence[File[bytes]]) -> None:
    if not text.strip():
        raise MessageRefusedError("Écrivez votre message.")
    if len(files) > MAX_FILES:
        raise MessageRefusedError(f"{MAX_FILES} pièces jointes au plus.")
    for file in files:
        if not file.size or file.size > MAX_BYTES:
            raise MessageRefusedError(f"« {file.name} » doit peser de 1 octet à 10 Mio.")


def _tell(message: Message) -> None:
    request = message.request
    asks = " : une réponse est attendue" if message.expects_answer else ""
    if message.is_from_officer:
        people, url = _depositors(request), reverse("request_messages", args=[request.number])
    else:
        people = _officers(request)
        url = reverse("admin:funding_fundingrequest_change", args=[request.pk])
    notify(
        users=people,
        kind=NoticeKind.MESSAGE,
        title=f"Message sur le dossier {request.number}{asks}",
        body=message.text[:500],
        url=url,
    )


def _depositors(request: FundingRequest) -> list[User]:
    members = Membership.objects.in_force(clock.today()).filter(
        supplier=request.supplier_id, role__in=DEPOSITING_ROLES
    )
    return [member.user for member in members.select_related("user")]


def _officers(request: FundingRequest) -> list[User]:
    """Whoever it is assigned to; otherwise those who acted on it; otherwise those of its scheme."""
    if request.assigned_to is not None and request.assigned_to.is_active:
        return [request.assigned_to]
    officers = User.objects.filter(
        kind=UserKind.OFFICER, is_active=True, assignments__scheme=request.scheme_id
    )
    entries = JournalEntry.objects.filter(
        subject=FundingRequest._meta.label, subject_id=str(request.pk), actor__isnull=False
    )
    acted = list(officers.filter(pk__in=entries.values("actor")).distinct())
    return acted or list(officers.distinct())
