"""A deposit from its bytes to its verdicts, in process."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
import time_machine

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.models import Deposit, DepositLine, FundingRequest
from orders.models import Claim, Order, OrderLine
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import A_DAY, a_base, a_member, a_supplier, an_enrolment, the_programme

RIS, MDV, DB = "SONS-IMG-RIS-Va2", "SONS-MDV-LGC-Va2", "SONS-IMG-DB-Va2"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_day() -> Any:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def user() -> User:
    the_programme()
    return a_member(a_supplier(SIRET))


def deposit_of(user: User, content: bytes, name: str) -> Deposit:
    """A deposit received and treated."""
    supplier = user.memberships.get().supplier
    deposit = receive_deposit(supplier=supplier, user=user, content=BytesIO(content), name=name)
    assert process_deposit(deposit.pk)
    deposit.refresh_from_db()
    return deposit


def prepared(user: User, scheme: str, requests: list[Any]) -> None:
    """An enrolled supplier and a base that knows these requests."""
    an_enrolment(user.memberships.get().supplier, requests[0], scheme)
    a_base(scheme, requests)


@pytest.mark.parametrize("scheme", [MDV, RIS, DB])
def test_every_good_request_is_integrated(user: User, scheme: str) -> None:
    """Twenty good requests give twenty dossiers, with their orders and claims."""
    requests = [a_request(scheme, number=n) for n in range(1, 21)]
    prepared(user, scheme, requests)
    deposit = deposit_of(user, a_file(scheme, requests=requests), a_filename(scheme))
    ko = [line.findings for line in DepositLine.objects.filter(outcome="ko")]
    assert not ko
    assert (deposit.state, deposit.integrated_count) == ("done", 20)
    assert FundingRequest.objects.count() == Order.objects.count() == 20
    assert OrderLine.objects.exists()
    assert Claim.objects.live().count() >= 20
    expected = "on_hold" if scheme == DB else "to_instruct"
    assert set(FundingRequest.objects.values_list("state", flat=True)) == {expected}


def test_one_ko_never_blocks_the_others(user: User) -> None:
    """A request that is KO comes back with its findings; its neighbours are integrated."""
    requests = [a_request(RIS, number=n) for n in range(1, 4)]
    prepared(user, RIS, requests)
    requests[1]["clients"][0]["siren"] = "123456789"
    deposit = deposit_of(user, a_file(RIS, requests=requests), a_filename(RIS))
    assert (deposit.integrated_count, deposit.ko_count) == (2, 1)
    line = DepositLine.objects.get(outcome="ko")
    assert line.index == 2
    assert line.findings[0]["pointer"] == "/clients/0/siren"


def test_the_same_file_again_is_already_integrated(user: User) -> None:
    """The same content under the same reference is neither KO nor doubled."""
    requests = [a_request(MDV, number=n) for n in range(1, 4)]
    prepared(user, MDV, requests)
    content = a_file(MDV, requests=requests)
    deposit_of(user, content, a_filename(MDV))
    again = deposit_of(user, content, a_filename(MDV, number=2))
    assert (again.already_count, again.integrated_count, again.ko_count) == (3, 0, 0)
    assert FundingRequest.objects.count() == 3


def test_another_content_under_the_same_reference_is_ko(user: User) -> None:
    """The difference is shown (REF-001)."""
    request = a_request(MDV)
    prepared(user, MDV, [request])
    deposit_of(user, a_file(MDV, requests=[request]), a_filename(MDV))
    request["bonDeCommande"]["numero"] = "BC-AUTRE"
    deposit_of(user, a_file(MDV, requests=[request]), a_filename(MDV, number=2))
    finding = DepositLine.objects.get(outcome="ko").findings[0]
    assert finding["code"] == "REF-001"
    assert (finding["pointer"], finding["found"]) == ("/bonDeCommande/numero", "BC-AUTRE")


def test_a_balance_answers_an_accepted_advance(user: User) -> None:
    """A DRIMbox advance accepted, then its balance: what remains due is computed."""
    request = a_request(DB)
    prepared(user, DB, [request])
    deposit_of(user, a_file(DB, requests=[request]), a_filename(DB))
    advance = FundingRequest.objects.get()
    FundingRequest.objects.update(state="accepted")
    balance = a_request(DB, "SOLDE", numeroDossier=advance.number, dateRealisation="2026-09-01")
    deposit = deposit_of(user, a_file(DB, "SOLDE", requests=[balance]), a_filename(DB, "SOLDE"))
    assert not [line.findings for line in deposit.lines.filter(outcome="ko")]
    answer = FundingRequest.objects.get(kind="SOLDE")
    assert answer.advance == advance
    assert answer.amount_due == answer.gross - advance.amount_due


def test_a_finess_written_as_an_am_number_has_its_own_message(user: User) -> None:
    """The base knows the FINESS: the mistake is named, not only « absent de la base » (ELI-001)."""
    request = a_request(RIS)
    prepared(user, RIS, [request])
    client = request["clients"][0]
    finess = client["etablissements"][0]["finessGeographique"]
    client["medecins"][0]["numeroAm"] = finess
    deposit = deposit_of(user, a_file(RIS, requests=[request]), a_filename(RIS))
    (finding,) = (item for item in deposit.lines.get().findings if item["code"] == "ELI-001")
    assert finding["found"] == finess
    assert "est le numéro FINESS d’un établissement" in finding["message"]
