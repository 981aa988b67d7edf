"""Every hostile file through the door of the deposits: an answer in French, never a failure."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enrolment.models import Supplier
from funding.actions import process_deposit
from funding.demo.papers import a_zip
from funding.models import Deposit, FundingRequest
from tests.builders import a_file, a_filename
from tests.documents import hostile_pdfs, hostile_zips
from tests.documents.hostile_zips import PDF, zipped

from .screens import MDV, prepare, requests_of, uploaded

pytestmark = pytest.mark.django_db


def sent(browser: Client, requests: list[Any], archive: bytes, number: int = 1) -> Any:
    """The answer to a deposit made on screen with this ZIP."""
    data = {
        "fichier": uploaded(a_file(MDV, requests=requests), a_filename(MDV, number=number)),
        "documents": SimpleUploadedFile(f"bons-{number}.zip", archive, "application/zip"),
        "cle": str(uuid4()),
    }
    return browser.post(reverse("deposit_new"), data, follow=True)


def plain(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_each_hostile_zip_is_answered(browser: Client, supplier: Supplier) -> None:
    """Refused at the door or by the report, whole or entry by entry: nothing is integrated."""
    requests = requests_of(MDV, 1)
    prepare(supplier, MDV, requests)
    whole = [(name, data, words) for name, data, words in hostile_zips.whole_files()]
    alone = [(name, data, "") for name, data, _ in hostile_zips.entries()]
    for number, (name, data, words) in enumerate([*whole, *alone], start=1):
        known = set(Deposit.objects.values_list("pk", flat=True))
        response = sent(browser, requests, data, number)
        for deposit in Deposit.objects.exclude(pk__in=known):
            assert process_deposit(deposit.pk), name
            response = browser.get(reverse("deposit_detail", args=[deposit.key]))
        assert response.status_code < 500, name
        # A browser's empty file is told by the form itself, in fewer words.
        assert str(words).partition(" (")[0] in plain(response), name
    assert not FundingRequest.objects.exists()


def test_each_hostile_pdf_makes_its_own_request_ko(browser: Client, supplier: Supplier) -> None:
    """All of them in one deposit, each with its message, and the sound one integrated."""
    cases = [(name, data, words) for name, data, words in hostile_pdfs.refused()]
    requests = requests_of(MDV, len(cases) + 1)
    prepare(supplier, MDV, requests)
    names = [one["bonDeCommande"]["nomFichier"] for one in requests]
    papers = dict(zip(names, [*(data for _, data, _ in cases), hostile_pdfs.GOOD], strict=True))
    assert sent(browser, requests, a_zip(papers)).status_code < 500
    deposit = Deposit.objects.get()
    assert process_deposit(deposit.pk)
    page = browser.get(reverse("deposit_detail", args=[deposit.key]))
    assert page.status_code == 200
    lines = {line.index: line for line in deposit.lines.all()}
    for index, (name, _, _) in enumerate(cases, start=1):
        assert lines[index].outcome == "ko", name
        said = [one for one in lines[index].findings if one["code"].startswith("DOC-00")]
        assert any(one["message"].endswith((".", "»")) for one in said), name
    assert lines[len(requests)].outcome == "integrated"


def test_a_sound_zip_passes_the_same_door(browser: Client, supplier: Supplier) -> None:
    """What the others are compared with."""
    requests = requests_of(MDV, 1)
    prepare(supplier, MDV, requests)
    name = requests[0]["bonDeCommande"]["nomFichier"]
    assert sent(browser, requests, zipped((name, PDF))).status_code == 200
    assert Deposit.objects.get().state == "received"
