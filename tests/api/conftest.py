"""Software that calls the API with a key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from enrolment.actions.tokens import create_token
from enrolment.enums import TokenRole
from enrolment.models import Supplier
from segur_portal.common.identifiers import make_siret
from tests.builders import SIRET
from tests.factories import A_DAY, a_member, a_supplier, the_programme

Software = Callable[..., Client]


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def supplier(db: None) -> Supplier:
    the_programme()
    supplier = a_supplier(SIRET)
    a_member(supplier)
    return supplier


@pytest.fixture
def rival(supplier: Supplier) -> Supplier:
    other = a_supplier(make_siret(41), "Éditeur concurrent")
    a_member(other)
    return other


@pytest.fixture
def software() -> Software:
    """A client that holds a new key of a supplier."""

    def holding(supplier: Supplier, role: str = TokenRole.DEPOSITOR, **options: Any) -> Client:
        _, secret = create_token(
            supplier=supplier,
            actor=supplier.memberships.get().user,
            name="ERP",
            role=role,
            expires_on=options.get("expires_on", date(2026, 12, 31)),
        )
        return Client(headers={"authorization": f"Bearer {secret}"})

    return holding
