"""A DRIMbox request waits for the RIS of its client (ATT-001), until the limit (ATT-002)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from enrolment.models import User
from funding.actions import (
    cancel_overdue_holds,
    process_deposit,
    receive_deposit,
    release_holds,
    warn_holds,
)
from funding.actions.requests import move_request
from funding.models import FundingRequest
from funding.tasks import sweep_holds
from orders.models import Claim
from segur_portal.common.enums import WindowKind
from segur_portal.common.models import (
    IssuedDocument,
    JournalEntry,
    Notification,
    Parameter,
    Window,
)
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import A_DAY, a_base, a_member, a_supplier, an_enrolment, the_programme
from tests.funding.test_letters import text_of
from tests.rule_cases import plain

from .holding import DB, RIS, RIVAL, deposited, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def user() -> User:
    """A member of an editor of DRIMbox."""
    the_programme()
    return a_member(a_supplier(SIRET))


@pytest.fixture
def rival(user: User) -> User:
    """A member of another supplier, who sells RIS."""
    return a_member(a_supplier(RIVAL, "Éditeur concurrent"))


def after_the_limit() -> time_machine.travel:
    """A minute past the hold limit."""
    limit = Window.objects.get(scheme=DB, kind=WindowKind.HOLD).closes_at
    return time_machine.travel(limit + timedelta(minutes=1), tick=False)


def test_it_resumes_when_a_ris_request_is_deposited(user: User, rival: User) -> None:
    """The deposit itself releases the requests of its clients, and no other."""
    mine, other = deposited(user, DB, 1, 2)
    assert (mine.state, other.state) == ("on_hold", "on_hold")
    assert [alert["code"] for alert in mine.alerts] == ["ATT-001"]
    deposited(rival, RIS, 1)
    assert (state_of(mine), state_of(other)) == ("to_instruct", "on_hold")
    assert (mine.alerts, mine.alert_count) == ([], 0)


def test_nothing_is_said_of_the_other_supplier(user: User, rival: User) -> None:
    """The journal that the supplier reads names neither the rival nor its request."""
    (mine,) = deposited(user, DB, 1)
    (ris,) = deposited(rival, RIS, 1)
    entry = JournalEntry.objects.get(subject_id=str(mine.pk), verb="release")
    said = f"{entry.note} {entry.data} {entry.actor}"
    for secret in (ris.number, ris.reference, RIVAL, "concurrent"):
        assert secret not in said
    told = Notification.objects.get(user=user, kind="request")
    assert told.body == entry.note
    assert (entry.source, entry.target, entry.is_public) == ("on_hold", "to_instruct", True)


def test_an_order_of_two_clients_waits_for_both(user: User, rival: User) -> None:
    """One client without a RIS request is enough to wait."""
    supplier = user.memberships.get().supplier
    first, second = a_request(DB, number=1), a_request(DB, number=2)
    both = {**first, "clients": [*first["clients"], *second["clients"]]}
    an_enrolment(supplier, both, DB)
    a_base(DB, [both])
    deposit = receive_deposit(
        supplier=supplier,
        user=user,
        content=BytesIO(a_file(DB, requests=[both])),
        name=a_filename(DB),
    )
    assert process_deposit(deposit.pk)
    waiting = FundingRequest.objects.get(deposit=deposit)
    deposited(rival, RIS, 1)
    assert state_of(waiting) == "on_hold"
    deposited(rival, RIS, 2)
    assert state_of(waiting) == "to_instruct"


def test_the_sweep_releases_what_an_event_missed(user: User, rival: User) -> None:
    """A DRIMbox request judged while the RIS request was being written is caught by the sweep."""
    (ris,) = deposited(rival, RIS, 1)
    FundingRequest.objects.filter(pk=ris.pk).update(state="cancelled")
    (mine,) = deposited(user, DB, 1)
    assert state_of(mine) == "on_hold"
    assert release_holds() == 0
    FundingRequest.objects.filter(pk=ris.pk).update(state="to_instruct")
    sweep_holds()
    assert state_of(mine) == "to_instruct"


def test_the_limit_itself_cancels_nothing(user: User) -> None:
    """12:00:00 is in time."""
    (mine,) = deposited(user, DB, 1)
    limit = Window.objects.get(scheme=DB, kind=WindowKind.HOLD).closes_at
    with time_machine.travel(limit, tick=False):
        assert cancel_overdue_holds() == 0
    assert state_of(mine) == "on_hold"


@pytest.mark.parametrize("state", ["on_hold", "to_instruct", "in_instruction"])
@pytest.mark.parametrize("ris_state", ["", "to_instruct", "refused"])
def test_past_the_limit_it_is_cancelled(
    user: User, rival: User, state: str, ris_state: str
) -> None:
    """Not decided, and no RIS request accepted by ASP: cancelled, with the rule's own words."""
    (mine,) = deposited(user, DB, 1)
    if ris_state:
        (ris,) = deposited(rival, RIS, 1)
        FundingRequest.objects.filter(pk=ris.pk).update(state=ris_state)
    FundingRequest.objects.filter(pk=mine.pk).update(state=state)
    with after_the_limit():
        assert cancel_overdue_holds() == 1
        assert cancel_overdue_holds() == 0
    assert state_of(mine) == "cancelled"
    assert not Claim.objects.live().filter(order=mine.order_id).exists()
    entry = JournalEntry.objects.get(subject_id=str(mine.pk), verb="expire")
    assert entry.reason_code == "no_ris"
    assert "demande RIS acceptée" in entry.note
    assert entry.is_public
    assert RIVAL not in entry.note
    told = Notification.objects.get(user=user, kind="decision")
    assert plain(told.body).endswith(plain(entry.note))
    assert mine.number in told.title


@pytest.mark.pdf
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io.FileIO name=.*sRGB2014.icc:"
    "pytest.PytestUnraisableExceptionWarning"
)
def test_its_cancellation_is_a_letter(user: User) -> None:
    """As one that an officer decides; it speaks of no money, since none was granted."""
    (mine,) = deposited(user, DB, 1)
    with after_the_limit():
        cancel_overdue_holds()
    letter = IssuedDocument.objects.about(mine).get()
    assert letter.kind == IssuedDocument.Kind.CANCELLATION
    text = text_of(letter)
    assert mine.number in text
    assert "annulée automatiquement" in text
    assert "rien n’est à rembourser" in text
    assert "recouvrement" not in text


@pytest.mark.parametrize("ris_state", ["accepted", "to_pay", "paid"])
def test_past_the_limit_an_accepted_ris_saves_it(user: User, rival: User, ris_state: str) -> None:
    """The client's RIS request was accepted: nothing is cancelled."""
    (ris,) = deposited(rival, RIS, 1)
    FundingRequest.objects.filter(pk=ris.pk).update(state=ris_state)
    (mine,) = deposited(user, DB, 1)
    with after_the_limit():
        assert cancel_overdue_holds() == 0
    assert state_of(mine) == "to_instruct"


@pytest.mark.parametrize("state", ["accepted", "to_pay", "paid"])
def test_what_asp_accepted_is_left_to_its_officers(user: User, state: str) -> None:
    """The sweep undoes no decision of ASP."""
    (mine,) = deposited(user, DB, 1)
    FundingRequest.objects.filter(pk=mine.pk).update(state=state)
    with after_the_limit():
        assert cancel_overdue_holds() == 0
    assert state_of(mine) == state


def test_a_request_decided_meanwhile_is_left_alone(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled by an officer between the reading and the writing: the sweep passes."""
    mine, other = deposited(user, DB, 1, 2)

    def quicker(request: FundingRequest, name: str, **fields: Any) -> None:
        if request.pk == mine.pk:
            FundingRequest.objects.filter(pk=mine.pk).update(state="refused")
        move_request(request, name, **fields)

    monkeypatch.setattr("funding.actions.holds.move_request", quicker)
    with after_the_limit():
        assert cancel_overdue_holds() == 1
    assert (state_of(mine), state_of(other)) == ("refused", "cancelled")


def days_before_the_limit(days: int) -> time_machine.travel:
    """At nine in the morning, so many days before the hold limit."""
    limit = Window.objects.get(scheme=DB, kind=WindowKind.HOLD)
    day = datetime.combine(limit.closes_on, datetime.min.time(), tzinfo=UTC)
    return time_machine.travel(day - timedelta(days=days) + timedelta(hours=8), tick=False)


def reminders() -> list[str]:
    """What was told of the deadline, in order."""
    found = Notification.objects.filter(kind="deadline").order_by("pk")
    return list(found.values_list("title", flat=True))


def test_reminders_come_once_each_before_the_limit(user: User) -> None:
    """Nothing at 61 days; one at 60, one at 30, whatever the number of sweeps between."""
    (mine,) = deposited(user, DB, 1)
    for days, told in ((61, 0), (60, 1), (59, 1), (45, 1), (30, 2), (29, 2), (1, 2)):
        with days_before_the_limit(days):
            warn_holds()
            warn_holds()
        assert len(reminders()) == told, days
    assert [mine.number in title for title in reminders()] == [True, True]
    assert "dans 60 jours" in reminders()[0]


def test_a_late_request_has_the_nearest_reminder_only(user: User) -> None:
    """Deposited 20 days before the limit: one reminder, not two at once."""
    deposited(user, DB, 1)
    with days_before_the_limit(20):
        assert warn_holds() == 1
    assert len(reminders()) == 1


def test_the_days_of_reminders_are_parameters(user: User) -> None:
    """An officer moves the first one to 90 days."""
    deposited(user, DB, 1)
    Parameter.objects.filter(code="hold_first_alert_days").update(value=90)
    with days_before_the_limit(90):
        warn_holds()
    assert len(reminders()) == 1


def test_what_waits_for_nothing_is_not_reminded(user: User, rival: User) -> None:
    """Released by another supplier's deposit: no reminder, and nothing told of that file."""
    deposited(user, DB, 1)
    (ris,) = deposited(rival, RIS, 1)
    with days_before_the_limit(30):
        assert warn_holds() == 0
    texts = Notification.objects.filter(user=user).values_list("title", "body")
    assert not any(ris.number in text or "concurrent" in text for row in texts for text in row)


def test_the_supplier_reads_why_until_when_and_what_then(user: User, client: Client) -> None:
    """The page of a request on hold says the limit and the automatic cancellation."""
    (mine,) = deposited(user, DB, 1)
    client.force_login(user)
    page = client.get(reverse("request_detail", args=[mine.number])).content.decode()
    assert "Annulation automatique" in page
    assert "15/12/2027" in page
    assert "ATT-001" in page


def test_a_day_before_every_hold_the_limit_is_told() -> None:
    """The shipped limit of DRIMbox holds is that of its balances (ours)."""
    the_programme()
    limit = Window.objects.get(scheme=DB, kind=WindowKind.HOLD).closes_at
    assert limit == datetime(2027, 12, 15, 11, 0, tzinfo=UTC)
