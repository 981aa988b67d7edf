"""The State's registers, in the place of which a small server answers."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.enrolment.registers import Registers, running


@pytest.fixture
def registers(settings: Settings) -> Iterator[Registers]:
    with running() as server:
        settings.REGISTRY_COMPANIES_URL = f"{server.url}/companies"
        settings.REGISTRY_ANNOUNCEMENTS_URL = f"{server.url}/announcements"
        yield server
