"""A deposit that lacks pieces: kept, completed in any order, never deposited by halves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile

from enrolment.models import User
from funding.actions import (
    DepositRefusedError,
    abandon_deposit,
    add_pieces,
    file_without,
    lapse_incomplete,
    process_deposit,
    receive_deposit,
    withdraw_archive,
)
from funding.actions.pieces import inventory_of
from funding.demo.papers import a_zip, documents_of
from funding.models import Deposit, DepositArchive, FundingRequest
from segur_portal.common.models import Notification, Parameter, Statement, StoredFile, Window
from segur_portal.common.workflow import ForbiddenMoveError
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import A_DAY, a_base, a_member, a_supplier, an_enrolment, the_programme

RIS = "SONS-IMG-RIS-Va2"
pytestmark = pytest.mark.django_db
Zip = tuple[str, bytes]


@pytest.fixture
def clock_of_the_day() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(A_DAY, tick=True) as traveller:
        yield traveller


@pytest.fixture
def user(clock_of_the_day: time_machine.Traveller) -> User:
    the_programme(requires_documents=True)
    # What the papers of these tests say is tried elsewhere.
    Statement.objects.update(is_active=False)
    return a_member(a_supplier(SIRET))


@pytest.fixture
def requests(user: User) -> list[Any]:
    """Three good requests, signed by hand, of an enrolled supplier."""
    requests = [a_request(RIS, number=number) for number in (1, 2, 3)]
    for request in requests:
        request["bonDeCommande"]["typeSignature"] = "MANUSCRITE"
    an_enrolment(user.memberships.get().supplier, requests[0], RIS)
    a_base(RIS, requests)
    return requests


def papers(*requests: Any) -> bytes:
    return a_zip([pair for one in requests for pair in documents_of(one, "AVANCE").items()])


def started(user: User, requests: list[Any] | None, *zips: Zip, number: int = 1) -> Deposit:
    """A deposit whose first pieces arrived."""
    return receive_deposit(
        supplier=user.memberships.get().supplier,
        user=user,
        content=BytesIO(a_file(RIS, requests=requests)) if requests else None,
        name=a_filename(RIS, number=number) if requests else "",
        archives=_files(zips),
    )


def added(deposit: Deposit, user: User, *zips: Zip, requests: list[Any] | None = None) -> Deposit:
    return add_pieces(
        deposit=deposit,
        user=user,
        content=BytesIO(a_file(RIS, requests=requests)) if requests else None,
        name=a_filename(RIS) if requests else "",
        archives=_files(zips),
    )


def _files(zips: tuple[Zip, ...]) -> list[ContentFile[bytes]]:
    return [ContentFile(content, name=name) for name, content in zips]


def test_what_arrived_is_kept_and_what_is_missing_is_named(user: User, requests: list[Any]) -> None:
    """Nothing is treated; the expected names are listed, and the file that was misnamed."""
    name = requests[1]["bonDeCommande"]["nomFichier"]
    files = {**documents_of(requests[0], "AVANCE"), name.lower(): b"%PDF", "notes.txt": b"-"}
    deposit = started(user, requests, ("bons.zip", a_zip(files)))
    assert (deposit.state, deposit.missing_count) == ("incomplete", 2)
    assert not process_deposit(deposit.pk)
    stock = inventory_of(deposit)
    assert [(piece.index, piece.reference, piece.near) for piece in stock.missing] == [
        (2, "REF-0002", name.lower()),
        (3, "REF-0003", ""),
    ]
    assert stock.unasked == {"bons.zip": [name.lower(), "notes.txt"]}
    assert StoredFile.objects.count() == 2


def test_it_is_received_with_its_last_piece(
    user: User, requests: list[Any], clock_of_the_day: time_machine.Traveller
) -> None:
    """What counts is the instant when the last one is stored; then it is treated as any other."""
    deposit = started(user, requests, ("a.zip", papers(requests[0])))
    clock_of_the_day.shift(timedelta(hours=3))
    deposit = added(deposit, user, ("b.zip", papers(*requests[1:])))
    assert deposit.state == "received"
    assert timedelta(hours=3) <= deposit.received_at - A_DAY < timedelta(hours=4)
    assert process_deposit(deposit.pk)
    assert set(deposit.lines.values_list("outcome", flat=True)) == {"integrated"}
    with pytest.raises(ForbiddenMoveError, match="n’attend plus"):
        added(deposit, user, ("c.zip", papers(requests[0])))


def test_documents_may_come_before_the_json(user: User, requests: list[Any]) -> None:
    """The JSON file is a piece like another."""
    deposit = started(user, None, ("a.zip", papers(*requests)))
    assert (deposit.state, deposit.missing_count, deposit.file) == ("incomplete", 1, None)
    with pytest.raises(ForbiddenMoveError, match="JSON"):
        file_without(deposit=deposit, user=user)
    deposit = added(deposit, user, requests=requests)
    assert (deposit.state, deposit.scheme_id, deposit.kind) == ("received", RIS, "AVANCE")


def test_an_unreadable_json_does_not_lose_the_documents(user: User, requests: list[Any]) -> None:
    """It is refused at the door, with its reason; the deposit still waits."""
    deposit = started(user, None, ("a.zip", papers(*requests)))
    with pytest.raises(DepositRefusedError) as refused:
        add_pieces(
            deposit=deposit, user=user, content=BytesIO(b"{pas du json"), name=a_filename(RIS)
        )
    assert refused.value.finding.code == "FIC-005"
    deposit.refresh_from_db()
    assert (deposit.state, deposit.file, StoredFile.objects.count()) == ("incomplete", None, 1)


def test_a_zip_sent_again_after_a_cut_changes_nothing(user: User, requests: list[Any]) -> None:
    """The same bytes are the same piece; other bytes under that name are refused."""
    deposit = started(user, requests, ("a.zip", papers(requests[0])))
    added(deposit, user, ("a.zip", papers(requests[0])))
    assert deposit.archives.count() == 1
    with pytest.raises(DepositRefusedError, match="déjà dans ce dépôt"):
        added(deposit, user, ("A.zip", papers(requests[1])))
    assert StoredFile.objects.count() == 2


def test_a_document_in_two_zips_waits_until_one_is_withdrawn(
    user: User, requests: list[Any]
) -> None:
    """DOC-001 wants it once; the ZIP withdrawn is forgotten and its name is free."""
    deposit = started(user, requests, ("a.zip", papers(*requests[:2])))
    deposit = added(deposit, user, ("b.zip", papers(*requests[1:])))
    assert (deposit.state, deposit.missing_count) == ("incomplete", 1)
    assert inventory_of(deposit).missing[0].places == ("a.zip", "b.zip")
    archive = deposit.archives.get(name="b.zip")
    deposit = withdraw_archive(deposit=deposit, archive=archive, user=user)
    assert (deposit.state, deposit.missing_count) == ("incomplete", 1)
    deposit = added(deposit, user, ("b.zip", papers(requests[2])))
    assert deposit.state == "received"


def test_filing_without_the_missing_pieces(
    user: User, requests: list[Any], clock_of_the_day: time_machine.Traveller
) -> None:
    """Deposited now; only the requests without their documents are KO."""
    deposit = started(user, requests, ("a.zip", papers(*requests[:2])))
    clock_of_the_day.shift(timedelta(minutes=30))
    deposit = file_without(deposit=deposit, user=user)
    assert deposit.received_at - A_DAY >= timedelta(minutes=30)
    assert process_deposit(deposit.pk)
    verdicts = dict(deposit.lines.values_list("index", "outcome"))
    assert verdicts == {1: "integrated", 2: "integrated", 3: "ko"}
    assert deposit.lines.get(index=3).findings[0]["code"] == "DOC-001"


def test_an_abandoned_deposit_burns_no_name(user: User, requests: list[Any]) -> None:
    """Nothing of it is deposited, and its ZIP name may serve."""
    deposit = started(user, requests, ("a.zip", papers(requests[0])))
    abandon_deposit(deposit=deposit, user=user)
    assert not process_deposit(deposit.pk)
    assert not FundingRequest.objects.exists()
    again = started(user, requests, ("a.zip", papers(*requests)), number=2)
    assert process_deposit(again.pk)
    assert list(DepositArchive.objects.filter(is_burnt=True)) == [again.archives.get()]


def test_the_next_free_name_avoids_those_under_way(user: User, requests: list[Any]) -> None:
    """Proposing a name that another waiting deposit holds would only move the refusal."""
    whole = started(user, requests[:1], ("a.zip", papers(requests[0])))
    assert process_deposit(whole.pk)
    started(user, requests[1:], ("a-002.zip", papers(requests[1])), number=2)
    with pytest.raises(DepositRefusedError) as refused:
        started(user, requests[1:], ("a.zip", papers(requests[1])), number=3)
    assert "a-003.zip" in refused.value.finding.advice


def test_what_is_incomplete_at_the_closing_is_not_deposited(
    user: User, requests: list[Any], clock_of_the_day: time_machine.Traveller
) -> None:
    """12:00:00 is in time; later it takes nothing more, and its supplier is told."""
    deposit = started(user, requests, ("a.zip", papers(requests[0])))
    closing = Window.objects.get(scheme=RIS, kind="advance").closes_at
    Parameter.objects.filter(code="incomplete_deposit_days").update(value=400)
    clock_of_the_day.move_to(closing, tick=False)
    assert not lapse_incomplete()
    clock_of_the_day.shift(timedelta(seconds=1))
    with pytest.raises(ForbiddenMoveError, match="incomplet"):
        added(deposit, user, ("b.zip", papers(*requests[1:])))
    with pytest.raises(ForbiddenMoveError, match="incomplet"):
        file_without(deposit=deposit, user=user)
    assert lapse_incomplete() == 1
    deposit.refresh_from_db()
    assert (deposit.state, deposit.lines.count()) == ("lapsed", 0)
    assert Notification.objects.get().user == user


def test_it_is_kept_a_while_and_each_piece_begins_it_again(
    user: User, requests: list[Any], clock_of_the_day: time_machine.Traveller
) -> None:
    """Without a window that closes before: so many days after the latest piece, a parameter."""
    Parameter.objects.filter(code="incomplete_deposit_days").update(value=10)
    deposit = started(user, requests, ("a.zip", papers(requests[0])))
    clock_of_the_day.shift(timedelta(days=9))
    added(deposit, user, ("b.zip", papers(requests[1])))
    clock_of_the_day.shift(timedelta(days=9))
    assert not lapse_incomplete()
    clock_of_the_day.shift(timedelta(days=2))
    assert lapse_incomplete() == 1


def test_after_the_closing_nothing_waits(
    user: User, requests: list[Any], clock_of_the_day: time_machine.Traveller
) -> None:
    """Waiting would be in vain: the report says at once that it is too late (CAL-001)."""
    clock_of_the_day.move_to(
        Window.objects.get(scheme=RIS, kind="advance").closes_at + timedelta(seconds=1)
    )
    deposit = started(user, requests)
    assert deposit.state == "received"
    assert process_deposit(deposit.pk)
    codes = {found["code"] for line in deposit.lines.all() for found in line.findings}
    assert {"CAL-001", "DOC-001"} <= codes


def test_requests_already_integrated_await_nothing(user: User, requests: list[Any]) -> None:
    """A whole file again, to add one request: only its own document is awaited."""
    first = started(user, requests[:2], ("a.zip", papers(*requests[:2])))
    assert process_deposit(first.pk)
    again = started(user, requests, ("b.zip", papers(requests[2])), number=2)
    assert again.state == "received"
    assert process_deposit(again.pk)
    verdicts = list(again.lines.order_by("index").values_list("outcome", flat=True))
    assert verdicts == ["already", "already", "integrated"]
