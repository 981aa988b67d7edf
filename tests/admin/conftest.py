"""The officers' side: one signed-in client for each role, and a treated deposit to look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client

from enrolment.actions import (
    PROGRAMME_GROUP,
    import_referencing,
    save_bank_details,
    sync_groups,
)
from enrolment.actions.invitations import invite_member
from enrolment.actions.signup import ask_to_join
from enrolment.actions.tokens import create_token
from enrolment.admin.referencing import SAMPLE
from enrolment.enums import UserKind
from enrolment.models import Distribution, OfficerAssignment, Solution, Specimen, User
from enrolment.rules.referencing import COLUMNS
from funding.actions import process_deposit, receive_deposit
from funding.demo.papers import a_zip, documents_of
from funding.models import Deposit, Dispute, FundingRequest, SimulationLog
from orders.models import EligibilityOverride
from pilots.models import PilotProof
from segur_portal.common.audit import seal_day
from segur_portal.common.enums import SchemeCode
from segur_portal.common.issuing import issue_document
from segur_portal.common.mails import queue_mail
from segur_portal.common.models import FileDeletion, IssuedDocument
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import A_DAY, a_base, a_member, a_supplier, a_user, an_enrolment, the_programme
from tests.funding.accepted import one_of_each_payment_row

RIS, MDV = SchemeCode.RIS.value, SchemeCode.MDV.value
OTHER_SIRET = "55208131766522"
STAFF = {
    "superuser": UserKind.OFFICER,
    "officer": UserKind.OFFICER,
    "officer_elsewhere": UserKind.OFFICER,
    "programme": UserKind.OFFICER,
    "accountant": UserKind.ACCOUNTANT,
    "ans": UserKind.ANS,
}
SCHEMES: dict[str, list[str]] = {
    "officer": [RIS],
    "officer_elsewhere": [MDV],
    "programme": list(SchemeCode),
}


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def staff(db: None) -> dict[str, User]:
    """One agent of each role, in its group."""
    the_programme()
    people = {
        name: a_user(f"{name}@asp.fr", kind, is_staff=True, is_superuser=name == "superuser")
        for name, kind in STAFF.items()
    }
    for name, schemes in SCHEMES.items():
        for scheme in schemes:
            OfficerAssignment.objects.create(user=people[name], scheme_id=scheme)
    sync_groups()
    people["programme"].groups.add(Group.objects.get(name=PROGRAMME_GROUP))
    return people


@pytest.fixture
def sign_in(staff: dict[str, User]) -> Any:
    """A client signed in under a role."""

    def client_of(role: str) -> Client:
        client = Client()
        client.force_login(staff[role])
        return client

    return client_of


@pytest.fixture
def member(db: None) -> User:
    """The legal representative of the depositing supplier."""
    the_programme()
    return a_member(a_supplier(SIRET))


@pytest.fixture
def deposit(member: User) -> Deposit:
    """A treated deposit of RIS requests: two integrated, one KO."""
    requests = [a_request(RIS, number=n) for n in (1, 2, 3)]
    supplier = member.memberships.get().supplier
    an_enrolment(supplier, requests[0], RIS)
    a_base(RIS, requests)
    requests[2]["clients"][0]["siren"] = "123456789"
    papers = {name: pdf for one in requests for name, pdf in documents_of(one, "AVANCE").items()}
    received = receive_deposit(
        supplier=supplier,
        user=member,
        content=BytesIO(a_file(RIS, requests=requests)),
        name=a_filename(RIS),
        archives=[ContentFile(a_zip(papers), name="bons.zip")],
    )
    assert process_deposit(received.pk)
    received.refresh_from_db()
    assert (received.integrated_count, received.ko_count) == (2, 1)
    return received


@pytest.fixture
def funding_request(deposit: Deposit) -> FundingRequest:
    """The first request of the deposit, to instruct."""
    request: FundingRequest = FundingRequest.objects.order_by("position").first()  # type: ignore[assignment]
    return request


@pytest.fixture
def everything(staff: dict[str, User], deposit: Deposit) -> Deposit:
    """At least one row of every model that has a page."""
    supplier = deposit.supplier
    distributor = a_supplier(OTHER_SIRET, "Distributeur d’essai")
    solution = Solution.objects.get()
    Distribution.objects.create(
        solution=solution, distributor=distributor, declared_on=date(2026, 1, 5)
    )
    save_bank_details(
        supplier,
        holder="Essai",
        iban="FR7630006000011234567890189",
        bic="AGRIFRPP",
        actor=deposit.deposited_by,
    )
    Specimen.objects.create(supplier=supplier, scheme_id=RIS, kind="purchase_order", label="BDC")
    EligibilityOverride.objects.create(
        scheme_id=RIS,
        kind="SIREN",
        value="552081317",
        is_eligible=True,
        starts_on=date(2026, 9, 1),
        ends_on=date(2026, 12, 31),
        reason="Oubli de la base",
        decided_by=staff["officer"],
    )
    order = FundingRequest.objects.earliest("pk").order
    PilotProof.objects.create(
        supplier=supplier,
        solution=solution,
        kind="report",
        order=order,
        client_key="552081317",
        signed_on=date(2026, 9, 1),
    )
    invite_member(
        supplier=supplier, actor=deposit.deposited_by, email="invite@exemple.fr", role="reader"
    )
    create_token(
        supplier=supplier,
        actor=deposit.deposited_by,
        name="Logiciel de gestion",
        role="preparer",
        expires_on=date(2026, 12, 31),
    )
    ask_to_join(
        user=a_user("seul@exemple.fr"), siret=supplier.siret, role="reader", is_confirmed=True
    )
    queue_mail(
        to=deposit.deposited_by,
        template="notification",
        subject="Essai",
        context={"title": "Essai"},
    )
    import_referencing(
        ContentFile(("\r\n".join([";".join(COLUMNS), *SAMPLE])).encode()),
        "liste.csv",
        actor=staff["ans"],
    )
    SimulationLog.objects.create(
        supplier=supplier,
        run_at=A_DAY,
        request_count=1,
        identifier_count=3,
        with_database=True,
    )
    file = deposit.file
    assert file
    FileDeletion.objects.create(
        file=file,
        kind="request",
        purpose=file.purpose,
        size=file.size,
        sha256=file.sha256,
        stored_at=file.stored_at,
        why="Essai",
        decided_at=A_DAY,
    )
    Dispute.objects.create(
        line=deposit.lines.get(outcome="ko"),
        request=FundingRequest.objects.earliest("pk"),
        scheme_id=RIS,
        challenger=supplier,
        holder=distributor,
        client_name="Client contesté",
        contested_at=A_DAY,
    )
    seal_day()
    one_of_each_payment_row(FundingRequest.objects.earliest("pk"), staff["officer"])
    issue_document(
        kind=IssuedDocument.Kind.DEPOSIT_RECEIPT,
        subject=deposit,
        recipient=supplier,
        scheme_id=RIS,
    )
    return deposit
