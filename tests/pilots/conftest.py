"""Accepted RIS advances of one supplier, on a day when everything is open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from enrolment.models import User
from funding.models import FundingRequest
from tests.factories import A_DAY
from tests.funding.accepted import accepted_requests


@pytest.fixture
def advances(db: None) -> Iterator[list[FundingRequest]]:
    """Four advances accepted."""
    with time_machine.travel(A_DAY, tick=True):
        yield accepted_requests(4)


@pytest.fixture
def member(advances: list[FundingRequest]) -> User:
    """The supplier's legal representative."""
    return advances[0].deposit.deposited_by


@pytest.fixture
def officer(advances: list[FundingRequest]) -> User:
    """The officer who accepted them."""
    return User.objects.get(email="instruit@asp.fr")
