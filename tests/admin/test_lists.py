"""Lists stay cheap whatever their size: the number of queries does not depend on the rows."""

from __future__ import annotations

from copy import copy
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from funding.models import Deposit, DepositLine, FundingRequest
from orders.models import Claim, EligibleClient, Order, OrderClient, OrderLine
from segur_portal.common.admin.base import COUNT_CAP, CappedPaginator
from segur_portal.common.models import JournalEntry

ROWS = 2_000
MAX_LIST, MAX_PAGE = 15, 20
PAGES = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)
LABELS = [model._meta.label_lower for model in PAGES]
LIMITED = ["funding.fundingrequest", "funding.deposit", "funding.depositline", "orders.order"]


def copies(row: models.Model, count: int, **changes: Any) -> list[Any]:
    """Unsaved copies of a row; each change is computed from the copy's rank."""
    found = []
    for rank in range(1, count + 1):
        new = copy(row)
        new._state = copy(row._state)
        new._state.adding, new.pk = True, None
        for name, value in changes.items():
            setattr(new, name, value(rank))
        found.append(new)
    return found


@pytest.fixture
def many(everything: Deposit) -> Deposit:
    """Thousands of requests, with their orders, lines, claims and journal."""
    request = FundingRequest.objects.earliest("pk")
    order, line = request.order, DepositLine.objects.filter(request=request).get()
    client = order.clients.earliest("pk")
    order_line = client.lines.earliest("pk")
    orders = Order.objects.bulk_create(copies(order, ROWS, number=lambda n: f"BDC-{n}"))
    deposits = Deposit.objects.bulk_create(
        copies(everything, ROWS // 10, key=lambda n: Deposit._meta.get_field("key").get_default())
    )
    clients = OrderClient.objects.bulk_create(
        copies(client, ROWS, order_id=lambda n: orders[n - 1].pk)
    )
    OrderLine.objects.bulk_create(copies(order_line, ROWS, client_id=lambda n: clients[n - 1].pk))
    requests = FundingRequest.objects.bulk_create(
        copies(
            request,
            ROWS,
            number=lambda n: f"RIS-A-9{n:06d}",
            reference=lambda n: f"MASSE-{n}",
            order_id=lambda n: orders[n - 1].pk,
            deposit_id=lambda n: deposits[n // 10 - 1].pk,
        )
    )
    DepositLine.objects.bulk_create(
        copies(
            line,
            ROWS,
            deposit_id=lambda n: deposits[n % len(deposits)].pk,
            index=lambda n: 1 + n // len(deposits),
            request_id=lambda n: requests[n - 1].pk,
            identifiers=lambda n: [f"MASSE-{n}"],
        )
    )
    Claim.objects.bulk_create(
        copies(
            order.claims.earliest("pk"),
            ROWS,
            order_id=lambda n: orders[n - 1].pk,
            value=lambda n: f"{n:09d}",
        )
    )
    EligibleClient.objects.bulk_create(
        copies(EligibleClient.objects.earliest("pk"), ROWS, value=lambda n: f"{n:09d}")
    )
    JournalEntry.objects.bulk_create(copies(JournalEntry.objects.earliest("pk"), ROWS))
    return everything


def queries_of(client: Any, url: str) -> list[str]:
    """The queries of a page, which must be shown."""
    with CaptureQueriesContext(connection) as found:
        response = client.get(url)
    assert response.status_code == 200, url
    return [
        query["sql"]
        for query in found.captured_queries
        # The session notes the visit once a minute: not a cost of the page.
        if "django_session" not in query["sql"] and "SAVEPOINT" not in query["sql"]
    ]


def list_url(label: str, query: str = "") -> str:
    return reverse(f"admin:{label.replace('.', '_')}_changelist") + query


def count_all(client: Any, labels: list[str]) -> dict[str, int]:
    return {label: len(queries_of(client, list_url(label))) for label in labels}


def test_lists_cost_the_same_at_any_size(
    sign_in: Any, everything: Deposit, request: pytest.FixtureRequest
) -> None:
    """Every list asks fewer than 15 queries, the same for a few rows and for thousands."""
    superuser, officer = sign_in("superuser"), sign_in("officer")
    few = count_all(superuser, LABELS)
    request.getfixturevalue("many")
    assert count_all(superuser, LABELS) == few
    assert max(few.values()) < MAX_LIST
    assert max(count_all(officer, LIMITED).values()) < MAX_LIST


@pytest.mark.parametrize("model", PAGES, ids=LABELS)
def test_pages_ask_fewer_than_twenty_queries(model: Any, sign_in: Any, everything: Deposit) -> None:
    """The page of one object, with its panels, asks fewer than 20 queries."""
    row = model._default_manager.order_by("pk").first()
    url = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_change", args=(row.pk,))
    assert len(queries_of(sign_in("superuser"), url)) < MAX_PAGE


def test_a_list_reads_no_large_column(sign_in: Any, many: Deposit) -> None:
    """The JSON of requests stays in the database until a request's own page is opened."""
    for label, columns in {
        "funding.fundingrequest": ("payload", "pricing", "alerts"),
        "funding.deposit": ("findings",),
        "funding.depositline": ("findings", "identifiers", "payload"),
    }.items():
        for sql in queries_of(sign_in("superuser"), list_url(label)):
            assert not any(f'"{column}"' in sql for column in columns), sql


def test_a_count_stops_at_its_cap(everything: Deposit, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long list is counted up to the cap, and says there is more."""
    monkeypatch.setattr("segur_portal.common.admin.base.COUNT_CAP", 2)
    long = CappedPaginator(DepositLine.objects.order_by("pk"), 50)
    assert (long.count, long.is_capped) == (2, True)
    with CaptureQueriesContext(connection) as found:
        assert CappedPaginator(DepositLine.objects.order_by("pk"), 50).count == 2
    assert "LIMIT 3" in found.captured_queries[0]["sql"]
    monkeypatch.undo()
    short = CappedPaginator(DepositLine.objects.order_by("pk"), 50)
    assert (short.count, short.is_capped) == (3, False)
    assert COUNT_CAP >= 1_000
