"""The documents that go with the correction file: under which name, and why."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from enrolment.models import Supplier, User
from funding.actions import process_deposit, receive_deposit
from funding.demo.papers import a_zip, documents_of
from funding.models import Deposit
from funding.report.correction import documents_to_send
from segur_portal.common.models import Scheme
from tests.builders import a_file, a_filename

from .screens import MDV, prepare, requests_of

pytestmark = pytest.mark.django_db


def treated(
    member: User, papers: dict[str, bytes], requests: list[Any], *, number: int = 1
) -> Deposit:
    """A deposit of these requests and papers, to its end."""
    supplier = member.memberships.get().supplier
    zips = [ContentFile(a_zip(papers), name="bons.zip")] if papers else []
    deposit = receive_deposit(
        supplier=supplier,
        user=member,
        content=BytesIO(a_file(MDV, requests=requests)),
        name=a_filename(MDV, number=number),
        archives=zips,
    )
    assert process_deposit(deposit.pk)
    deposit.refresh_from_db()
    return deposit


def test_each_document_of_what_is_ko(browser: Client, member: User, supplier: Supplier) -> None:
    """What cannot serve first, with what is wrong; then what is to be joined unchanged."""
    requests = requests_of(MDV, 3)
    prepare(supplier, MDV, requests)
    requests[1]["bonDeCommande"]["montantTTC"] = 1
    papers = {name: pdf for one in requests for name, pdf in documents_of(one, "AVANCE").items()}
    spoiled = requests[2]["bonDeCommande"]["nomFichier"]
    papers[spoiled] = b"bonjour"
    deposit = treated(member, papers, requests)
    assert deposit.ko_count == 2
    first, second = documents_to_send(deposit)
    assert (first.name, first.index, first.is_faulty) == (spoiled, 3, True)
    assert "ne peut pas être accepté" in first.why
    assert second.name == requests[1]["bonDeCommande"]["nomFichier"]
    assert not second.is_faulty
    page = browser.get(reverse("deposit_detail", args=[deposit.key])).content.decode()
    listed = page.split("Documents à joindre au fichier à corriger")[1].split("</table>")[0]
    assert first.name in listed
    assert second.name in listed


def test_none_where_no_document_is_asked(member: User, supplier: Supplier) -> None:
    """Neither ZIP nor scheme that requires one: nothing to join."""
    requests = requests_of(MDV, 1)
    prepare(supplier, MDV, requests)
    requests[0]["bonDeCommande"]["montantTTC"] = 1
    Scheme.objects.update(requires_documents=False)
    assert documents_to_send(treated(member, {}, requests)) == []


def test_none_for_a_request_that_is_integrated(member: User, supplier: Supplier) -> None:
    """The same reference with other content: its documents are there already."""
    requests = requests_of(MDV, 1)
    prepare(supplier, MDV, requests)
    Scheme.objects.update(requires_documents=False)
    treated(member, documents_of(requests[0], "AVANCE"), requests)
    requests[0]["clients"][0]["nomStructure"] = "Autre"
    again = treated(member, {}, requests, number=2)
    Scheme.objects.update(requires_documents=True)
    again.refresh_from_db()
    assert again.ko_count == 1
    assert documents_to_send(again) == []
