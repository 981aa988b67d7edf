"""Lists and pages with 150,000 requests present: milliseconds and queries of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse

from enrolment.models import User
from funding.models import FundingRequest
from funding.report.desk import LABELS
from orders.models import OrderLine
from tests.bench.figures import Figure, interleaved

ROUNDS = 3
LISTED, SHOWN = "target: < 15 queries", "target: < 20 queries"


def figures(user: User) -> Iterator[Figure]:
    """Every list of the administration, searches, and the supplier's own pages."""
    officer = User.objects.create_superuser("bench@example.fr", "x")
    office, own = _client(officer), _client(user)
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label_lower):
        name = model._meta.label_lower
        url = reverse(f"admin:{name.replace('.', '_')}_changelist")
        yield from _page(f"admin-{name}", office, url, LISTED)
    last = FundingRequest.objects.order_by("-pk")[1000]
    found = OrderLine.objects.filter(client__order=last.order_id).earliest("pk").rpps
    requests = reverse("admin:funding_fundingrequest_changelist")
    for name, query in (
        ("identifier", f"?q={found}"),
        ("reference", f"?q={last.reference}"),
        ("unknown", "?q=999999999"),
        ("state", f"?state__exact={last.state}"),
        ("last-page", "?p=100"),
        ("by-amount", "?o=7"),
    ):
        yield from _page(f"admin-requests-{name}", office, requests + query, LISTED)
    desk = reverse("admin:funding_desk")
    for queue in LABELS:
        yield from _page(f"admin-desk-{queue}", office, f"{desk}?file={queue}", LISTED)
    page = reverse("admin:funding_fundingrequest_change", args=[last.pk])
    yield from _page("admin-request", office, page, SHOWN)
    for name, url in (
        ("dashboard", reverse("dashboard")),
        ("requests", reverse("request_list")),
        ("requests-identifier", f"{reverse('request_list')}?q={found}"),
        ("requests-last-page", f"{reverse('request_list')}?page=2000"),
        ("request", reverse("request_detail", args=[last.number])),
        ("search", f"{reverse('search')}?q={found}"),
        ("deposits", reverse("deposit_list")),
        ("payments", reverse("payment_list")),
    ):
        yield from _page(f"supplier-{name}", own, url, "")


def _client(user: User) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def _page(name: str, client: Client, url: str, target: str) -> Iterator[Figure]:
    def ask() -> None:
        response = client.get(url)
        assert response.status_code == 200, (url, response.status_code)

    queries: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        queries.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        ask()
    (taken,) = interleaved(ROUNDS, ask)
    yield Figure(f"{name}-queries", len(queries), "queries", None, target)
    yield Figure(name, taken, "ms")
