"""A validated enrolment, and what declares a change of it: shared by the tests of changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from enrolment.actions.amendments import (
    save_amendment,
    start_amendment,
)
from enrolment.models import Amendment, Enrolment, Membership, User
from segur_portal.common.models import Reason
from tests.factories import A_DAY, an_officer

from .kit import a_signatory, validated

DAY = timedelta(days=1)
GRANTED, ENDS = date(2025, 1, 1), date(2026, 12, 31)


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def signatory() -> Membership:
    return a_signatory(osu_granted_on=GRANTED, osu_expires_on=ENDS)


@pytest.fixture
def officer() -> User:
    return an_officer()


@pytest.fixture
def final(signatory: Membership, officer: User) -> Enrolment:
    """Validated, every document accepted by an officer."""
    return validated(signatory, officer)


def a_change(enrolment: Enrolment, signatory: Membership, **answers: Any) -> Amendment:
    change = start_amendment(enrolment, actor=signatory.user)
    save_amendment(change, answers)
    change.refresh_from_db()
    return change


def a_reason() -> str:
    return Reason.objects.filter(subject="enrolment").order_by("pk")[0].code
