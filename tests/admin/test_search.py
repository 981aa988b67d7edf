"""Any identifier finds what it names, through an index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from funding.admin.search import deposits_named, lines_named, requests_named
from funding.models import Deposit, DepositLine, FundingRequest
from orders.models import Claim, EligibleClient, Order, OrderLine

ONE: dict[str, Callable[[FundingRequest], str]] = {
    "number": lambda r: r.number,
    "beginning of the number, lower case": lambda r: r.number.lower(),
    "reference": lambda r: r.reference,
    "order number": lambda r: r.order.number,
    "SIREN": lambda r: r.order.clients.get().siren,
    "SIREN as people write it": lambda r: spaced(r.order.clients.get().siren),
    "FINESS": lambda r: lines(r).exclude(finess="").earliest("pk").finess,
    "RPPS": lambda r: lines(r).exclude(rpps="").earliest("pk").rpps,
    "AM": lambda r: lines(r).exclude(am_number="").earliest("pk").am_number,
}
ALL: dict[str, Callable[[FundingRequest], str]] = {
    "deposit": lambda r: r.deposit.number,
    "deposit, lower case": lambda r: r.deposit.number.lower(),
    "SIRET": lambda r: r.supplier.siret,
    "beginning of the SIRET": lambda r: r.supplier.siret[:9],
    "name": lambda r: r.supplier.name[2:8].upper(),
}


def spaced(siren: str) -> str:
    return f" {siren[:3]} {siren[3:6]} {siren[6:]} "


def lines(request: FundingRequest) -> Any:
    return OrderLine.objects.filter(client__order=request.order)


@pytest.mark.parametrize("what", ONE)
def test_an_identifier_finds_its_request(what: str, funding_request: FundingRequest) -> None:
    """A number, a reference or an identifier finds the one request that has it, and its deposit."""
    term = ONE[what](funding_request)
    assert list(requests_named(FundingRequest.objects.all(), term)) == [funding_request]
    if what.split(",")[0].split()[-1] != "number":
        assert list(deposits_named(Deposit.objects.all(), term)) == [funding_request.deposit]
    found = lines_named(DepositLine.objects.all(), term)
    assert [line.request for line in found] == [funding_request]


@pytest.mark.parametrize("what", ALL)
def test_a_deposit_or_a_supplier_finds_all_its_requests(
    what: str, funding_request: FundingRequest
) -> None:
    """A deposit's number, a SIRET or a name finds every request of it."""
    term = ALL[what](funding_request)
    assert requests_named(FundingRequest.objects.all(), term).count() == 2
    assert lines_named(DepositLine.objects.all(), term).count() == 3
    assert deposits_named(Deposit.objects.all(), term).count() == 1


def test_a_ko_request_is_found_too(deposit: Deposit) -> None:
    """« Ma demande n’apparaît pas » : the line and the deposit of a KO request are found."""
    line = DepositLine.objects.get(outcome="ko")
    assert list(lines_named(DepositLine.objects.all(), line.reference)) == [line]
    assert list(deposits_named(Deposit.objects.all(), "123 456 789")) == [deposit]


@pytest.mark.parametrize("term", ["999999999", "DEP-9999999", "RIS-A-9999999", "x\u00a0", "%", "'"])
def test_what_nothing_names_finds_nothing(term: str, deposit: Deposit) -> None:
    """No partial match on identifiers, no wildcard, no error."""
    assert not requests_named(FundingRequest.objects.all(), term).exists()
    assert not lines_named(DepositLine.objects.all(), term).exists()


def test_the_search_box_uses_it(sign_in: Any, funding_request: FundingRequest) -> None:
    """From the page: one result, and fewer than 15 queries."""
    client = sign_in("officer")
    url = reverse("admin:funding_fundingrequest_changelist")
    with CaptureQueriesContext(connection) as found:
        response = client.get(url, {"q": funding_request.reference})
    page = response.content.decode()
    assert funding_request.number in page
    assert response.context["cl"].result_count == 1
    assert len(found) < 15
    others = FundingRequest.objects.exclude(pk=funding_request.pk)
    assert not any(other.number in page for other in others)


def test_orders_claims_and_base_answer_too(sign_in: Any, funding_request: FundingRequest) -> None:
    """A SIREN finds its order, its claim and its line of the base."""
    siren = funding_request.order.clients.get().siren
    client = sign_in("officer")
    for model, expected in {
        Order: funding_request.order.number,
        Claim: siren,
        EligibleClient: siren,
    }.items():
        url = reverse(f"admin:orders_{model._meta.model_name}_changelist")
        page = client.get(url, {"q": spaced(siren)})
        assert expected in page.content.decode(), model
        assert (
            page.context["cl"].result_count
            == model.objects.filter(  # type: ignore[attr-defined]
                **{
                    Order: {"clients__siren": siren},
                    Claim: {"value": siren},
                    EligibleClient: {"value": siren},
                }[model]
            ).count()
        )
