"""A document found infected after the verdict: isolated, flagged, told, never accepted."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from enrolment.models import Supplier, User
from funding.actions import process_deposit, receive_deposit
from funding.actions.isolation import follow_antivirus
from funding.actions.requests import move_request
from funding.demo.papers import a_zip, documents_of
from funding.models import DepositDocument, FundingRequest
from segur_portal.common.enums import Role
from segur_portal.common.models import JournalEntry, Notification, StoredFile
from segur_portal.common.workflow import ForbiddenMoveError
from tests.builders import a_file, a_filename
from tests.factories import an_officer

from .screens import RIS, prepare, requests_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(supplier: Supplier, member: User) -> FundingRequest:
    """The first of two integrated requests with their documents."""
    requests = requests_of(RIS, 2)
    prepare(supplier, RIS, requests)
    papers = {name: pdf for one in requests for name, pdf in documents_of(one, "AVANCE").items()}
    deposit = receive_deposit(
        supplier=supplier,
        user=member,
        content=BytesIO(a_file(RIS, requests=requests)),
        name=a_filename(RIS),
        archives=[ContentFile(a_zip(papers), name="bons.zip")],
    )
    assert process_deposit(deposit.pk)
    return FundingRequest.objects.get(position=1)


def scanned(request: FundingRequest, state: str) -> DepositDocument:
    """The request's document, as the antivirus now says."""
    name = request.payload["bonDeCommande"]["nomFichier"]
    document = DepositDocument.objects.get(name=name)
    StoredFile.objects.filter(pk=document.file_id or 0).update(scan_state=state)
    return document


def test_the_request_is_flagged_and_both_sides_are_told_once(
    browser: Client, member: User, request_: FundingRequest
) -> None:
    """The other request of the deposit is left alone."""
    officer = an_officer()
    stranger = an_officer("SONS-MDV-LGC-Va2", email="ailleurs@exemple.fr")
    alerts = request_.alert_count
    document = scanned(request_, "infected")
    assert follow_antivirus() == 1
    assert follow_antivirus() == 0
    request_.refresh_from_db()
    assert request_.state == "to_instruct", "nothing is undone by itself"
    assert request_.alert_count == len(request_.alerts) == alerts + 1
    assert request_.alerts[-1]["pointer"] == "/bonDeCommande/nomFichier"
    entry = JournalEntry.objects.get(verb="isolate_document")
    assert (entry.subject_id, entry.is_public) == (str(request_.pk), True)
    told = Notification.objects.filter(title__contains=request_.number)
    assert {one.user for one in told} == {member, officer}
    assert stranger not in {one.user for one in told}
    page = browser.get(reverse("request_detail", args=[request_.number])).content.decode()
    assert f"« {document.name} » a été trouvé infecté" in page.replace("\u00a0", " ")
    assert "Document infecté, isolé" in page
    assert document.file
    file = reverse("deposit_document", args=[request_.deposit.key, document.file.key])
    assert browser.get(file).status_code == 403
    other = FundingRequest.objects.get(position=2)
    assert not JournalEntry.objects.filter(verb="isolate_document", subject_id=other.pk).exists()


@pytest.mark.parametrize("state", ["infected", "waiting", "impossible"])
def test_it_is_never_accepted_silently(request_: FundingRequest, settings: Any, state: str) -> None:
    """Neither infected, nor before the antivirus has said anything; refusing stays possible."""
    settings.ANTIVIRUS_REQUIRED = True
    officer = an_officer()
    move_request(request_, "take", actor=officer, role=Role.OFFICER)
    scanned(request_, state)
    with pytest.raises(ForbiddenMoveError, match="Acceptation impossible : BDC_"):
        move_request(request_, "accept", actor=officer, role=Role.OFFICER)
    assert FundingRequest.objects.get(pk=request_.pk).state == "in_instruction"
    scanned(request_, "clean")
    move_request(request_, "accept", actor=officer, role=Role.OFFICER)
    assert request_.state == "accepted"


def test_an_accepted_request_keeps_its_decision_and_says_so(request_: FundingRequest) -> None:
    """Who decided is told in which state the request is; cancelling is theirs to decide."""
    officer = an_officer()
    move_request(request_, "take", actor=officer, role=Role.OFFICER)
    move_request(request_, "accept", actor=officer, role=Role.OFFICER)
    scanned(request_, "infected")
    assert follow_antivirus() == 1
    request_.refresh_from_db()
    assert request_.state == "accepted"
    assert "Acceptée" in Notification.objects.get(user=officer).body


def test_an_infection_known_at_the_deposit_is_told_by_the_report(request_: FundingRequest) -> None:
    """It made its request KO: nothing more is said later."""
    document = scanned(request_, "infected")
    DepositDocument.objects.filter(pk=document.pk).update(infected_at=request_.received_at)
    assert follow_antivirus() == 0


def test_a_document_replaced_since_blocks_nothing(request_: FundingRequest) -> None:
    """The sound one that answers the correction is what counts."""
    officer = an_officer()
    move_request(request_, "take", actor=officer, role=Role.OFFICER)
    document = scanned(request_, "infected")
    DepositDocument.objects.filter(pk=document.pk).update(is_current=False)
    assert follow_antivirus() == 0
    move_request(request_, "accept", actor=officer, role=Role.OFFICER)
    assert request_.state == "accepted"
