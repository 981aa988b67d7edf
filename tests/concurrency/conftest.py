"""What the tests of several writers share: real connections, real processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from enrolment.models import User
from tests.builders import SIRET
from tests.factories import A_DAY, a_member, a_supplier, the_programme


@pytest.fixture
def on_a_day() -> Iterator[None]:
    """A day when the windows of the advances are open."""
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def depositor(transactional_db: None) -> User:
    """A member who may deposit; the programme is loaded."""
    the_programme()
    return a_member(a_supplier(SIRET))


@pytest.fixture
def no_deadlock() -> Iterator[None]:
    """Fails when PostgreSQL had to break a deadlock meanwhile."""
    log = Path(os.environ.get("SEGUR_TEST_PG_LOG", os.devnull))
    before = log.stat().st_size if log.is_file() else 0
    yield
    if log.is_file():
        with log.open(errors="replace") as lines:
            lines.seek(before)
            assert "deadlock detected" not in lines.read()
