"""A deposit with its documents: JSON and PDFs share one fate per request."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection

from enrolment.models import User
from funding.actions import DepositRefusedError, file_without, process_deposit, receive_deposit
from funding.actions.process import MAX_ATTEMPTS
from funding.demo.papers import a_pdf, a_scan, a_zip, documents_of, order_lines
from funding.demo.seals import altered, signed, signer
from funding.models import Deposit, DepositArchive, DepositDocument, FundingRequest
from segur_portal.common.antivirus import ScanResult, is_open, scan_waiting
from segur_portal.common.models import JournalEntry, Scheme, Statement, StoredFile
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.documents.hostile_pdfs import _encrypted
from tests.documents.hostile_zips import _sharing
from tests.factories import A_DAY, a_base, a_member, a_supplier, an_enrolment, the_programme

RIS = "SONS-IMG-RIS-Va2"
pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> Iterator[User]:
    with time_machine.travel(A_DAY, tick=True):
        the_programme()
        yield a_member(a_supplier(SIRET))


def prepared(user: User, count: int) -> list[Any]:
    """Good requests, signed by hand, of an enrolled supplier."""
    requests = [a_request(RIS, number=number) for number in range(1, count + 1)]
    for request in requests:
        request["bonDeCommande"]["typeSignature"] = "MANUSCRITE"
    # What the papers of these tests say is tried here, not the texts that an officer may change.
    Statement.objects.update(is_active=False)
    an_enrolment(user.memberships.get().supplier, requests[0], RIS)
    a_base(RIS, requests)
    return requests


def received(
    user: User, requests: list[Any], *archives: tuple[str, bytes], number: int = 1
) -> Deposit:
    """A deposit received with these ZIP files."""
    return receive_deposit(
        supplier=user.memberships.get().supplier,
        user=user,
        content=BytesIO(a_file(RIS, requests=requests)),
        name=a_filename(RIS, number=number),
        archives=[ContentFile(content, name=name) for name, content in archives],
    )


def deposited(
    user: User, requests: list[Any], *archives: tuple[str, bytes], number: int = 1
) -> Deposit:
    """The same, treated."""
    deposit = received(user, requests, *archives, number=number)
    assert process_deposit(deposit.pk)
    deposit.refresh_from_db()
    return deposit


def papers(*requests: Any) -> dict[str, bytes]:
    return {name: pdf for one in requests for name, pdf in documents_of(one, "AVANCE").items()}


def codes(deposit: Deposit) -> dict[int, list[str]]:
    return {
        line.index: sorted(
            {found["code"] for found in line.findings if found["code"].startswith("DOC")}
        )
        for line in deposit.lines.all()
    }  # fmt: skip


def test_each_fault_is_told_apart_and_blocks_its_own_request(user: User) -> None:
    """Altered signature, scan, encrypted, missing, misnamed, absent signature: one each."""
    requests = prepared(user, 8)
    files = papers(*requests[:2])
    names = [request["bonDeCommande"]["nomFichier"] for request in requests]
    text = [order_lines(request) for request in requests]
    files[names[2]] = altered(signed(a_pdf(text[2]), signer()))
    files[names[3]] = a_scan(text[3])
    files[names[4]] = _encrypted(user="x", owner="y")
    files[names[6].lower()] = a_pdf(text[6])
    requests[7]["bonDeCommande"]["typeSignature"] = "ELECTRONIQUE"
    files[names[7]] = a_pdf(text[0])
    deposit = deposited(user, requests, ("bons.zip", a_zip(files)))
    assert codes(deposit) == {
        1: [],
        2: [],
        3: ["DOC-003"],
        4: ["DOC-004"],
        5: ["DOC-002"],
        6: ["DOC-001"],
        7: ["DOC-001"],
        8: ["DOC-003", "DOC-004"],
    }
    ko = set(deposit.lines.filter(outcome="ko").values_list("index", flat=True))
    assert ko == {5, 6, 7}
    assert FundingRequest.objects.count() == 5
    assert deposit.document_count == DepositDocument.objects.count() == 6
    misnamed = deposit.lines.get(index=7).findings[0]
    assert (misnamed["found"], misnamed["expected"]) == (names[6].lower(), names[6])


def test_a_json_alone_still_works_unless_documents_are_required(user: User) -> None:
    """The scheme says so, and an officer may change it."""
    requests = prepared(user, 2)
    assert deposited(user, requests[:1]).integrated_count == 1
    Scheme.objects.filter(pk=RIS).update(requires_documents=True)
    deposit = received(user, requests[1:], number=2)
    assert (deposit.state, deposit.missing_count) == ("incomplete", 1)
    file_without(deposit=deposit, user=user)
    assert process_deposit(deposit.pk)
    deposit.refresh_from_db()
    assert codes(deposit) == {1: ["DOC-001"]}
    assert deposit.ko_count == 1


def test_a_trapped_zip_is_refused_whole_and_the_other_serves(user: User) -> None:
    """Requests whose file was in it say which ZIP to make again."""
    requests = prepared(user, 2)
    good, trap = ("bons.zip", a_zip(papers(requests[0]))), ("piege.zip", _sharing(5))
    deposit = deposited(user, requests, good, trap)
    assert codes(deposit) == {1: [], 2: ["DOC-001"]}
    assert "piege.zip" in deposit.lines.get(index=2).findings[0]["message"]
    fault = deposit.archives.get(name="piege.zip").fault
    assert fault is not None
    assert "mêmes octets" in fault["message"]


def test_the_outcome_does_not_depend_on_how_the_documents_are_spread(user: User) -> None:
    """One ZIP, several, in any order: the same verdicts."""
    requests = prepared(user, 4)
    one, two = papers(*requests[:2]), papers(requests[2])
    whole = deposited(user, requests, ("tout.zip", a_zip({**one, **two})))
    again = [dict(request) for request in requests]
    verdicts = [(line.outcome, line.findings) for line in whole.lines.all()]
    FundingRequest.objects.update(state="cancelled")
    from orders.models import Claim

    Claim.objects.all().delete()
    spread = deposited(
        user, again, ("b.zip", a_zip(two)), ("a.zip", a_zip(reversed(one.items()))), number=2
    )
    assert [(line.outcome, line.findings) for line in spread.lines.all()] == verdicts


def test_a_name_used_by_an_integrated_deposit_never_serves_again(user: User) -> None:
    """Whatever its case; the next free name is proposed. A name refused whole is not burnt."""
    requests = prepared(user, 3)
    deposited(user, requests[:1], ("bons.zip", a_zip(papers(requests[1]))))
    assert not DepositArchive.objects.get().is_burnt, "nothing was integrated"
    deposited(user, requests[:1], ("bons.zip", a_zip(papers(requests[0]))), number=2)
    assert DepositArchive.objects.filter(is_burnt=True).count() == 1
    with pytest.raises(DepositRefusedError) as refused:
        deposited(user, requests[1:], ("BONS.zip", a_zip(papers(requests[1]))), number=3)
    assert refused.value.finding.code == "DOC-005"
    assert "BONS-002.zip" in refused.value.finding.advice
    assert Deposit.objects.count() == 2


@pytest.mark.parametrize("name", ["é.zip", "a b.zip", "a.rar", "x" * 90 + ".zip"])
def test_a_zip_with_a_wrong_name_is_refused_at_the_door(user: User, name: str) -> None:
    """Nothing is stored."""
    requests = prepared(user, 1)
    with pytest.raises(DepositRefusedError):
        deposited(user, requests, (name, a_zip(papers(requests[0]))))
    assert not StoredFile.objects.exists()


def test_a_worker_that_takes_over_reads_only_what_is_left(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each PDF is read once to its end; the second worker goes on where the first died."""
    from funding.documents import Reader

    requests = prepared(user, 5)
    read: list[str] = []
    whole = Reader.read

    def dying(self: Reader, path: Any, wanted: Any = ()) -> Any:
        if len(read) == 3:
            read.append("dead")
            raise KeyboardInterrupt
        read.append(str(path))
        return whole(self, path, wanted)

    monkeypatch.setattr(Reader, "read", dying)
    archive = ("bons.zip", a_zip(papers(*requests)))
    with pytest.raises(KeyboardInterrupt):
        deposited(user, requests, archive)
    deposit = Deposit.objects.get()
    assert (deposit.state, deposit.documents.count()) == ("running", 3)
    assert process_deposit(deposit.pk)
    deposit.refresh_from_db()
    assert (deposit.state, deposit.integrated_count) == ("done", 5)
    assert len(read) == 6, "three, the one that died, and the two that were left"


def test_a_slow_deposit_that_advances_is_never_given_up(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One PDF by attempt, more of them than attempts: treated to its end, and no failure."""
    from funding.documents import Reader

    requests = prepared(user, MAX_ATTEMPTS + 2)
    whole, read = Reader.read, list[str]()

    def slow(self: Reader, path: Any, wanted: Any = ()) -> Any:
        if read:
            raise KeyboardInterrupt
        read.append(str(path))
        return whole(self, path, wanted)

    monkeypatch.setattr(Reader, "read", slow)
    deposit = received(user, requests, ("bons.zip", a_zip(papers(*requests))))
    for done in range(1, len(requests)):
        read.clear()
        with pytest.raises(KeyboardInterrupt):
            process_deposit(deposit.pk)
        assert deposit.documents.count() == done
    read.clear()
    assert process_deposit(deposit.pk)
    deposit.refresh_from_db()
    assert (deposit.state, deposit.integrated_count) == ("done", len(requests))


def test_without_progress_the_attempts_are_counted(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same PDF kills every attempt: after five, a visible failure."""
    from funding.documents import Reader

    def dying(*_: Any) -> None:
        raise KeyboardInterrupt

    requests = prepared(user, 1)
    deposit = received(user, requests, ("bons.zip", a_zip(papers(*requests))))
    monkeypatch.setattr(Reader, "read", dying)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            process_deposit(deposit.pk)
    assert not process_deposit(deposit.pk)
    deposit.refresh_from_db()
    assert deposit.state == "failed"


def test_a_daemon_that_hangs_is_asked_once_in_a_pass(
    user: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """The deposit is treated; every file stays closed, and the sweeper asks about it later."""
    settings.CLAMD_ADDRESS, settings.ANTIVIRUS_REQUIRED = "unix:/nowhere", True
    asked = []

    def hanging(chunks: Any) -> ScanResult:
        asked.append(chunks)
        return ScanResult("impossible", "timed out", is_late=True)

    monkeypatch.setattr("segur_portal.common.antivirus.scan_bytes", hanging)
    requests = prepared(user, 3)
    deposit = deposited(user, requests, ("bons.zip", a_zip(papers(*requests))))
    assert (deposit.state, deposit.integrated_count) == ("done", 3)
    assert len(asked) == 1
    files = StoredFile.objects.filter(purpose="document")
    assert list(files.values_list("scan_state", flat=True)) == ["impossible"] * 3
    assert not any(is_open(one) for one in files)
    monkeypatch.setattr("segur_portal.common.antivirus.scan_bytes", lambda _: ScanResult("clean"))
    scan_waiting()
    assert all(is_open(one) for one in files.all())


@pytest.mark.django_db(transaction=True)
def test_nothing_is_locked_while_a_document_is_looked_at(
    user: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Neither by the antivirus nor by the reader, however long they take."""
    from funding.documents import Reader

    settings.CLAMD_ADDRESS = "unix:/nowhere"
    whole, looked = Reader.read, list[str]()

    def scan(_: Any) -> ScanResult:
        assert not connection.in_atomic_block
        looked.append("scan")
        return ScanResult("clean")

    def read(self: Reader, path: Any, wanted: Any = ()) -> Any:
        assert not connection.in_atomic_block
        looked.append("read")
        return whole(self, path, wanted)

    monkeypatch.setattr("segur_portal.common.antivirus.scan_bytes", scan)
    monkeypatch.setattr(Reader, "read", read)
    requests = prepared(user, 2)
    deposited(user, requests, ("bons.zip", a_zip(papers(*requests))))
    assert looked == ["scan", "read"] * 2


def test_an_infected_document_makes_its_request_ko(
    user: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """It is isolated, and only that request is KO."""
    settings.CLAMD_ADDRESS = "unix:/nowhere"
    requests = prepared(user, 2)
    files = papers(*requests)
    bad = files[requests[1]["bonDeCommande"]["nomFichier"]]

    def scan(chunks: Any) -> ScanResult:
        return ScanResult("infected" if b"".join(chunks) == bad else "clean")

    monkeypatch.setattr("segur_portal.common.antivirus.scan_bytes", scan)
    deposit = deposited(user, requests, ("bons.zip", a_zip(files)))
    assert codes(deposit) == {1: [], 2: ["DOC-002"]}
    document = deposit.documents.get(infected_at__isnull=False)
    assert document.file
    assert (document.name, document.file.scan_state) == (
        requests[1]["bonDeCommande"]["nomFichier"],
        "infected",
    )
    assert JournalEntry.objects.filter(verb="isolate", subject_id=str(document.file_id)).exists()
