"""The identity of suppliers in the public registers: read when they answer, never waited for."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from kombu.exceptions import OperationalError

from enrolment.actions.members import administrators_of
from enrolment.models import CompanyIdentity, Supplier
from segur_portal.common import clock
from segur_portal.common.actions import write_journal
from segur_portal.common.models import JournalEntry, NoticeKind
from segur_portal.common.notices import notify
from segur_portal.common.registry import (
    RegistryUnavailableError,
    find_announcements,
    find_company,
)

logger = logging.getLogger(__name__)

# Read again this long after it was verified: a company may close, or change its name.
FRESH_FOR = timedelta(days=30)
READ_AT_ONCE = 50


def await_identity(supplier: Supplier) -> CompanyIdentity:
    """The identity of a new supplier, not verified; a worker reads it once this is committed."""
    identity, _ = CompanyIdentity.objects.get_or_create(supplier=supplier)
    transaction.on_commit(lambda: _wake_reader(supplier.pk))
    return identity


def _wake_reader(supplier_id: int) -> None:
    """Tell a worker; when the broker is down, the scheduled task reads it later."""
    try:
        current_app.send_task("enrolment.verify_identity", args=[supplier_id])
    except (OperationalError, OSError):
        logger.warning("The broker did not answer; identity of %s is read later.", supplier_id)


def verify_identity(supplier: Supplier) -> bool:
    """Ask the registers about a supplier and keep what they say. Returns whether Sirene answered.

    No transaction is open while they are waited for. BODACC alone may fail: the identity is then
    verified, and its announcements are asked again next time.
    """
    identity, _ = CompanyIdentity.objects.get_or_create(supplier=supplier)
    now = clock.now()
    try:
        company = find_company(supplier.siret)
    except RegistryUnavailableError as failure:
        _write(identity, asked_at=now, failure=str(failure)[:200])
        return False
    found: dict[str, Any] = {"is_known": company is not None, "is_open": None}
    if company is not None:
        found |= {
            name: getattr(company, name)
            for name in ("name", "address", "legal_form", "activity", "created_on", "is_open")
        }
    try:
        notices = find_announcements(supplier.siren)
    except RegistryUnavailableError as failure:
        found["failure"] = f"BODACC : {failure}"[:200]
    else:
        found |= {
            "announcements": [asdict(one) for one in notices],
            "announcements_read_at": now,
            "failure": "",
        }
    _write(identity, asked_at=now, verified_at=now, **found)
    if company is not None:
        _take_name(supplier, company.name)
    return True


@transaction.atomic
def _take_name(supplier: Supplier, name: str) -> None:
    """Give an organisation the register's name in the place of the one that was typed when it was
    opened, the register being silent. Another name than that was decided on a Kbis, or by ASP."""
    locked = Supplier.objects.select_for_update(no_key=True).get(pk=supplier.pk)
    name = name[: Supplier._meta.get_field("name").max_length]
    entries = JournalEntry.objects.filter(
        subject=Supplier._meta.label, subject_id=str(locked.pk), verb="open"
    )
    opened = entries.order_by("pk").first()
    if opened is None or opened.data.get("name") != locked.name or locked.name == name:
        return
    note = f"{locked.name} → {name}"
    Supplier.objects.filter(pk=locked.pk).update(name=name)
    entry = write_journal(locked, "take_register_name", note=note, is_public=False)
    supplier.name = name
    notify(
        users=administrators_of(locked),
        kind=NoticeKind.ACCOUNT,
        title="Votre organisation porte le nom du registre des entreprises",
        body=f"{note}. Pour en porter un autre, demandez-le dans votre enrôlement, avec un Kbis.",
        url=reverse("members"),
        key=f"register-name-{entry.pk}",
    )


def _write(identity: CompanyIdentity, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(identity, name, value)
    identity.save(update_fields=list(fields))


def verify_identities() -> int:
    """Read the identities never verified, or verified long ago, the longest unasked first.

    Stops at the first failure: a register that is down is not asked fifty times. Returns how many
    were verified.
    """
    for supplier in Supplier.objects.filter(identity__isnull=True).order_by("pk"):
        CompanyIdentity.objects.get_or_create(supplier=supplier)
    stale = Q(verified_at__isnull=True) | Q(verified_at__lt=clock.now() - FRESH_FOR)
    stale |= Q(announcements_read_at__isnull=True)
    waiting = CompanyIdentity.objects.filter(stale).select_related("supplier")
    verified = 0
    for identity in waiting.order_by(F("asked_at").asc(nulls_first=True), "pk")[:READ_AT_ONCE]:
        if not verify_identity(identity.supplier):
            break
        verified += 1
    return verified
