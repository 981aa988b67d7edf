"""Every hostile PDF at the doors that take one alone: refused beside its field, nothing is kept.

One world for all the doors, and one process that reads: what each file costs is its own reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from enrolment.actions import sync_groups
from enrolment.models import Enrolment, User
from funding.documents import one_child
from funding.models import Dispute, FundingRequest
from segur_portal.common.enums import SchemeCode
from segur_portal.common.identifiers import make_siret
from segur_portal.common.models import StoredFile
from tests.documents.hostile_pdfs import GOOD, Case, refused
from tests.enrolment.kit import a_draft
from tests.factories import A_DAY, a_supplier
from tests.funding.accepted import accepted_requests

MDV = SchemeCode.MDV.value
# Where images are welcome too, what is neither is said so.
NEITHER = ("ni un PDF, ni une image", "L’image est abîmée")


@dataclass(frozen=True, slots=True)
class Door:
    """Where a file is given: the page, its field, and what was typed beside it."""

    url: str
    file: str
    typed: dict[str, str]
    prefix: str = ""
    words: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    is_open: bool = True

    def form(self, response: Any) -> Any:
        """The form of the answer."""
        context = response.context
        return context["item"].form if "item" in context else context["form"]


@pytest.fixture(scope="module")
def corpus() -> list[Case]:
    return list(refused())


@pytest.fixture
def advance(db: None) -> Iterator[FundingRequest]:
    with time_machine.travel(A_DAY, tick=True), one_child():
        yield accepted_requests(1)[0]


@pytest.fixture
def browser(advance: FundingRequest) -> Client:
    client = Client()
    client.force_login(advance.deposit.deposited_by)
    return client


def _report(advance: FundingRequest) -> Door:
    url = reverse("pilot_report", args=[advance.number])
    return Door(url, "file", {"signed_on": "2026-09-10", "is_electronic": "on"})


def _training(advance: FundingRequest) -> Door:
    url = reverse("pilot_training", args=[advance.order.solution_id])
    return Door(url, "file", {"label": "Guide de prise en main"})


def _specimen(advance: FundingRequest) -> Door:
    typed = {"scheme": advance.scheme_id, "kind": "pilot_report", "label": "PV maison"}
    return Door(reverse("specimen_new"), "file", typed)


def _contest(advance: FundingRequest) -> Door:
    line = advance.lines.get()
    line.outcome, line.request = "ko", None
    line.findings = [{"code": "UNI-002", "advice": "Le client a une autre commande."}]
    line.save()
    url = reverse("dispute_new", args=[line.deposit.key, line.index])
    # No order of another supplier is contested here: a sound file goes no further.
    return Door(url, "piece", {"texte": "Le client nous a choisis."}, is_open=False)


def _answer(advance: FundingRequest) -> Door:
    dispute = Dispute.objects.create(
        line=advance.lines.get(),
        request=advance,
        scheme_id=advance.scheme_id,
        challenger=a_supplier(make_siret(99), "Logiciels du Levant"),
        holder=advance.supplier,
        state="open",
        client_name="Client contesté",
        contested_at=A_DAY,
        opened_at=A_DAY,
        due_on=date(2026, 9, 29),
        question="Produisez le bon de commande signé.",
    )
    url = reverse("dispute_detail", args=[dispute.pk])
    return Door(url, "piece", {"texte": "Il est à nous."})


def _message(advance: FundingRequest) -> Door:
    url = reverse("request_messages", args=[advance.number])
    return Door(url, "pieces", {"texte": "Voici la pièce.", "reponse": "on"})


def _enrolment(advance: FundingRequest) -> Door:
    membership = advance.supplier.memberships.earliest("pk")
    draft = a_draft(membership, MDV)
    return Door(
        reverse("enrolment_document", args=[draft.pk, "identity"]),
        "file",
        {"expires_on": "2031-01-01"},
        prefix="identity-",
        words=NEITHER,
        headers={"HX-Request": "true"},
    )


DOORS = [_report, _training, _specimen, _contest, _answer, _message, _enrolment]


def sent(browser: Client, door: Door, data: bytes) -> Any:
    """The answer to a file given at a door."""
    paper = SimpleUploadedFile("piece.pdf", data, "application/pdf")
    fields = {f"{door.prefix}{name}": value for name, value in door.typed.items()}
    return browser.post(
        door.url, {**fields, f"{door.prefix}{door.file}": paper}, headers=door.headers
    )


def fault(door: Door, response: Any, words: str) -> str:
    """What is wrong in an answer; nothing when it is a refusal as it must be."""
    if response.status_code != 200:
        return f"{response.status_code}"
    form = door.form(response)
    said = " ".join(map(str, form.errors.get(door.file, ())))
    if not any(one in said for one in (words, *door.words)):
        return f"« {words} » awaited, « {said} » said; {form.errors.as_text()}"
    html = response.content.decode()
    if str(form.errors[door.file][0]).split("'")[0].split("&")[0] not in html:
        return "the refusal is not on the page"
    lost = [name for name, value in door.typed.items() if not _is_kept(form, name, value)]
    return f"lost: {lost}" if lost else ""


def _is_kept(form: Any, name: str, value: str) -> bool:
    kept = form[name].value()
    return bool(kept) if value == "on" else str(kept) == value


@pytest.mark.parametrize("a_door", DOORS)
def test_each_is_refused_beside_its_field(
    a_door: Callable[[FundingRequest], Door],
    advance: FundingRequest,
    browser: Client,
    corpus: list[Case],
    settings: Settings,
) -> None:
    """In French, with what was typed kept; nothing is stored, nothing fails."""
    settings.ENROLMENT_FILE_MAX_PAGES = settings.DOCUMENT_MAX_PAGES
    door = a_door(advance)
    before = StoredFile.objects.count()
    faults = {}
    for name, data, words in corpus:
        # A browser's empty file is told by the form itself.
        wanted = words if data else "est vide"
        if found := fault(door, sent(browser, door, data), wanted):
            faults[name] = found
    assert not faults
    assert StoredFile.objects.count() == before
    assert sent(browser, door, GOOD).status_code in (200, 302)
    assert StoredFile.objects.count() == before + door.is_open


def test_the_officers_message_is_read_too(advance: FundingRequest) -> None:
    """What is named a PDF is one; another type is joined as it is."""
    sync_groups()
    officer = User.objects.get(email="instruit@asp.fr")
    client = Client()
    client.force_login(officer)
    url = reverse("admin:funding_fundingrequest_deed", args=[advance.pk, "write"])
    web = SimpleUploadedFile("piece.pdf", b"<!DOCTYPE html><html></html>")
    page = client.post(url, {"note": "Voici.", "pieces": [web]}).content.decode()
    assert "« piece.pdf » : Ce document n’est pas un PDF" in page
    assert not advance.messages.exists()
    table = SimpleUploadedFile("tableau.csv", b"a;b\n")
    assert client.post(url, {"note": "Voici.", "pieces": [table]}).status_code == 302
    assert advance.messages.get().attachments.count() == 1


def test_a_scan_named_as_a_pdf_is_still_an_image(advance: FundingRequest, browser: Client) -> None:
    """Of an enrolment, the bytes decide and not the name."""
    target = BytesIO()
    Image.new("RGB", (9, 9)).save(target, "PNG")
    assert sent(browser, _enrolment(advance), target.getvalue()).status_code == 200
    assert Enrolment.objects.get(scheme_id=MDV).documents.get().media_type == "image/png"
