"""A batch costs as many queries for 200 requests as for one, advance or balance."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.models import Deposit, FundingRequest
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import A_DAY, a_base, a_member, a_supplier, an_enrolment, the_programme

RIS, DB = "SONS-IMG-RIS-Va2", "SONS-IMG-DB-Va2"
MANY = 200
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def user() -> User:
    the_programme()
    return a_member(a_supplier(SIRET))


def queries_of(user: User, scheme: str, kind: str, requests: list[Any], number: int) -> int:
    """How many queries treating these takes; all of them are integrated."""
    deposit = receive_deposit(
        supplier=user.memberships.get().supplier,
        user=user,
        content=BytesIO(a_file(scheme, kind, requests=requests)),
        name=a_filename(scheme, kind, number=number),
    )
    with CaptureQueriesContext(connection) as captured:
        assert process_deposit(deposit.pk)
    assert Deposit.objects.get(pk=deposit.pk).integrated_count == len(requests)
    return len(captured)


@pytest.mark.parametrize("scheme", [RIS, DB])
def test_advances(user: User, scheme: str) -> None:
    """The first batch of all warms the caches and keeps the programme's snapshot."""
    requests = [a_request(scheme, number=number) for number in range(1, MANY + 3)]
    an_enrolment(user.memberships.get().supplier, requests[0], scheme)
    a_base(scheme, requests)
    queries_of(user, scheme, "AVANCE", requests[:1], 1)
    alone = queries_of(user, scheme, "AVANCE", requests[1:2], 2)
    assert queries_of(user, scheme, "AVANCE", requests[2:], 3) == alone


def test_balances(user: User) -> None:
    """Each answers its own accepted advance."""
    requests = [a_request(DB, number=number) for number in range(1, MANY + 3)]
    an_enrolment(user.memberships.get().supplier, requests[0], DB)
    a_base(DB, requests)
    queries_of(user, DB, "AVANCE", requests[:MANY], 1)
    queries_of(user, DB, "AVANCE", requests[MANY:], 2)
    FundingRequest.objects.update(state="accepted")
    numbers = dict(FundingRequest.objects.values_list("reference", "number"))
    balances = [
        a_request(
            DB,
            "SOLDE",
            number=rank,
            numeroDossier=numbers[one["referenceFournisseur"]],
            dateRealisation="2026-09-01",
        )
        for rank, one in enumerate(requests, 1)
    ]
    queries_of(user, DB, "SOLDE", balances[:1], 1)
    alone = queries_of(user, DB, "SOLDE", balances[1:2], 2)
    assert queries_of(user, DB, "SOLDE", balances[2:], 3) == alone
