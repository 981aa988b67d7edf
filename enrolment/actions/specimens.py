"""Layouts of documents: submitted by a supplier, read by the portal, reviewed by an officer."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import date
from typing import Any

from celery import current_app
from django.core.files.base import File
from django.db import transaction
from django.urls import reverse
from kombu.exceptions import OperationalError

from enrolment.actions.permissions import check_assigned
from enrolment.enums import DEPOSITING_ROLES, SpecimenKind
from enrolment.models import Enrolment, Membership, Specimen, Supplier, User
from enrolment.workflow import SPECIMEN
from segur_portal.common import clock
from segur_portal.common.actions import move, store_file, write_journal
from segur_portal.common.enums import Role
from segur_portal.common.models import NoticeKind, Scheme, Statement, StoredFile
from segur_portal.common.notices import notify
from segur_portal.common.workflow import ForbiddenMoveError

logger = logging.getLogger(__name__)
MAX_BYTES = 20 * 1024 * 1024
READ_TASK = "portal.read_specimen"


class SpecimenRefusedError(Exception):
    """A layout refused at the door; the message is in French, for the user."""


@transaction.atomic
def submit_specimen(
    *,
    supplier: Supplier,
    user: User,
    scheme: Scheme,
    kind: str,
    label: str,
    content: File[bytes],
    replaces: Specimen | None = None,
) -> Specimen:
    """Receive a layout and give it its passport; a worker reads it after the commit.

    Open from the early stage of enrolment (section 3). `replaces` makes it the next version of
    that layout. Raises SpecimenRefusedError: not enrolled, not a PDF, too large, or a version
    still under review.
    """
    _check_stage(supplier, scheme)
    _check_file(content)
    number, version = _passport(supplier, replaces)
    specimen = Specimen.objects.create(
        supplier=supplier,
        scheme=scheme,
        kind=kind,
        label=label,
        version=version,
        file=store_file(
            content,
            name=content.name or "modele.pdf",
            purpose=StoredFile.Purpose.SPECIMEN,
            stored_by=user,
        ),
        submitted_by=user,
        submitted_at=clock.now(),
    )
    specimen.number = number or f"MOD-{clock.today().year}-{specimen.pk:04d}"
    specimen.save(update_fields=["number"])
    write_journal(specimen, "submit", actor=user, target=specimen.state)
    if kind == SpecimenKind.PURCHASE_ORDER:
        _note_own_layout(supplier, scheme)
    transaction.on_commit(lambda: wake_specimen_reader(specimen.pk))
    return specimen


def wake_specimen_reader(specimen_id: int) -> None:
    """Tell a worker that a layout waits to be read; the sweeper tells it again later."""
    try:
        current_app.send_task(READ_TASK, args=[specimen_id])
    except (OperationalError, OSError):
        logger.warning("The broker did not answer; layout %s waits to be read.", specimen_id)


@transaction.atomic
def withdraw_specimen(*, specimen: Specimen, user: User) -> None:
    """Take back a layout that nobody has answered yet. Raises ForbiddenMoveError."""
    move(specimen, "withdraw", workflow=SPECIMEN, role=Role.SUPPLIER, actor=user)
    if specimen.kind == SpecimenKind.PURCHASE_ORDER:
        _note_own_layout(specimen.supplier, specimen.scheme)


@transaction.atomic
def review_specimen(
    *,
    specimen: Specimen,
    actor: User,
    role: str,
    present: Collection[str],
    until: date | None = None,
    reason_code: str = "",
    note: str = "",
) -> None:
    """Answer a layout: compliant when every mandatory statement is present and no reason is given.

    `present` are the codes of the statements the officer saw. Otherwise the missing ones are
    kept, with their text, and told to the supplier. Raises ForbiddenMoveError, in French.
    """
    check_assigned(actor, specimen.scheme_id)
    statements = list(Statement.objects.binding(specimen.kind, specimen.scheme_id))
    missing = [
        {"code": one.code, "text": one.text} for one in statements if one.code not in present
    ]
    changes: dict[str, Any] = {"missing": missing, "answer": note}
    is_compliant = not missing and not reason_code
    if is_compliant:
        if until is not None and until < clock.today():
            raise ForbiddenMoveError("La fin de validité est passée.")
        changes |= {"compliant_from": clock.today(), "compliant_until": until}
    elif not note.strip():
        note = "Mentions obligatoires absentes : " + " ; ".join(one["text"] for one in missing)
    move(
        specimen,
        "approve" if is_compliant else "reject",
        workflow=SPECIMEN,
        role=role,
        actor=actor,
        reason_code="" if is_compliant else reason_code or "statement_missing",
        note=note,
        **changes,
    )
    tell_supplier(specimen)


def tell_supplier(specimen: Specimen) -> None:
    """Notify those who deposit for the supplier of the answer, with what is missing."""
    is_compliant = specimen.state == "compliant"
    words = "conforme" if is_compliant else "non conforme"
    lines = [specimen.answer] if specimen.answer else []
    lines += [f"Mention absente : « {one['text']} »" for one in specimen.missing]
    if is_compliant and specimen.compliant_until:
        lines.append(f"Valable jusqu’au {specimen.compliant_until:%d/%m/%Y}.")
    members = Membership.objects.in_force(clock.today()).filter(
        supplier=specimen.supplier, role__in=DEPOSITING_ROLES
    )
    notify(
        users=[member.user for member in members.select_related("user")],
        kind=NoticeKind.DECISION,
        title=f"Modèle {specimen.passport or specimen.label} : {words}",
        body="\n".join(lines),
        url=reverse("specimen_detail", args=[specimen.pk]),
        key=f"specimen-{specimen.pk}-{specimen.state}",
    )


def _check_stage(supplier: Supplier, scheme: Scheme) -> None:
    enrolment = Enrolment.objects.alive().filter(supplier=supplier, scheme=scheme).first()
    if enrolment is None or not (enrolment.early_validated_on or enrolment.final_validated_on):
        raise SpecimenRefusedError(
            f"La revue de modèles s’ouvre avec un enrôlement, au moins anticipé, validé "
            f"pour {scheme.pk}."
        )


def _check_file(content: File[bytes]) -> None:
    """By its bytes, not by its name."""
    if not content.size or content.size > MAX_BYTES:
        raise SpecimenRefusedError("Le fichier doit peser de 1 octet à 20 Mio.")
    content.seek(0)
    head = content.read(1024)
    content.seek(0)
    if b"%PDF-" not in head:
        raise SpecimenRefusedError(
            "Ce fichier n’est pas un PDF : exportez votre modèle en PDF, puis transmettez-le."
        )


def _passport(supplier: Supplier, replaces: Specimen | None) -> tuple[str, int]:
    """The number and version of the layout; no number yet for a first version."""
    if replaces is None or not replaces.number:
        return "", 1
    versions = Specimen.objects.of(supplier).filter(number=replaces.number)
    known = list(versions.select_for_update().order_by("version"))
    if known[-1].state == "submitted":
        raise SpecimenRefusedError(
            f"La version {known[-1].version} est encore en revue : attendez la réponse, "
            "ou retirez-la."
        )
    return replaces.number, known[-1].version + 1


def _note_own_layout(supplier: Supplier, scheme: Scheme) -> None:
    """Remember whether the supplier's orders use its own layout (ENR-005).

    Only a layout of purchase order says so: any other leaves what the supplier declared.
    """
    orders = Specimen.objects.of(supplier).filter(scheme=scheme, kind=SpecimenKind.PURCHASE_ORDER)
    uses_own = orders.exclude(state="withdrawn").exists()
    Enrolment.objects.alive().filter(supplier=supplier, scheme=scheme).exclude(
        uses_own_order_layout=uses_own
    ).update(uses_own_order_layout=uses_own)
