"""The audit trail: sealed each day, chained, and what was tampered with is found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from enrolment.models import Supplier
from funding.models import LedgerEntry
from segur_portal.common import audit
from segur_portal.common.actions import store_file, write_journal
from segur_portal.common.audit import seal_day, verify_seals
from segur_portal.common.models import AuditSeal, IssuedDocument, StoredFile
from tests.factories import A_DAY, a_supplier, a_user, the_programme
from tests.funding.accepted import accepted_requests

# After today by the machine's clock, which is the triggers' own.
MORROW = datetime.now(UTC) + timedelta(days=2)


@pytest.fixture
def seal(db: None) -> Iterator[AuditSeal]:
    """A supplier renamed, and a line of the journal: sealed the day after."""
    the_programme()
    supplier = a_supplier("73282932000074", "Avant")
    supplier.name = "Après"
    supplier.save()
    write_journal(supplier, "rename", note="Changement de raison sociale")
    with time_machine.travel(MORROW, tick=True):
        made = seal_day()
        assert made is not None
        yield made


def tamper(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def faults() -> str:
    with transaction.atomic():
        return "\n".join(verify_seals())


def test_what_nobody_touched_is_verified(seal: AuditSeal) -> None:
    """Twice the same day seals once; the next seal follows this one."""
    assert seal.row_count > 2
    assert faults() == ""
    assert seal_day() is None
    with time_machine.travel(MORROW + timedelta(days=1), tick=True):
        following = seal_day()
    assert following is not None
    assert following.previous == seal.digest
    assert faults() == ""


def test_a_day_not_over_is_not_sealed(db: None) -> None:
    """Transactions in progress would be missed."""
    with time_machine.travel(MORROW, tick=True):
        assert seal_day(date(2099, 1, 1)) is None


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE enrolment_supplierevent SET name = 'Autre'", "modifiées"),
        ("DELETE FROM enrolment_supplierevent WHERE pgh_label = 'update'", "aujourd’hui"),
        ("UPDATE common_journalentry SET note = 'Rien'", "modifiées"),
    ],
)
def test_tampering_is_found(seal: AuditSeal, sql: str, words: str) -> None:
    """A trace changed or removed by raw SQL, in the history or in the journal."""
    tamper(sql)
    assert words in faults()
    with pytest.raises(CommandError, match=words):
        call_command("audit", "verify")


def test_what_is_written_once_is_sealed(db: None) -> None:
    """The ledger, the checksums, what documents say: rewritten behind the triggers, it is found.
    What may change of them, and a file withdrawn with its trace, is no fault."""
    with time_machine.travel(A_DAY, tick=True):
        request = accepted_requests(1)[0]
    kept, withdrawn = (
        store_file(BytesIO(b"%PDF-"), name=name, purpose=StoredFile.Purpose.ARCHIVE)
        for name in ("garde.zip", "retire.zip")
    )
    LedgerEntry.objects.filter(request=request).latest("pk")
    IssuedDocument.objects.filter(subject_id=str(request.pk)).latest("pk")
    with time_machine.travel(MORROW, tick=True):
        assert seal_day()
    StoredFile.objects.filter(pk=kept.pk).update(name="", scan_state="clean")
    IssuedDocument.objects.update(attempts=3)
    withdrawn.delete()
    assert faults() == ""
    for table, change, undo in (
        ("funding_ledgerentry", "amount = amount + 1", "amount = amount - 1"),
        ("common_storedfile", "size = size + 1", "size = size - 1"),
        ("common_issueddocument", "code = reverse(code)", "code = reverse(code)"),
    ):
        tamper("SET CONSTRAINTS ALL IMMEDIATE")
        name = "common_everyfile" if table == "common_storedfile" else table
        tamper(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        tamper(f"UPDATE {table} SET {change}")
        assert f"{name}, " in faults()
        tamper(f"UPDATE {table} SET {undo}")
        assert faults() == ""
        tamper(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    tamper("ALTER TABLE common_storedfile DISABLE TRIGGER USER")
    kept.delete()
    assert "common_everyfile" in faults()


def test_a_seal_made_before_a_table_was_sealed_is_verified_as_it_was(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names its own tables; what was written until then enters the next seal."""
    with time_machine.travel(A_DAY, tick=True):
        accepted_requests(1)
    whole = audit.traces()
    former = [one for one in whole if one.table != "funding_ledgerentry"]
    monkeypatch.setattr(audit, "traces", lambda: former)
    with time_machine.travel(MORROW, tick=True):
        assert seal_day()
    monkeypatch.setattr(audit, "traces", lambda: whole)
    assert faults() == ""
    with time_machine.travel(MORROW + timedelta(days=1), tick=True):
        seal = seal_day()
    assert seal
    assert seal.tables["funding_ledgerentry"]["rows"] == LedgerEntry.objects.count() > 0
    assert faults() == ""


def test_a_seal_is_never_changed(seal: AuditSeal) -> None:
    """The database refuses; and a chain rewritten without it is found."""
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        AuditSeal.objects.update(row_count=0)
    tamper("ALTER TABLE common_auditseal DISABLE TRIGGER USER")
    AuditSeal.objects.update(tables={})
    assert "n’est plus la sienne" in faults()
    tamper("ALTER TABLE common_auditseal ENABLE TRIGGER USER")


def test_the_auditor_reads_before_after_who(seal: AuditSeal, client: Client) -> None:
    """Filtered by object and by day; the page says until when the traces are sealed."""
    client.force_login(a_user("audit@asp.fr", "officer", is_staff=True, is_superuser=True))
    url, pk = reverse("admin:audit_traces"), Supplier.objects.get().pk
    page = client.get(url, {"quoi": "enrolment.Supplier", "cle": str(pk)}).content.decode()
    assert "Avant → Après" in page
    assert str(seal) in page
    none = client.get(url, {"quoi": "enrolment.Supplier", "au": "2020-01-01"}).content.decode()
    assert "Aucune trace" in none
