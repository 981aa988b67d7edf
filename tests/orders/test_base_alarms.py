"""The morning's alarm: last night's import did not happen, or waits for somebody."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from enrolment.models import User
from orders.actions.base_decisions import restore_version
from orders.queries import late_schemes
from orders.tasks import check_last_import
from segur_portal.common import clock
from segur_portal.common.enums import SchemeCode
from segur_portal.common.models import OutgoingMail
from tests.factories import an_officer
from tests.orders.base_files import DAY, RIS, imported, lines

MORNING = datetime(2026, 9, 15, 5, 0, tzinfo=UTC)
NIGHT = datetime(2026, 9, 15, 0, 30, tzinfo=UTC)


def all_imported(at: datetime = NIGHT, day: date = DAY) -> None:
    with time_machine.travel(at):
        for scheme in SchemeCode:
            imported(lines(20), scheme=scheme, day=day)


def late(at: datetime = MORNING) -> set[str]:
    with time_machine.travel(at):
        return {scheme.pk for scheme in late_schemes(clock.now())}


def test_a_good_night_mails_nobody(officer: User) -> None:
    """Every scheme imported during the night: silence."""
    all_imported()
    with time_machine.travel(MORNING):
        check_last_import()
    assert late() == set()
    assert not OutgoingMail.objects.exists()


def test_a_missed_night_is_told(officer: User, settings: Any) -> None:
    """Administrators and the officers of the schemes concerned get one mail each."""
    settings.ADMINS = [("", "exploitation@exemple.fr")]
    an_officer(SchemeCode.MDV, email="ville@exemple.fr")
    all_imported()
    with time_machine.travel(datetime(2026, 9, 16, 5, 0, tzinfo=UTC)):
        imported(lines(21), scheme=SchemeCode.MDV, day=date(2026, 9, 16))
        check_last_import()
        check_last_import()
    told = dict(OutgoingMail.objects.values_list("address", "text"))
    assert OutgoingMail.objects.count() == 2
    assert set(told) == {"exploitation@exemple.fr", officer.email}
    assert f"{RIS} : aucun fichier" in told[officer.email]
    assert SchemeCode.MDV not in told[officer.email]


@pytest.mark.parametrize(
    ("at", "is_late"),
    [
        (datetime(2026, 9, 15, 5, 0, tzinfo=UTC), False),
        (datetime(2026, 9, 16, 4, 59, tzinfo=UTC), False),
        (datetime(2026, 9, 16, 5, 0, tzinfo=UTC), True),
    ],
)
def test_a_night_counts_until_the_next_one_ends(at: datetime, is_late: bool, officer: User) -> None:
    """Imported this night: late only when the following night is over, at 07:00 in Paris."""
    all_imported()
    assert bool(late(at)) is is_late


def test_an_upload_of_the_afternoon_counts_for_the_night(officer: User) -> None:
    """But a file of an earlier date, or a restoration, does not."""
    all_imported(datetime(2026, 9, 15, 13, 0, tzinfo=UTC), date(2026, 9, 15))
    assert late(datetime(2026, 9, 16, 5, 0, tzinfo=UTC)) == set()
    assert late(datetime(2026, 9, 17, 5, 0, tzinfo=UTC)) == set(SchemeCode)
    with time_machine.travel(datetime(2026, 9, 17, 1, 0, tzinfo=UTC)):
        first = imported(lines(20), day=date(2026, 9, 15))
        assert first.state == "unchanged"
    assert RIS in late(datetime(2026, 9, 17, 5, 0, tzinfo=UTC))


def test_a_restoration_is_no_import(officer: User) -> None:
    """The base was put back by hand: the night's file is still missing."""
    with time_machine.travel(datetime(2026, 9, 13, 1, 0, tzinfo=UTC)):
        first = imported(lines(40), day=date(2026, 9, 13))
    with time_machine.travel(datetime(2026, 9, 14, 1, 0, tzinfo=UTC)):
        imported(lines(39), day=date(2026, 9, 14))
    with time_machine.travel(NIGHT):
        restore_version(first, officer=officer, note="Base erronée")
    assert RIS in late()


def test_a_quarantine_is_told_with_its_reason(officer: User) -> None:
    """It is not « missing »: it waits, and the mail says why."""
    with time_machine.travel(datetime(2026, 9, 14, 1, 0, tzinfo=UTC)):
        imported(lines(40), day=DAY)
    with time_machine.travel(NIGHT):
        imported(lines(20), day=date(2026, 9, 15))
    assert RIS not in late()
    with time_machine.travel(MORNING):
        check_last_import()
    message = OutgoingMail.objects.get()
    assert "20 client(s) sur 40" in message.text
    assert "20 client(s) sur 40" in message.html
    assert "/gestion/orders/baseimport/" in message.text
    assert f"{RIS}, base du 15/09/2026 : en quarantaine" in message.text
