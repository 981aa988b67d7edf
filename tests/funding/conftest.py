"""A supplier's member signed in, on a day when everything is open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from enrolment.enums import MemberRole
from enrolment.models import Supplier, User
from segur_portal.common.identifiers import make_siret
from tests.builders import SIRET
from tests.factories import A_DAY, a_member, a_supplier, the_programme


@pytest.fixture
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def supplier(db: None, _on_a_day: None) -> Supplier:
    the_programme()
    return a_supplier(SIRET)


@pytest.fixture
def member(supplier: Supplier) -> User:
    return a_member(supplier)


@pytest.fixture
def browser(client: Client, member: User) -> Client:
    """The member's browser."""
    client.force_login(member)
    return client


@pytest.fixture
def reader(supplier: Supplier) -> Client:
    """The browser of a member who may only read."""
    other = Client()
    other.force_login(a_member(supplier, MemberRole.READER))
    return other


@pytest.fixture
def rival(supplier: Supplier) -> Client:
    """The browser of another supplier's member."""
    other = Client()
    other.force_login(a_member(a_supplier(make_siret(99), "Un autre éditeur")))
    return other
