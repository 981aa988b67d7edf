"""No aid is granted above the *de minimis* ceiling, as things stand at the decision (MNT-005)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import time_machine

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.actions.acceptance import aid_of
from funding.actions.aid import granted_aid
from funding.actions.requests import move_request
from funding.admin.panels import aid_panels
from funding.models import FundingRequest
from funding.rules.facts import Grants
from segur_portal.common.enums import ParameterCode
from segur_portal.common.identifiers import make_siret
from segur_portal.common.models import Parameter
from segur_portal.common.money import in_french
from segur_portal.common.workflow import ForbiddenMoveError
from tests.builders import SIRET, a_client, a_file, a_filename, a_request
from tests.factories import (
    A_DAY,
    a_base,
    a_member,
    a_supplier,
    an_enrolment,
    an_officer,
    the_programme,
)

RIS, DB = "SONS-IMG-RIS-Va2", "SONS-IMG-DB-Va2"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def user() -> User:
    the_programme()
    return a_member(a_supplier(SIRET))


@pytest.fixture
def officer(user: User) -> User:
    return an_officer()


def deposited(user: User, scheme: str, *requests: Any) -> list[FundingRequest]:
    """These requests, integrated and taken by an officer."""
    supplier = user.memberships.get().supplier
    an_enrolment(supplier, requests[0], scheme)
    a_base(scheme, requests)
    deposit = receive_deposit(
        supplier=supplier,
        user=user,
        content=BytesIO(a_file(scheme, requests=requests, siret=supplier.siret)),
        name=a_filename(scheme, siret=supplier.siret),
    )
    assert process_deposit(deposit.pk)
    made = FundingRequest.objects.filter(deposit=deposit)
    assert not deposit.lines.filter(outcome="ko").exists()
    made.update(state="in_instruction")
    return list(made.order_by("position"))


def set_ceiling(euros: str) -> None:
    Parameter.objects.filter(code=ParameterCode.DE_MINIMIS_CEILING).update(value=Decimal(euros))


def accept(request: FundingRequest, officer: User) -> None:
    move_request(request, "accept", actor=officer, role="officer")


# A client declares 1 200,50 € and each request asks 1 200,00 €.
JUST_ENOUGH, ONE_CENT_SHORT = "2400.50", "2400.49"


def test_the_ceiling_itself_is_granted(user: User, officer: User) -> None:
    """300 000,00 € included: to the cent."""
    (request,) = deposited(user, RIS, a_request(RIS))
    set_ceiling(JUST_ENOUGH)
    accept(request, officer)
    assert request.state == "accepted"


def test_a_cent_above_is_refused_with_the_figures(user: User, officer: User) -> None:
    """The officer reads the sums, and nothing moves."""
    (request,) = deposited(user, RIS, a_request(RIS))
    set_ceiling(ONE_CENT_SHORT)
    with pytest.raises(ForbiddenMoveError, match="MNT-005") as refusal:
        accept(request, officer)
    assert "1\u202f200,50" in str(refusal.value)
    request.refresh_from_db()
    assert request.state == "in_instruction"


def test_an_alert_of_the_deposit_that_no_longer_holds_is_no_obstacle(
    user: User, officer: User
) -> None:
    """What counts is the aid at the decision, not the alert given at the deposit."""
    set_ceiling(ONE_CENT_SHORT)
    (request,) = deposited(user, RIS, a_request(RIS))
    assert [alert["code"] for alert in request.alerts] == ["MNT-005"]
    set_ceiling(JUST_ENOUGH)
    accept(request, officer)
    assert request.state == "accepted"


def test_ris_and_drimbox_add_up(user: User, officer: User) -> None:
    """What was granted to a SIREN after the deposit counts, whatever the scheme."""
    (ris,) = deposited(user, RIS, a_request(RIS))
    (drimbox,) = deposited(user, DB, a_request(DB))
    set_ceiling("3600.49")
    accept(ris, officer)
    with pytest.raises(ForbiddenMoveError, match="MNT-005"):
        accept(drimbox, officer)
    set_ceiling("3600.50")
    accept(drimbox, officer)
    assert drimbox.state == "accepted"


def test_a_cancelled_grant_frees_its_aid(user: User, officer: User) -> None:
    """A cancelled request no longer counts."""
    (ris,) = deposited(user, RIS, a_request(RIS))
    set_ceiling(JUST_ENOUGH)
    accept(ris, officer)
    move_request(ris, "cancel", actor=officer, role="officer", reason_code="error", note="Doublon.")
    (again,) = deposited(user, RIS, a_request(RIS))
    accept(again, officer)
    assert again.state == "accepted"


def test_an_aid_older_than_three_years_at_the_decision_no_longer_counts(
    user: User, officer: User
) -> None:
    """The three years roll back from the grant, not from the signature."""
    (request,) = deposited(user, RIS, a_request(RIS))
    set_ceiling("1200.00")
    with time_machine.travel("2028-07-01 08:00:00+00:00", tick=False):
        accept(request, officer)
    assert request.state == "accepted"


def test_a_health_establishment_is_not_concerned(user: User, officer: User) -> None:
    """It falls under another decision: accepted whatever the ceiling, and counted nowhere."""
    client = a_client(RIS, "ETABLISSEMENT")
    (request,) = deposited(user, RIS, a_request(RIS, clients=[client]))
    set_ceiling("0.01")
    accept(request, officer)
    assert request.state == "accepted"
    aid = granted_aid([client["siren"]], supplier=request.supplier)
    assert aid == {client["siren"]: Grants()}


def test_an_establishment_without_a_finess_is_concerned(user: User, officer: User) -> None:
    """Identified by its doctors alone, it is not the one that the other decision speaks of."""
    client = a_client(RIS, "ETABLISSEMENT", etablissements=[])
    (request,) = deposited(user, RIS, a_request(RIS, clients=[client]))
    set_ceiling("1199.99")
    with pytest.raises(ForbiddenMoveError, match="MNT-005"):
        accept(request, officer)
    set_ceiling("1200.00")
    accept(request, officer)
    aid = granted_aid([client["siren"]], supplier=request.supplier)
    assert aid == {client["siren"]: Grants(Decimal(1200))}


def test_a_practice_is_no_establishment_by_its_own_word(user: User) -> None:
    """The base knows a practice: declared as an establishment to escape the ceiling, it is KO."""
    request = a_request(RIS)
    an_enrolment(user.memberships.get().supplier, request, RIS)
    a_base(RIS, [request])
    posing: dict[str, Any] = {
        "typeClient": "ETABLISSEMENT",
        "aideMinimisPercue": None,
        "aidesMinimis": [],
    }
    posed = {**request, "clients": [{**request["clients"][0], **posing}]}
    set_ceiling("0.01")
    deposit = receive_deposit(
        supplier=user.memberships.get().supplier,
        user=user,
        content=BytesIO(a_file(RIS, requests=[posed])),
        name=a_filename(RIS),
    )
    assert process_deposit(deposit.pk)
    line = deposit.lines.get()
    assert line.outcome == "ko"
    assert {finding["code"] for finding in line.findings} == {"ELI-004", "MNT-005"}


def test_only_officers_read_what_others_were_granted(user: User, officer: User) -> None:
    """The supplier reads that the ceiling is passed, the officer by how much."""
    (ris,) = deposited(user, RIS, a_request(RIS))
    accept(ris, officer)
    other = a_member(a_supplier(make_siret(41), "Autre éditeur"))
    set_ceiling(JUST_ENOUGH)
    (drimbox,) = deposited(other, DB, a_request(DB))
    (alert,) = [one for one in drimbox.alerts if one["code"] == "MNT-005"]
    assert "compte tenu des autres aides" in alert["message"]
    assert "found" not in alert
    assert "600,50" not in str(alert)
    (aid,) = aid_of(drimbox)
    assert (aid.granted, aid.total) == (Grants(others=Decimal(1200)), Decimal("3600.50"))
    (panel,) = aid_panels(drimbox)
    ((*_, total, _),) = panel.content["table"]["rows"]
    assert total == in_french(Decimal("3600.50"))
    with pytest.raises(ForbiddenMoveError, match="3\u202f600,50"):
        accept(drimbox, officer)


def test_an_order_of_two_clients_counts_for_each_by_its_share(user: User, officer: User) -> None:
    """The grants of the portal are split as the request itself is: by what each client counts."""
    small, big = a_client(RIS, number=1, lines=3), a_client(RIS, number=2, lines=7)
    (request,) = deposited(user, RIS, a_request(RIS, clients=[small, big]))
    set_ceiling("300000")
    accept(request, officer)
    # 1 doctor of 8 000 acts against 5: 1/6 and 5/6 of 1 200 €.
    granted = granted_aid([small["siren"], big["siren"]], supplier=request.supplier)
    assert granted == {
        small["siren"]: Grants(Decimal("200.00")),
        big["siren"]: Grants(Decimal("1000.00")),
    }
