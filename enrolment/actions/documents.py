"""Depositing a supporting document, and an officer's word on it (domain page, section 3)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files import File
from django.db import transaction

from enrolment.actions.additions import enrol_added
from enrolment.actions.content import check_content
from enrolment.actions.paperwork import (
    VALIDATED,
    as_amended,
    as_provided,
    asked_of,
    facts_of,
    open_documents,
)
from enrolment.actions.permissions import check_assigned
from enrolment.actions.reviews import tell_document_decision
from enrolment.models import Distribution, Enrolment, SupportingDocument, User
from enrolment.rules.documents import Asked, DocumentKind, proof_fault, proof_of
from enrolment.workflow import DOCUMENT
from segur_portal.common import clock
from segur_portal.common.actions import move, store_file, write_journal
from segur_portal.common.clock import PARIS
from segur_portal.common.models import Reason, StoredFile
from segur_portal.common.workflow import ForbiddenMoveError

# What a version keeps of the one it confirms.
_SAME = (
    "file",
    "media_type",
    "page_count",
    "issued_on",
    "starts_on",
    "expires_on",
    "covers_osu",
)


@transaction.atomic
def deposit_document(
    enrolment: Enrolment,
    *,
    kind: str,
    solution_id: int | None,
    file: File,  # type: ignore[type-arg]
    actor: User,
    issued_on: date | None = None,
    starts_on: date | None = None,
    expires_on: date | None = None,
    covers_osu: bool = False,
) -> SupportingDocument:
    """Keep a new version of a document that is asked and open; the former one stays as history.

    Raises ForbiddenMoveError when the document is not asked or not open, ValidationError when the
    file is not a readable PDF or image.
    """
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("scheme")
    locked = rows.get(pk=enrolment.pk)
    _check_open(as_amended(locked), (kind, solution_id))
    content = check_content(file)
    stored = store_file(
        file, name=file.name or "piece", purpose=StoredFile.Purpose.ENROLMENT, stored_by=actor
    )
    versions = locked.documents.filter(kind=kind, solution_id=solution_id)
    last = versions.order_by("-version").first()
    now = clock.now()
    versions.current().update(replaced_at=now)
    document = SupportingDocument.objects.create(
        enrolment=locked,
        kind=kind,
        solution_id=solution_id,
        version=last.version + 1 if last else 1,
        file=stored,
        media_type=content.media_type,
        page_count=content.page_count,
        issued_on=issued_on,
        starts_on=starts_on,
        expires_on=expires_on,
        covers_osu=covers_osu and kind == DocumentKind.DISTRIBUTION_MANDATE,
        deposited_by=actor,
        deposited_at=now,
    )
    data = {"document": str(document), "version": document.version}
    write_journal(locked, "deposit_document", actor=actor, at=now, note=str(document), data=data)
    return document


@transaction.atomic
def confirm_document(
    enrolment: Enrolment, *, kind: str, solution_id: int | None, actor: User
) -> SupportingDocument:
    """Say that the document accepted for a former answer holds for the new one too: the same file
    is a new version, which an officer examines.

    Raises ForbiddenMoveError when the document is not asked, not open, or says what is declared.
    """
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("scheme")
    locked = rows.get(pk=enrolment.pk)
    amended = as_amended(locked)
    asked = _check_open(amended, (kind, solution_id))
    former = locked.documents.current().filter(kind=kind, solution_id=solution_id).first()
    if former is None or not proof_fault(asked, as_provided(former), facts_of(amended)):
        raise ForbiddenMoveError(f"{asked.name} : il n’y a rien à confirmer.")
    now = clock.now()
    locked.documents.filter(pk=former.pk).update(replaced_at=now)
    document = SupportingDocument.objects.create(
        enrolment=locked,
        kind=kind,
        solution_id=solution_id,
        version=former.version + 1,
        deposited_by=actor,
        deposited_at=now,
        **{name: getattr(former, name) for name in _SAME},
    )
    note = f"{document}, confirmée pour la nouvelle réponse"
    data = {"document": str(document), "version": document.version}
    write_journal(locked, "deposit_document", actor=actor, at=now, note=note, data=data)
    return document


def _check_open(enrolment: Enrolment, key: tuple[str, int | None]) -> Asked:
    asked = asked_of(enrolment)
    found = next((one for one in asked if one.key == key), None)
    if found is None:
        raise ForbiddenMoveError("Ce document n’est pas demandé pour cet enrôlement.")
    if key not in open_documents(enrolment, asked):
        raise ForbiddenMoveError(f"{found.name} : ce document ne peut pas être changé maintenant.")
    return found


@transaction.atomic
def review_document(
    document: SupportingDocument,
    name: str,
    *,
    actor: User,
    reason: Reason | None = None,
    message: str = "",
    seen_state: str = "",
) -> None:
    """Accept a document, or send it back with a coded reason and a text.

    `seen_state` is the state that the officer was shown: of two who decide at once, the second is
    told. Raises ForbiddenMoveError, in French: a version replaced since, an enrolment that is not
    being examined or that a colleague holds, an officer's schemes, the state table, no reason.
    """
    rows = Enrolment.objects.select_for_update(of=("self",)).select_related("scheme")
    enrolment = rows.get(pk=document.enrolment_id)
    check_assigned(actor, enrolment.scheme_id)
    document.refresh_from_db()
    if document.replaced_at is not None:
        raise ForbiddenMoveError("Une version plus récente de ce document a été déposée.")
    if seen_state and seen_state != document.state:
        raise ForbiddenMoveError(
            f"{document.reviewed_by} vient de décider : « {document.get_state_display()} »."
        )
    if enrolment.assigned_to_id not in (None, actor.pk):
        raise ForbiddenMoveError(f"Cet enrôlement est attribué à {enrolment.assigned_to}.")
    if enrolment.state != "in_review" and enrolment.state not in VALIDATED:
        raise ForbiddenMoveError("Prenez l’enrôlement avant d’en vérifier les pièces.")
    is_sent_back = name == "send_back"
    if is_sent_back and (reason is None or not message.strip()):
        raise ForbiddenMoveError("Une correction demande un motif et une explication.")
    changes: dict[str, Any] = {
        "proves": {} if is_sent_back else proof_of(document.kind, facts_of(as_amended(enrolment))),
        "reason": reason if is_sent_back else None,
        "message": message.strip() if is_sent_back else "",
        "reviewed_by": actor,
        "reviewed_at": clock.now(),
    }
    move(
        document,
        name,
        workflow=DOCUMENT,
        role="officer",
        actor=actor,
        reason_code=reason.code if is_sent_back and reason else "",
        note=changes["message"],
        **changes,
    )
    if document.kind == DocumentKind.DISTRIBUTION_MANDATE:
        apply_mandate(document)
    if enrolment.state in VALIDATED:
        # No decision on the whole enrolment will follow to tell of it.
        tell_document_decision(document)
    if enrolment.state == "final" and name == "accept":
        enrol_added(enrolment, actor=actor)


def apply_mandate(document: SupportingDocument) -> None:
    """Show on the distribution its last accepted mandate, or none.

    ENR-003 reads all of them: a renewal leaves the former mandate its days.
    """
    enrolment = document.enrolment
    mandate = (
        enrolment.documents.filter(
            kind=DocumentKind.DISTRIBUTION_MANDATE, solution=document.solution, state="accepted"
        )
        .order_by("-version")
        .first()
    )
    assert document.solution is not None
    Distribution.objects.update_or_create(
        solution=document.solution,
        distributor_id=enrolment.supplier_id,
        defaults={
            "mandate_accepted_on": _accepted_on(mandate) if mandate else None,
            "mandate_starts_on": mandate.starts_on if mandate else None,
            "mandate_ends_on": mandate.expires_on if mandate else None,
            "covers_osu": mandate.covers_osu if mandate else False,
        },
    )


def _accepted_on(mandate: SupportingDocument) -> date:
    """The day it was accepted, which the refusal of a renewal does not move."""
    assert mandate.reviewed_at is not None
    return mandate.reviewed_at.astimezone(PARIS).date()
