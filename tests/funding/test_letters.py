"""PDFs issued by the deeds: the receipt of a deposit, the letters of decisions, the notices."""

from __future__ import annotations

import io
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import orjson
import pikepdf
import pypdfium2
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.actions.letters import issue_letters, issue_recovery
from funding.actions.requests import move_request
from funding.models import Deposit, FundingRequest
from funding.report.issued import draw
from segur_portal.common.issuing import render_document
from segur_portal.common.models import IssuedDocument
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import A_DAY, a_base, a_member, a_supplier, an_enrolment, an_officer
from tests.factories import the_programme as load_the_programme

pytestmark = pytest.mark.django_db
RIS = "SONS-IMG-RIS-Va2"
Kind = IssuedDocument.Kind


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        load_the_programme()
        yield


@pytest.fixture
def member() -> User:
    return a_member(a_supplier(SIRET))


@pytest.fixture
def deposit(member: User) -> Deposit:
    """Two requests integrated, one KO."""
    return treated(member, count=3)


def treated(member: User, count: int) -> Deposit:
    requests = [a_request(RIS, number=number) for number in range(1, count + 1)]
    supplier = member.memberships.get().supplier
    an_enrolment(supplier, requests[0], RIS)
    a_base(RIS, requests)
    requests[-1]["clients"][0]["siren"] = "123456789"
    content = BytesIO(a_file(RIS, requests=requests))
    deposit = receive_deposit(supplier=supplier, user=member, content=content, name=a_filename(RIS))
    assert process_deposit(deposit.pk)
    deposit.refresh_from_db()
    return deposit


@pytest.fixture
def request_taken(deposit: Deposit) -> FundingRequest:
    request = FundingRequest.objects.select_related("supplier", "scheme").earliest("pk")
    move_request(request, "take", actor=an_officer(), role="officer")
    return request


def issued_about(subject: Any) -> list[str]:
    return [one.kind for one in IssuedDocument.objects.about(subject)]


def text_of(document: IssuedDocument) -> str:
    pages = pypdfium2.PdfDocument(draw(document))
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pages).split())


def test_a_treated_deposit_has_one_receipt(deposit: Deposit, member: User) -> None:
    """Issued with its verdicts, addressed to its supplier, to the officers of its scheme."""
    receipt = IssuedDocument.objects.about(deposit).get()
    assert (receipt.kind, receipt.scheme_id, receipt.recipient_siret) == (
        Kind.DEPOSIT_RECEIPT,
        RIS,
        SIRET,
    )
    assert not process_deposit(deposit.pk)
    assert issued_about(deposit) == [Kind.DEPOSIT_RECEIPT]


def test_a_refused_file_has_a_receipt_too(member: User) -> None:
    supplier = member.memberships.get().supplier
    deposit = receive_deposit(
        supplier=supplier, user=member, content=BytesIO(b"{"), name=a_filename(RIS)
    )
    process_deposit(deposit.pk)
    receipt = IssuedDocument.objects.about(deposit).get()
    assert receipt.kind == Kind.DEPOSIT_RECEIPT


@pytest.mark.pdf
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io.FileIO name=.*sRGB2014.icc:"
    "pytest.PytestUnraisableExceptionWarning"
)
def test_the_receipt_tells_each_verdict_and_carries_the_report(deposit: Deposit) -> None:
    """Readable by people page after page, and by machines in the attached file."""
    receipt = IssuedDocument.objects.about(deposit).get()
    text = text_of(receipt)
    for line in deposit.lines.select_related("request"):
        assert line.reference in text
        assert line.request is None or line.request.number in text
    assert "STR-" in text
    with pikepdf.open(io.BytesIO(draw(receipt))) as pdf:
        attached = pdf.attachments[f"{receipt.reference}.json"].get_file().read_bytes()
    assert [one["verdict"] for one in orjson.loads(attached)["demandes"]] == [
        "INTEGREE",
        "INTEGREE",
        "KO",
    ]


@pytest.mark.pdf
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io.FileIO name=.*sRGB2014.icc:"
    "pytest.PytestUnraisableExceptionWarning"
)
def test_a_long_receipt_repeats_its_headers_and_numbers_its_pages(member: User) -> None:
    receipt = IssuedDocument.objects.about(treated(member, count=60)).get()
    pages = [
        page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(draw(receipt))
    ]
    assert len(pages) > 2
    for number, page in enumerate(pages[:-1], 1):
        assert "Référence et client" in page
        assert f"Page {number} / {len(pages)}" in page
        assert receipt.written_code in page


@pytest.mark.parametrize(
    ("move", "kinds"),
    [
        ("accept", {Kind.ACCEPTANCE, Kind.ADVANCE_NOTICE}),
        ("refuse", {Kind.REFUSAL}),
        ("cancel", {Kind.CANCELLATION}),
        ("request_correction", {Kind.CORRECTION}),
        ("give_back", set()),
    ],
)
def test_each_decision_sends_its_letters(
    request_taken: FundingRequest, move: str, kinds: set[str]
) -> None:
    """In the decision's own transaction, with its reason in words."""
    actor = User.objects.get(kind="officer")
    reason: dict[str, Any] = {"reason_code": "signature", "note": "La signature manque page 2."}
    wanted = reason if move in {"refuse", "cancel", "request_correction"} else {}
    move_request(request_taken, move, actor=actor, role="officer", **wanted)
    documents = list(IssuedDocument.objects.about(request_taken))
    assert {one.kind for one in documents} == kinds
    if wanted:
        assert documents[0].data["reason"] == "Signature absente ou non valable"


def test_a_second_correction_is_another_letter(request_taken: FundingRequest) -> None:
    """Each has its own reference; the first is not changed."""
    for note in ("Page 2", "Page 3"):
        issue_letters(request_taken, "request_correction", reason_code="document", note=note)
    letters = IssuedDocument.objects.about(request_taken).order_by("version")
    assert [(one.version, one.data["note"]) for one in letters] == [(1, "Page 2"), (2, "Page 3")]


@pytest.mark.pdf
def test_every_letter_says_its_request_its_reason_and_its_amount(
    request_taken: FundingRequest,
) -> None:
    """The notices with the sentences of the calculation."""
    for move in ("accept", "request_correction", "refuse", "cancel"):
        issue_letters(request_taken, move, reason_code="other", note="Une explication.")
    for letter in IssuedDocument.objects.about(request_taken):
        text = text_of(letter)
        assert request_taken.number in text
        assert request_taken.supplier.name in text
        if letter.kind in {Kind.CORRECTION, Kind.REFUSAL, Kind.CANCELLATION}:
            assert "Autre motif" in text
            assert "Une explication." in text
        if letter.kind == Kind.ADVANCE_NOTICE:
            for sentence in request_taken.pricing["sentences"]:
                assert " ".join(sentence.split()) in text


@pytest.mark.pdf
def test_a_recovery_order_names_the_amount(request_taken: FundingRequest) -> None:
    """The deed of payments gives the amount to pay back and how."""
    letter = issue_recovery(request_taken, amount="360.00", instructions="Par virement.")
    text = text_of(letter)
    assert "360,00 €" in text
    assert "Par virement." in text


def test_documents_are_listed_where_people_look_for_them(
    client: Client, member: User, deposit: Deposit, request_taken: FundingRequest
) -> None:
    """On the deposit's page and on the request's, downloadable once laid out."""
    issue_letters(request_taken, "accept")
    for document in IssuedDocument.objects.order_by("pk"):
        render_document(document.pk, lambda one: b"%PDF-")
    client.force_login(member)
    receipt = IssuedDocument.objects.about(deposit).get()
    page = client.get(reverse("deposit_detail", args=[deposit.key])).content.decode()
    assert reverse("issued_document", args=[receipt.reference]) in page
    page = client.get(reverse("request_detail", args=[request_taken.number])).content.decode()
    for letter in IssuedDocument.objects.about(request_taken):
        assert reverse("issued_document", args=[letter.reference]) in page
