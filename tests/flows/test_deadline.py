"""What counts against a deadline is the instant when the whole file is stored (CAL-001)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile, File

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.models import Deposit
from segur_portal.common.enums import WindowKind
from segur_portal.common.models import Window
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import a_base, a_member, a_supplier, an_enrolment, the_programme

MDV = "SONS-MDV-LGC-Va2"
MILLISECOND = timedelta(milliseconds=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    """A depositor whose one request is good."""
    the_programme()
    user = a_member(a_supplier(SIRET))
    request = a_request(MDV)
    an_enrolment(user.memberships.get().supplier, request, MDV)
    a_base(MDV, [request])
    return user


@pytest.fixture
def noon(user: User) -> datetime:
    """The last instant of the advances, 12:00:00.000 in Paris."""
    return Window.objects.get(scheme=MDV, kind=WindowKind.ADVANCE).closes_at


def codes_of(user: User, content: File[bytes]) -> set[str]:
    """Deposit at the current instant, treat a day later; the codes of the findings."""
    deposit = receive_deposit(
        supplier=user.memberships.get().supplier,
        user=user,
        content=content,
        name=a_filename(MDV),
    )
    with time_machine.travel(deposit.received_at + timedelta(days=1), tick=False):
        assert process_deposit(deposit.pk)
    return {item["code"] for line in deposit.lines.all() for item in line.findings}


@pytest.mark.parametrize(
    ("gap", "is_late"), [(-MILLISECOND, False), (timedelta(0), False), (MILLISECOND, True)]
)
def test_noon_itself_is_in_time(user: User, noon: datetime, gap: timedelta, is_late: bool) -> None:
    """11:59:59.999 and 12:00:00.000 pass, 12:00:00.001 does not, whenever a worker treats them."""
    with time_machine.travel(noon + gap, tick=False):
        codes = codes_of(user, ContentFile(a_file(MDV)))
    assert ("CAL-001" in codes) is is_late
    assert Deposit.objects.get().received_at == noon + gap


class SlowUpload(File):
    """A file whose last bytes come when the clock has moved to another instant."""

    def __init__(self, content: bytes, traveller: Any, ends_at: datetime) -> None:
        super().__init__(BytesIO(content), "lent.json")
        self.traveller, self.ends_at = traveller, ends_at

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield from super().chunks(chunk_size)
        self.traveller.move_to(self.ends_at)


@pytest.mark.parametrize(("gap", "is_late"), [(timedelta(0), False), (MILLISECOND, True)])
def test_an_upload_counts_when_it_is_whole(
    user: User, noon: datetime, gap: timedelta, is_late: bool
) -> None:
    """Begun an hour before, it is in time or late by its last byte."""
    with time_machine.travel(noon - timedelta(hours=1), tick=False) as traveller:
        codes = codes_of(user, SlowUpload(a_file(MDV), traveller, noon + gap))
    assert ("CAL-001" in codes) is is_late
