"""The base's tests: the programme, an officer, a day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from enrolment.models import User
from tests.factories import A_DAY, an_officer, the_programme


@pytest.fixture
def officer(db: None) -> Iterator[User]:
    """An officer of every scheme, on a day of the programme."""
    the_programme()
    with time_machine.travel(A_DAY, tick=True):
        yield an_officer()
