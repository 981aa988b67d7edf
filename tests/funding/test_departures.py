"""Requests in progress whose client left the base are flagged, set-based, and unflagged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.models import FundingRequest
from funding.tasks import flag_all_left_clients, follow_base
from orders.models import BaseImport, EligibilityOverride, EligibleClient
from segur_portal.common.models import JournalEntry
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import (
    A_DAY,
    a_base,
    a_member,
    a_supplier,
    an_enrolment,
    an_officer,
    the_programme,
)

RIS = "SONS-IMG-RIS-Va2"
COUNT = 3


@pytest.fixture
def user(db: None) -> Iterator[User]:
    """The depositor of three requests in progress, judged on version 1 of the base."""
    with time_machine.travel(A_DAY, tick=True):
        the_programme()
        user = a_member(a_supplier(SIRET))
        supplier = user.memberships.get().supplier
        requests = [a_request(RIS, number=number) for number in range(1, COUNT + 1)]
        an_enrolment(supplier, requests[0], RIS)
        a_base(RIS, requests)
        content = BytesIO(a_file(RIS, requests=requests))
        deposit = receive_deposit(
            supplier=supplier, user=user, content=content, name=a_filename(RIS)
        )
        process_deposit(deposit.pk)
        assert FundingRequest.objects.count() == COUNT
        follow_base()
        yield user


def identifiers(position: int) -> list[tuple[str, str]]:
    request = FundingRequest.objects.select_related("order").order_by("position")[position]
    found = []
    for client in request.order.clients.all():
        found.append(("SIREN", client.siren))
        for line in client.lines.all():
            kinds = {"FINESS": line.finess, "RPPS": line.rpps, "AM": line.am_number}
            found += [(kind, value) for kind, value in kinds.items() if value]
    return found


def next_version(**ended: Any) -> None:
    """A version in which the lines that match are ended."""
    last = BaseImport.objects.filter(scheme=RIS).count()
    now = {"state": "applied", "received_at": A_DAY, "finished_at": A_DAY}
    BaseImport.objects.create(
        scheme_id=RIS, version=last + 1, business_date=date(2026, 9, 15), **now
    )
    if ended:
        EligibleClient.objects.current().filter(**ended).update(valid_to=last + 1)


def flags() -> list[bool]:
    rows = FundingRequest.objects.order_by("position")
    return [*rows.values_list("has_client_left_base", flat=True)]


@pytest.mark.parametrize("kind", ["SIREN", "FINESS", "RPPS", "AM"])
def test_one_identifier_gone_is_enough(kind: str, user: User) -> None:
    """Whatever its kind; the other requests are not flagged."""
    value = dict(identifiers(1))[kind]
    next_version(kind=kind, value=value)
    follow_base()
    assert flags() == [False, True, False]


def test_a_client_that_comes_back_is_unflagged(user: User) -> None:
    """And both changes are in the request's history, which its supplier reads."""
    next_version(kind="SIREN", value=dict(identifiers(0))["SIREN"])
    follow_base()
    ended = EligibleClient.objects.get(valid_to=2)
    ended.pk, ended.valid_from, ended.valid_to = None, 3, None
    ended.save()
    next_version()
    follow_base()
    assert flags() == [False] * COUNT
    entries = JournalEntry.objects.filter(subject="funding.FundingRequest", is_public=True)
    verbs = entries.filter(verb__endswith="base").order_by("pk")
    assert [*verbs.values_list("verb", flat=True)] == ["leave_base", "return_to_base"]


def test_each_version_is_looked_at_once(user: User) -> None:
    """Until a new version, or the night, nothing is asked again."""
    value = dict(identifiers(0))["SIREN"]
    EligibleClient.objects.filter(kind="SIREN", value=value).update(valid_to=2)
    follow_base()
    assert flags() == [False] * COUNT
    flag_all_left_clients()
    assert flags() == [True, False, False]


@pytest.mark.parametrize("state", ["accepted", "paid", "refused", "cancelled"])
def test_a_decided_request_is_left_alone(state: str, user: User) -> None:
    """The base of a later day does not question what was decided."""
    FundingRequest.objects.update(state=state)
    next_version(kind="SIREN")
    follow_base()
    assert flags() == [False] * COUNT


def test_an_override_has_the_last_word(user: User) -> None:
    """It keeps a client in while it lasts, and takes another out; its end counts the next night."""
    officer = an_officer()
    for position, is_eligible in ((0, True), (1, False)):
        EligibilityOverride.objects.create(
            scheme_id=RIS,
            kind="SIREN",
            value=dict(identifiers(position))["SIREN"],
            is_eligible=is_eligible,
            starts_on=date(2026, 9, 1),
            ends_on=date(2026, 9, 20),
            reason="Erreur de la base",
            decided_by=officer,
        )
    next_version(kind="SIREN", value=dict(identifiers(0))["SIREN"])
    follow_base()
    assert flags() == [False, True, False]
    with time_machine.travel(date(2026, 9, 21)):
        flag_all_left_clients()
    assert flags() == [True, False, False]


def test_the_number_of_queries_does_not_depend_on_the_requests(
    user: User, django_assert_max_num_queries: Any
) -> None:
    """Everything in sets: three requests, one query to find them, two to write."""
    next_version(kind="SIREN")
    with django_assert_max_num_queries(25):
        follow_base()
    assert flags() == [True] * COUNT


def test_supplier_and_officer_see_it(user: User, client: Client) -> None:
    """On the list, the request's page, the dashboard; in the admin's filter."""
    next_version(kind="SIREN", value=dict(identifiers(1))["SIREN"])
    follow_base()
    number = FundingRequest.objects.get(has_client_left_base=True).number
    client.force_login(user)
    assert "Sorti de la base" in client.get(reverse("request_list")).content.decode()
    page = client.get(reverse("request_detail", args=(number,))).content.decode()
    assert "Client sorti de la base" in page
    assert "sorti de la base" in client.get(reverse("dashboard")).content.decode()
