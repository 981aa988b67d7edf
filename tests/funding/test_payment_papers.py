"""The papers of payments: a slip when a run is approved, a statement each month, the CSV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse

from enrolment.actions import sync_groups
from enrolment.models import CompanyIdentity
from funding.actions.payments import move_run, prepare_run
from funding.actions.remittances import remittance_of
from funding.actions.settlement import settle
from funding.actions.statements import issue_statements
from funding.demo.seals import write_seal
from funding.documents.result import ALTERED, NONE, UNVERIFIED
from funding.documents.signatures import read_signatures
from funding.models import FundingRequest, Payment, PaymentRun
from funding.remittance import Returned
from funding.report.issued import draw
from segur_portal.common import seal
from segur_portal.common.models import IssuedDocument, Notification
from tests.factories import A_DAY
from tests.funding.accepted import RIS, Staff, accepted_requests, an_account, the_staff

OCTOBER = date(2026, 10, 2)


@pytest.fixture
def requests(db: None) -> Iterator[list[FundingRequest]]:
    with time_machine.travel(A_DAY, tick=True):
        yield accepted_requests(2)


@pytest.fixture
def staff(requests: list[FundingRequest]) -> Staff:
    return the_staff()


@pytest.fixture
def run(requests: list[FundingRequest], staff: Staff) -> PaymentRun:
    """Both requests paid."""
    an_account(requests[0].supplier)
    run = prepare_run(actor=staff.preparer, schemes=[RIS]).run
    move_run(run, "propose", actor=staff.preparer, role="officer")
    move_run(run, "approve", actor=staff.approver, role="officer")
    move_run(run, "transmit", actor=staff.accountant, role="accountant")
    paid = [Returned(one.end_to_end_id, True) for one in Payment.objects.filter(run=run)]
    settle(paid, actor=staff.accountant)
    return run


def test_the_transfer_names_the_town_of_the_registers(
    requests: list[FundingRequest], staff: Staff
) -> None:
    """Structured addresses, as SEPA wants them; nothing at all when it is not known."""
    supplier = requests[0].supplier
    an_account(supplier)
    run = prepare_run(actor=staff.preparer, schemes=[RIS]).run
    payments = Payment.objects.filter(run=run).select_related("account", "request", "supplier")
    for address, town in (
        ("12 RUE DES 75001 LUNES 87000 LIMOGES", "LIMOGES"),
        ("59491 VILLENEUVE D'ASCQ", "VILLENEUVE D'ASCQ"),
        ("1 PLACE JOURDAN 87011 LIMOGES CEDEX 1", "LIMOGES"),
        ("Adresse inconnue", ""),
    ):
        CompanyIdentity.objects.update_or_create(supplier=supplier, defaults={"address": address})
        found = remittance_of(run, payments, at=A_DAY)
        assert {one.town for one in found.transfers} == {town}


def test_an_approved_run_has_its_slip(run: PaymentRun) -> None:
    """Totals, the digests of both files, who prepared and who approved; the PDF is laid out."""
    slip = IssuedDocument.objects.get(kind="payment_slip")
    assert slip.data["run"]["total"] == f"{run.total}"
    assert slip.data["run"]["prepared_by"] != slip.data["run"]["approved_by"]
    assert run.transfer_file is not None
    assert run.transfer_file.sha256 in {one["sha256"] for one in slip.data["files"]}
    assert sum(row["count"] for row in slip.data["suppliers"]) == run.transfer_count
    assert draw(slip).startswith(b"%PDF-")


def test_a_statement_each_month_and_once(run: PaymentRun, requests: list[FundingRequest]) -> None:
    """Not before the month is over; once; it adds up, and its supplier is told."""
    assert issue_statements(A_DAY.date()) == 0
    with time_machine.travel(OCTOBER, tick=True):
        assert issue_statements() == 1
        assert issue_statements() == 0
    statement = IssuedDocument.objects.get(kind="payment_statement")
    assert statement.recipient_siret == requests[0].supplier.siret
    assert statement.data["before"]["paid"] == "0.00"
    assert statement.data["after"]["paid"] == f"{run.total}"
    assert statement.data["after"]["to_pay"] == "0.00"
    assert len(statement.data["entries"]) == 4
    assert Notification.objects.filter(title__startswith="Votre relevé").count() == 1
    assert draw(statement).startswith(b"%PDF-")
    browser = Client()
    browser.force_login(requests[0].deposit.deposited_by)
    assert statement.reference in browser.get(reverse("payment_list")).content.decode()


def test_the_accountant_takes_the_ledger_as_csv(run: PaymentRun, staff: Staff) -> None:
    """Those the list shows: its filters hold."""
    sync_groups()
    browser = Client()
    browser.force_login(staff.accountant)
    assert (
        "Exporter" in browser.get(reverse("admin:funding_ledgerentry_changelist")).content.decode()
    )

    def lines(**filters: str) -> int:
        response = browser.get(reverse("admin:ledger_csv"), filters)
        return b"".join(response.streaming_content).decode().count("\r\n") - 1  # type: ignore[attr-defined]

    assert lines() == 4
    assert lines(kind__exact="paid") == 2


def test_the_slip_bears_the_seal_of_the_portal(
    run: PaymentRun, settings: Any, tmp_path: Path
) -> None:
    """Verified when its certificate is trusted, broken by any change; by hand without a seal."""
    slip = IssuedDocument.objects.get(kind="payment_slip")
    path = tmp_path / "slip.pdf"

    def outcome(content: bytes, *roots: str) -> str:
        path.write_bytes(content)
        return read_signatures(path, roots)[0]

    assert outcome(draw(slip)) == NONE
    settings.SEAL_PKCS12 = str(tmp_path / "seal.p12")
    write_seal(tmp_path / "seal.p12")
    sealed = draw(slip)
    assert outcome(sealed) == UNVERIFIED
    assert read_signatures(path, ())[1][0].signer.startswith("Agence de services et de paiement")
    assert outcome(sealed.replace(b"MediaBox", b"mediaBox", 1)) == ALTERED


def test_a_seal_that_cannot_be_opened_is_said_before_it_is_needed(
    settings: Any, tmp_path: Path
) -> None:
    """`manage.py check --deploy` names the fault; no slip goes out unsealed in its place."""
    settings.SEAL_PKCS12 = str(tmp_path / "missing.p12")
    assert [one.id for one in run_checks(include_deployment_checks=True)].count("common.E001") == 1
    with pytest.raises(seal.SealError):
        draw(IssuedDocument(kind="payment_slip"))
    (tmp_path / "missing.p12").write_bytes(b"not a seal")
    with pytest.raises(seal.SealError):
        seal.holder()
