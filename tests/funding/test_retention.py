"""Files are deleted at the end of their period, recorded, and never under a live request."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from botocore.exceptions import ClientError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrolment.models import Supplier, User
from funding.actions import process_deposit, receive_deposit
from funding.actions.retention import erase_decided, purge
from funding.demo.papers import a_zip, documents_of
from funding.models import Deposit, DepositDocument, Dispute, FundingRequest
from segur_portal.common import clock
from segur_portal.common.identifiers import make_siret
from segur_portal.common.models import FileDeletion, RetentionPeriod, StoredFile
from tests.builders import a_file, a_filename
from tests.factories import A_DAY, a_supplier

from .screens import RIS, prepare, requests_of

pytestmark = pytest.mark.django_db
LATER = A_DAY + timedelta(days=366 * 11)


@pytest.fixture
def deposit(supplier: Supplier, member: User) -> Deposit:
    """Two integrated requests, with a ZIP and two PDFs: four files."""
    return deposited(supplier, member, 2)


def deposited(supplier: Supplier, member: User, count: int) -> Deposit:
    requests = requests_of(RIS, count)
    prepare(supplier, RIS, requests)
    papers = {name: pdf for one in requests for name, pdf in documents_of(one, "AVANCE").items()}
    received = receive_deposit(
        supplier=supplier,
        user=member,
        content=BytesIO(a_file(RIS, requests=requests)),
        name=a_filename(RIS),
        archives=[ContentFile(a_zip(papers), name="bons.zip")],
    )
    assert process_deposit(received.pk)
    return received


def close(*states: str) -> None:
    for one, state in zip(FundingRequest.objects.order_by("position"), states, strict=True):
        FundingRequest.objects.filter(pk=one.pk).update(state=state)


def later(months: int = 132, **options: Any) -> dict[str, int]:
    with time_machine.travel(A_DAY + timedelta(days=31 * months), tick=True):
        return purge(**options)


def received() -> Any:
    return StoredFile.objects.exclude(purpose__in=["issued", "base"])


def test_files_of_closed_requests_go_at_the_end_of_their_period(
    deposit: Deposit, browser: Client
) -> None:
    """What, when, by whom, why, with the checksum; the bytes are gone, the rows stay."""
    close("refused", "cancelled")
    before = {one.pk: (one.sha256, one.size, one.name) for one in received()}
    names = [(one.content.storage, one.content.name) for one in received()]
    assert later(100)["request"] == 0, "not yet"
    assert later(132)["request"] == len(before) == 4
    for deletion in FileDeletion.objects.filter(kind="request"):
        sha256, size, name = before[deletion.file_id]
        assert (deletion.sha256, deletion.size) == (sha256, size)
        assert "120 mois" in deletion.why
        assert "Source" in deletion.why
        assert deletion.erased_at
        assert name not in str(deletion.file.name)
    assert not any(storage.exists(name) for storage, name in names)
    assert later(133)["request"] == 0, "only once"
    assert DepositDocument.objects.count() == 2
    document = DepositDocument.objects.select_related("file").first()
    assert document
    assert document.file
    address = reverse("deposit_reading", args=[deposit.key, document.file.key])
    assert "terme de sa durée de conservation" in browser.get(address).content.decode()
    call_command("check_files", stdout=StringIO())


@pytest.mark.parametrize(
    "state", ["on_hold", "to_instruct", "in_instruction", "correction_requested", "accepted"]
)
def test_nothing_of_a_live_request_is_ever_deleted(deposit: Deposit, state: str) -> None:
    """Whatever the periods say: one live request keeps the whole deposit."""
    close("refused", state)
    RetentionPeriod.objects.update(months=1)
    later(600)
    assert not received().exclude(deleted_at=None).exists()


def test_a_paid_advance_is_live_while_its_balance_may_be_asked(deposit: Deposit) -> None:
    """Its documents are needed to judge it."""
    close("refused", "paid")
    RetentionPeriod.objects.update(months=1)
    assert later(3)["request"] == 0
    assert later(60)["request"] == 4, "the window of the balances closed long ago"


def test_a_deposit_without_any_request_goes_sooner(supplier: Supplier, member: User) -> None:
    """Nothing was asked: a year is enough."""
    deposit = receive_deposit(
        supplier=supplier, user=member, content=BytesIO(b"{"), name=a_filename(RIS)
    )
    assert process_deposit(deposit.pk)
    assert later(11)["failed_deposit"] == 0
    assert later(13)["failed_deposit"] == 1


def test_a_deposit_not_treated_yet_is_kept(supplier: Supplier, member: User) -> None:
    """However old."""
    receive_deposit(supplier=supplier, user=member, content=BytesIO(b"{"), name=a_filename(RIS))
    assert later(300)["failed_deposit"] == 0


def test_a_dry_run_changes_nothing(deposit: Deposit) -> None:
    """It counts, as the command does by default."""
    close("refused", "refused")
    assert later(132, is_dry_run=True)["request"] == 4
    assert not FileDeletion.objects.exists()
    assert not StoredFile.objects.exclude(deleted_at=None).exists()
    out = StringIO()
    with time_machine.travel(LATER, tick=True):
        call_command("purge_files", stdout=out)
        assert "essai : rien n’a changé" in out.getvalue()
        assert not FileDeletion.objects.exists()
        call_command("purge_files", apply=True, stdout=StringIO())
    assert FileDeletion.objects.filter(kind="request").count() == 4


def test_an_officer_may_suspend_a_period(deposit: Deposit) -> None:
    """During a dispute, for instance."""
    close("refused", "refused")
    RetentionPeriod.objects.filter(kind="request").update(is_active=False)
    assert "request" not in later(132)


@pytest.mark.parametrize(
    "failure", [OSError("storage down"), ClientError({"Error": {"Code": "503"}}, "DeleteObject")]
)
def test_a_crash_before_the_storage_answers_is_finished_later(
    deposit: Deposit, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """Decided once, erased when the storage can."""
    close("refused", "refused")

    def down(self: Any, name: str) -> None:
        raise failure

    with monkeypatch.context() as patched:
        patched.setattr(FileSystemStorage, "delete", down)
        assert later(132)["request"] == 4
    waiting = FileDeletion.objects.filter(erased_at=None).count()
    assert waiting >= 4
    assert erase_decided() == waiting
    assert not FileDeletion.objects.filter(erased_at=None).exists()


def test_deciding_takes_as_many_queries_for_one_file_as_for_many(
    supplier: Supplier, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set by set; only the storage is asked file by file."""
    monkeypatch.setattr("funding.actions.retention.erase_decided", lambda: 0)
    deposited(supplier, member, 1)
    close("refused")
    with CaptureQueriesContext(connection) as few:
        assert later(132)["request"] == 3
    FundingRequest.objects.update(state="refused")
    received().update(deleted_at=None)
    FileDeletion.objects.all().delete()
    copies = received().values_list("pk", flat=True)
    assert len(copies) == 3
    many_papers(supplier, 12)
    with CaptureQueriesContext(connection) as many:
        assert later(132)["request"] == 15
    assert len(many) == len(few)


def many_papers(supplier: Supplier, count: int) -> None:
    """More documents of the same deposit, straight to the tables."""
    document = DepositDocument.objects.select_related("file").first()
    assert document
    assert document.file
    for rank in range(count):
        stored, row = document.file, document
        stored.pk, stored.key, row.pk = None, uuid4(), None
        stored.stored_at = clock.now()
        stored.save()
        row.file, row.name = stored, f"copie-{rank}.pdf"
        row.save()


def test_a_dispute_under_way_keeps_both_deposits(deposit: Deposit) -> None:
    """Even when every request is closed."""
    close("refused", "refused")
    dispute = Dispute.objects.create(
        line=deposit.lines.get(index=1),
        request=FundingRequest.objects.get(position=2),
        scheme_id=RIS,
        challenger=deposit.supplier,
        holder=a_supplier(make_siret(99), "Un autre éditeur"),
        client_name="Un cabinet",
        contested_at=A_DAY,
    )
    assert later(132)["request"] == 0
    Dispute.objects.filter(pk=dispute.pk).update(state="withdrawn")
    assert later(132)["request"] == 4
