"""Layouts, pilot proofs, papers of disputes and of messages: each its period, none too soon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from enrolment.models import Specimen, Supplier, User
from funding.actions import process_deposit, receive_deposit
from funding.actions.retention import purge
from funding.models import (
    Attachment,
    Deposit,
    Dispute,
    DisputePart,
    FundingRequest,
    Message,
)
from pilots.models import PilotProof
from segur_portal.common.actions import store_file
from segur_portal.common.identifiers import make_siret
from segur_portal.common.models import FileDeletion, Scheme, StoredFile, Window
from segur_portal.common.serving import serve_file
from tests.builders import a_file, a_filename
from tests.factories import A_DAY, a_supplier

from .screens import RIS, prepare, requests_of

pytestmark = pytest.mark.django_db
Kept = Callable[..., StoredFile]


@pytest.fixture
def deposit(supplier: Supplier, member: User) -> Deposit:
    """Two integrated requests."""
    requests = requests_of(RIS, 2)
    prepare(supplier, RIS, requests)
    received = receive_deposit(
        supplier=supplier,
        user=member,
        content=BytesIO(a_file(RIS, requests=requests)),
        name=a_filename(RIS),
    )
    assert process_deposit(received.pk)
    return received


def a_paper(purpose: str) -> StoredFile:
    return store_file(BytesIO(b"%PDF-1.7"), name="un nom de client.pdf", purpose=purpose)


def close(state: str = "refused") -> None:
    FundingRequest.objects.update(state=state, state_since=A_DAY)


def after(months: int) -> dict[str, int]:
    with time_machine.travel(A_DAY + timedelta(days=31 * months), tick=True):
        return purge()


def a_layout(supplier: Supplier, state: str, until: date | None = None) -> StoredFile:
    stored = a_paper("specimen")
    rank = Specimen.objects.count() + 1
    Specimen.objects.create(
        supplier=supplier,
        scheme=Scheme.objects.get(pk=RIS),
        kind="purchase_order",
        label="Bon",
        number=f"MOD-2026-{rank:04d}",
        file=stored,
        state=state,
        submitted_at=A_DAY,
        compliant_from=A_DAY.date() if state == "compliant" else None,
        compliant_until=until,
    )
    return stored


def a_proof(deposit: Deposit) -> StoredFile:
    stored, order = a_paper("pilot"), FundingRequest.objects.get(position=1).order
    PilotProof.objects.create(
        supplier=deposit.supplier,
        solution=order.solution,
        kind="report",
        order=order,
        client_key="123456789",
        signed_on=A_DAY.date(),
        file=stored,
        state="compliant",
        submitted_at=A_DAY,
        reviewed_on=A_DAY.date(),
    )
    return stored


def a_dispute(deposit: Deposit, **fields: Any) -> tuple[Dispute, StoredFile]:
    stored = a_paper("dispute")
    dispute = Dispute.objects.create(
        line=deposit.lines.get(index=1),
        request=FundingRequest.objects.get(position=2),
        scheme_id=RIS,
        challenger=deposit.supplier,
        holder=a_supplier(make_siret(99), "Un autre éditeur"),
        client_name="Un cabinet",
        contested_at=A_DAY,
        **fields,
    )
    DisputePart.objects.create(
        dispute=dispute,
        supplier=deposit.supplier,
        said_by=deposit.deposited_by,
        said_at=A_DAY,
        text="Notre bon signé.",
        file=stored,
    )
    return dispute, stored


def an_attachment(deposit: Deposit) -> StoredFile:
    stored = a_paper("message")
    message = Message.objects.create(
        request=FundingRequest.objects.get(position=1),
        author=deposit.deposited_by,
        is_from_officer=False,
        text="Voici le bon.",
        sent_at=A_DAY,
    )
    Attachment.objects.create(message=message, file=stored)
    return stored


def is_deleted(stored: StoredFile) -> bool:
    """Whether its bytes are gone, its name forgotten, its deletion recorded and told."""
    stored.refresh_from_db()
    if stored.deleted_at is None:
        assert stored.content.storage.exists(str(stored.content.name))
        return False
    record = FileDeletion.objects.get(file=stored)
    assert (record.sha256, record.purpose) == (stored.sha256, stored.purpose)
    assert record.erased_at
    assert "120 mois" in record.why
    assert "client" not in stored.name
    assert not stored.content.storage.exists(str(stored.content.name))
    with pytest.raises(PermissionDenied, match="terme de sa durée"):
        serve_file(stored)
    return True


def test_a_layout_goes_after_its_end_and_not_while_it_serves(supplier: Supplier) -> None:
    """Refused or withdrawn since it was sent; without end, or under review, it stays."""
    ended = a_layout(supplier, "compliant", until=(A_DAY + timedelta(days=400)).date())
    gone = [a_layout(supplier, "not_compliant"), a_layout(supplier, "withdrawn")]
    kept = [a_layout(supplier, "compliant"), a_layout(supplier, "submitted")]
    assert after(110)["specimen"] == 0
    assert after(122)["specimen"] == 2
    assert all(map(is_deleted, gone))
    assert not is_deleted(ended)
    assert after(140)["specimen"] == 1
    assert is_deleted(ended)
    assert not any(map(is_deleted, kept))


def test_a_pilot_proof_stays_while_a_balance_may_need_it(deposit: Deposit) -> None:
    """Counted from the last request of its solution; never before the balances close."""
    stored = a_proof(deposit)
    assert after(300)["pilot"] == 0, "requests are open"
    close()
    Window.objects.filter(kind="balance").update(closes_on=A_DAY + timedelta(days=31 * 130))
    assert after(125)["pilot"] == 0, "balances may still be asked"
    Window.objects.filter(kind="balance").update(closes_on=A_DAY)
    FundingRequest.objects.filter(position=2).update(state_since=A_DAY + timedelta(days=310))
    assert after(122)["pilot"] == 0, "the other request closed ten months later"
    assert after(132)["pilot"] == 1
    assert is_deleted(stored)


def test_papers_of_a_dispute_go_after_its_end(deposit: Deposit) -> None:
    """Not while it is under way, nor while its request lives."""
    dispute, stored = a_dispute(deposit)
    close()
    assert after(300)["dispute"] == 0
    Dispute.objects.filter(pk=dispute.pk).update(state="withdrawn")
    FundingRequest.objects.filter(position=2).update(state="in_instruction")
    assert after(122)["dispute"] == 0
    close()
    assert after(110)["dispute"] == 0
    assert after(122)["dispute"] == 1
    assert is_deleted(stored)


def test_attachments_go_with_their_closed_request(deposit: Deposit) -> None:
    """Never those of a request that lives."""
    stored = an_attachment(deposit)
    assert after(300)["message"] == 0
    close("paid")
    Window.objects.filter(kind="balance").update(closes_on=A_DAY + timedelta(days=31 * 130))
    assert after(125)["message"] == 0, "its balance may still be asked"
    close()
    assert after(110)["message"] == 0
    assert after(122)["message"] == 1
    assert is_deleted(stored)
