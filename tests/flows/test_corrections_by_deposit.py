"""A correction answered by depositing again: taken when only what was reopened changes, judged and
written as the answer on screen is."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from io import BytesIO
from itertools import count
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.actions.complete import file_without
from funding.actions.corrections import Answer, answer_corrections
from funding.actions.requests import move_request
from funding.actions.retention import outlived
from funding.actions.simulate import simulate
from funding.demo.papers import a_pdf, a_zip, documents_of, order_lines
from funding.models import Correction, Deposit, DepositLine, FundingRequest
from funding.report.papers import papers_of
from orders.models import Claim, EligibleClient, OrderClient
from segur_portal.common.enums import Role
from segur_portal.common.models import JournalEntry, RetentionPeriod, Scheme
from segur_portal.common.workflow import ForbiddenMoveError
from tests.builders import a_file, a_filename, a_request
from tests.factories import A_DAY
from tests.rule_cases import plain

from .correcting import RIS, ask

PAPER, NAME = "/bonDeCommande/nomFichier", "/clients/0/nomStructure"
SIREN, NET, VAT, GROSS = (
    "/clients/0/siren",
    "/bonDeCommande/montantHT",
    "/bonDeCommande/montantTVA",
    "/bonDeCommande/montantTTC",
)
# What is read in the documents, the number of the layout that an order cites among it.
OF_DOCUMENTS = ("DOC-", "ENR-005")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


_numbers = count(2)


def deposited(member: User, requests: list[Any], papers: dict[str, bytes] | None = None) -> Deposit:
    """A deposit of these requests, received."""
    number = next(_numbers)
    zips = [ContentFile(a_zip(papers), name=f"envoi-{number}.zip")] if papers else []
    return receive_deposit(
        supplier=member.memberships.get().supplier,
        user=member,
        content=BytesIO(a_file(RIS, requests=requests)),
        name=a_filename(RIS, number=number),
        archives=zips,
    )


def line_of(member: User, request: Any, papers: dict[str, bytes] | None = None) -> DepositLine:
    """The verdict on this request, deposited again on its own."""
    deposit = deposited(member, [request], papers)
    assert process_deposit(deposit.pk)
    return DepositLine.objects.get(deposit=deposit)


def renamed(one: FundingRequest, name: str = "Cabinet rebaptisé") -> Any:
    payload = deepcopy(one.payload)
    payload["clients"][0]["nomStructure"] = name
    return payload


def another_paper(one: FundingRequest) -> dict[str, bytes]:
    name = one.payload["bonDeCommande"]["nomFichier"]
    return {name: a_pdf([*order_lines(one.payload), "Page nette"])}


def test_a_value_reopened_is_answered(one: FundingRequest, officer: User, member: User) -> None:
    """The same request, order and journal as after an answer on screen; the line says so."""
    ask(one, officer, NAME)
    line = line_of(member, renamed(one))
    one.refresh_from_db()
    assert (line.outcome, line.request_id) == ("answered", one.pk)
    assert line.findings == one.alerts
    assert (one.state, one.assigned_to) == ("to_instruct", officer)
    assert one.payload["clients"][0]["nomStructure"] == one.client_name == "Cabinet rebaptisé"
    assert OrderClient.objects.get(order=one.order).name == "Cabinet rebaptisé"
    asked = Correction.objects.get()
    assert (asked.after, asked.answered_by) == ("Cabinet rebaptisé", member)
    entry = JournalEntry.objects.get(verb="answer_correction")
    assert line.deposit.number in entry.note
    assert "→ Cabinet rebaptisé" in entry.note
    assert (line.deposit.answered_count, line.deposit.integrated_count) == (1, 0)
    assert FundingRequest.objects.count() == 2


def test_the_report_says_so_and_links_the_request(
    one: FundingRequest, officer: User, member: User
) -> None:
    """On the page of the deposit, in words, and in the documents for software."""
    ask(one, officer, NAME)
    deposit = line_of(member, renamed(one)).deposit
    client = Client()
    client.force_login(member)
    page = client.get(reverse("deposit_detail", args=[deposit.key])).content.decode()
    assert "Réponse à la correction demandée" in page
    assert reverse("request_detail", args=[one.number]) in page
    document = client.get(reverse("deposit_json", args=[deposit.key])).json()
    assert document["demandes"][0]["verdict"] == "REPONSE_CORRECTION"
    assert document["demandes"][0]["numeroDossier"] == one.number
    filtered = client.get(
        reverse("deposit_detail", args=[deposit.key]), {"verdict": "correction"}
    ).content.decode()
    assert "1 demande affichée" in plain(filtered)


def test_what_was_not_reopened_is_refused(one: FundingRequest, officer: User, member: User) -> None:
    """KO at each value that was not reopened, saying what was; nothing changes."""
    ask(one, officer, NAME)
    changed = renamed(one)
    changed["clients"][0]["representantLegal"]["nom"] = "Autre"
    line = line_of(member, changed)
    (finding,) = line.findings
    assert (line.outcome, finding["code"]) == ("ko", "REF-001")
    assert finding["pointer"] == "/clients/0/representantLegal/nom"
    assert "pas été rouverte" in finding["message"]
    assert Correction.objects.get().label in finding["advice"]
    one.refresh_from_db()
    assert one.state == "correction_requested"


def test_a_request_not_in_correction_stays_as_it_was(
    one: FundingRequest, officer: User, member: User
) -> None:
    """The same reference with other content is KO; the same content is « déjà intégrée »."""
    papers = documents_of(renamed(one), "AVANCE")
    assert line_of(member, renamed(one), papers).findings[0]["code"] == "REF-001"
    assert line_of(member, one.payload).outcome == "already"
    ask(one, officer, NAME)
    assert line_of(member, one.payload).outcome == "already"


def test_an_answer_is_judged_by_the_same_rules(
    one: FundingRequest, officer: User, member: User
) -> None:
    """An amount that does not add up is KO; once right, the order has it."""
    ask(one, officer, NET, VAT, GROSS)
    payload = deepcopy(one.payload)
    payload["bonDeCommande"].update(montantHT=900, montantTVA=180, montantTTC=1100)
    assert "MNT-002" in [item["code"] for item in line_of(member, payload).findings]
    payload["bonDeCommande"]["montantTTC"] = 1080
    assert line_of(member, payload).outcome == "answered"
    one.refresh_from_db()
    assert [str(amount) for amount in (one.order.net, one.gross)] == ["900.00", "1080.00"]


def test_claims_follow(one: FundingRequest, officer: User, member: User) -> None:
    """A corrected SIREN frees the old key and takes the new one; another order's is KO."""
    taken = FundingRequest.objects.get(position=2).payload["clients"][0]["siren"]
    new = a_request(RIS, number=3)["clients"][0]["siren"]
    EligibleClient.objects.exclude(kind="SIREN").update(siren=new)
    ask(one, officer, SIREN)
    payload = deepcopy(one.payload)
    payload["clients"][0]["siren"] = taken
    assert "UNI-002" in [item["code"] for item in line_of(member, payload).findings]
    payload["clients"][0]["siren"] = new
    assert line_of(member, payload).outcome == "answered"
    live = Claim.objects.live().filter(order=one.order, kind="SIREN")
    assert set(live.values_list("value", flat=True)) == {new}


def test_two_answers_in_one_file(one: FundingRequest, officer: User, member: User) -> None:
    """The first stands, the other is a double."""
    ask(one, officer, NAME)
    deposit = deposited(member, [renamed(one), renamed(one, "Encore un nom")])
    assert process_deposit(deposit.pk)
    first, second = deposit.lines.order_by("index")
    assert (first.outcome, second.outcome) == ("answered", "ko")
    assert "UNI-009" in [item["code"] for item in second.findings]


def test_a_document_alone_is_taken(one: FundingRequest, officer: User, member: User) -> None:
    """The JSON is the same; the paper of the ZIP replaces the one in place, kept beside."""
    ask(one, officer, PAPER)
    (before,) = papers_of(one)
    line = line_of(member, one.payload, another_paper(one))
    (after,) = papers_of(one)
    assert line.outcome == "answered"
    assert after.file
    assert before.file != after.file
    assert after.reading is not None
    assert Correction.objects.get().after == after.file.sha256
    assert "remplacé" in JournalEntry.objects.get(verb="answer_correction").note


def test_the_same_document_is_no_answer(one: FundingRequest, officer: User, member: User) -> None:
    """Byte for byte the one in place: « déjà intégrée », and the correction is still awaited."""
    ask(one, officer, PAPER)
    assert line_of(member, one.payload, documents_of(one.payload, "AVANCE")).outcome == "already"
    one.refresh_from_db()
    assert one.state == "correction_requested"


def test_a_document_that_was_not_reopened_is_refused(
    one: FundingRequest, officer: User, member: User
) -> None:
    """Another paper, where only the name was reopened."""
    ask(one, officer, NAME)
    line = line_of(member, renamed(one), another_paper(one))
    (finding,) = line.findings
    assert (finding["code"], finding["pointer"]) == ("REF-001", PAPER)


def test_what_is_no_pdf_is_refused(one: FundingRequest, officer: User, member: User) -> None:
    """DOC-002 speaks, and the document in place stays."""
    ask(one, officer, PAPER)
    (before,) = papers_of(one)
    name = one.payload["bonDeCommande"]["nomFichier"]
    line = line_of(member, one.payload, {name: b"bonjour"})
    assert [item["code"] for item in line.findings] == ["DOC-002"]
    assert papers_of(one)[0].file == before.file


def test_a_deposit_awaits_the_documents_that_were_reopened(
    one: FundingRequest, officer: User, member: User
) -> None:
    """Those alone; made without them, the answer keeps the one in place."""
    Scheme.objects.filter(pk=RIS).update(requires_documents=True)
    ask(one, officer, NAME)
    assert deposited(member, [renamed(one)]).state == "received"
    Correction.objects.filter(pointer=NAME).update(answered_at=A_DAY, answered_by=member)
    FundingRequest.objects.filter(pk=one.pk).update(state="in_instruction")
    one.refresh_from_db()
    ask(one, officer, NAME, PAPER)
    deposit = deposited(member, [renamed(one)])
    assert (deposit.state, deposit.missing_count) == ("incomplete", 1)
    client = Client()
    client.force_login(member)
    page = client.get(reverse("deposit_giving", args=[deposit.key, "deposer"])).content.decode()
    assert "gardera le document en place" in page
    assert "KO" not in page.split("<main")[1].split("<form")[0]
    file_without(deposit=deposit, user=member)
    assert process_deposit(deposit.pk)
    assert deposit.lines.get().outcome == "answered"
    assert "maintenu" in JournalEntry.objects.get(verb="answer_correction").note


def test_a_closed_window_and_a_client_gone_do_not_close_a_correction(
    one: FundingRequest, officer: User, member: User
) -> None:
    """What was received in time is judged as of that day."""
    ask(one, officer, NAME)
    EligibleClient.objects.update(valid_to=2)
    with time_machine.travel(A_DAY + timedelta(days=90, hours=1), tick=True):
        assert line_of(member, renamed(one)).outcome == "answered"
    one.refresh_from_db()
    assert one.waited.days == 90


def test_an_answer_comes_once(one: FundingRequest, officer: User, member: User) -> None:
    """On screen then by deposit, or the reverse: the second finds nothing to correct."""
    ask(one, officer, NAME)
    answer_corrections(one, Answer({NAME: "Cabinet rebaptisé"}, {}), actor=member)
    one.refresh_from_db()
    assert line_of(member, one.payload).outcome == "already"
    FundingRequest.objects.filter(pk=one.pk).update(state="in_instruction")
    one.refresh_from_db()
    ask(one, officer, NAME)
    assert line_of(member, renamed(one, "Un autre")).outcome == "answered"
    with pytest.raises(ForbiddenMoveError, match="plus de correction"):
        answer_corrections(one, Answer({NAME: "Encore"}, {}), actor=member)


def test_a_crash_in_the_middle_loses_and_doubles_nothing(
    one: FundingRequest, officer: User, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written before the crash is undone; started again, the answer is taken once."""
    ask(one, officer, NAME, PAPER)
    deposit = deposited(member, [renamed(one)], another_paper(one))

    def crash(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr("funding.actions.rewriting._give_back", crash)
        with pytest.raises(RuntimeError, match="killed"):
            process_deposit(deposit.pk)
    one.refresh_from_db()
    assert one.state == "correction_requested"
    assert one.client_name != "Cabinet rebaptisé"
    assert process_deposit(deposit.pk)
    assert not process_deposit(deposit.pk)
    assert deposit.lines.get().outcome == "answered"
    assert JournalEntry.objects.filter(verb="answer_correction").count() == 1
    assert len(papers_of(one)) == 1


def test_the_simulator_says_the_same_and_writes_nothing(
    one: FundingRequest, officer: User, member: User
) -> None:
    """The verdicts of a deposit: the answer, what was not reopened, the rules, the same content;
    of the documents, which it does not receive, it says nothing."""
    ask(one, officer, NAME, NET)
    elsewhere = renamed(one)
    elsewhere["clients"][0]["representantLegal"]["nom"] = "Autre"
    wrong = renamed(one)
    wrong["bonDeCommande"]["montantHT"] = 12
    before = FundingRequest.objects.filter(pk=one.pk).values().get()
    for payload in (elsewhere, wrong, one.payload, renamed(one)):
        simulated = simulate(
            supplier=one.supplier,
            user=member,
            data=a_file(RIS, requests=[payload]),
            name=a_filename(RIS, number=900),
        )
        assert FundingRequest.objects.filter(pk=one.pk).values().get() == before
        line = line_of(member, payload)
        (found,) = simulated.lines
        assert found.outcome == line.outcome
        said = [item for item in line.findings if not item["code"].startswith(OF_DOCUMENTS)]
        assert [item.as_dict() for item in found.findings] == said
    assert line.outcome == "answered"


def test_as_many_queries_for_many_answers_as_for_one(
    one: FundingRequest, officer: User, member: User
) -> None:
    """A batch of answers costs what a batch of one costs."""
    other = FundingRequest.objects.get(position=2)
    move_request(other, "take", actor=officer, role=Role.OFFICER)

    def cost(*requests: FundingRequest, name: str) -> int:
        for request in requests:
            FundingRequest.objects.filter(pk=request.pk).update(state="in_instruction")
            request.refresh_from_db()
            ask(request, officer, NAME, SIREN)
        deposit = deposited(member, [renamed(request, name) for request in requests])
        if deposit.state == "incomplete":
            file_without(deposit=deposit, user=member)
        with CaptureQueriesContext(connection) as captured:
            assert process_deposit(deposit.pk)
        deposit.refresh_from_db()
        assert deposit.answered_count == len(requests)
        return len(captured)

    cost(one, name="Premier")
    assert cost(one, name="Deuxième") == cost(one, other, name="Troisième")


def test_what_was_deposited_lives_as_long_as_its_request(
    one: FundingRequest, officer: User, member: User
) -> None:
    """The deposit that brought the answer is no failed one: its files go with the request's."""
    ask(one, officer, PAPER)
    line_of(member, one.payload, another_paper(one))
    brought = papers_of(one)[0].file
    assert brought is not None
    with time_machine.travel(A_DAY + timedelta(days=20_000), tick=True):
        for period in RetentionPeriod.objects.filter(kind__in=["failed_deposit", "request"]):
            assert not outlived(period).filter(pk=brought.pk).exists()
        FundingRequest.objects.update(state="refused", state_since=A_DAY)
        failed = RetentionPeriod.objects.get(kind="failed_deposit")
        assert not outlived(failed).filter(pk=brought.pk).exists()
        closed = RetentionPeriod.objects.get(kind="request")
        assert outlived(closed).filter(pk=brought.pk).exists()
