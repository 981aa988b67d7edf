"""The public page that confirms a document, and the download by its addressee."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.models import Supplier
from segur_portal.common.issuing import issue_document, render_document
from segur_portal.common.models import IssuedDocument
from tests.builders import SIRET
from tests.factories import a_member, a_supplier

pytestmark = pytest.mark.django_db
UNKNOWN = "2345-6789-ABCD-EFGH"


@pytest.fixture
def document() -> IssuedDocument:
    return issue_document(
        kind=IssuedDocument.Kind.REFUSAL,
        subject=("funding.FundingRequest", "1"),
        recipient=a_supplier(SIRET, "Éditeur secret"),
        data={"client": "Cabinet secret"},
    )


def check(client: Client, code: str) -> Any:
    return client.post(reverse("verification"), {"code": code})


def test_a_code_confirms_kind_reference_and_date_only(
    client: Client, document: IssuedDocument
) -> None:
    """Nothing of what the document says, of its addressee or of its state is told."""
    page = check(client, document.written_code).content.decode()
    assert "Décision de refus" in page
    assert document.reference in page
    assert "secret" not in page
    assert SIRET not in page


@pytest.mark.parametrize("write", [str.lower, lambda code: f" {code.replace('-', ' ')} "])
def test_a_code_is_read_however_it_was_typed(
    client: Client, document: IssuedDocument, write: Any
) -> None:
    assert document.reference in check(client, write(document.written_code)).content.decode()


def test_whatever_is_not_a_code_gets_the_same_answer(
    client: Client, document: IssuedDocument
) -> None:
    """An unknown code and nonsense cannot be told apart."""
    texts = []
    for code in (UNKNOWN, "n’importe quoi", document.reference):
        response = check(client, code)
        assert response.status_code == 200
        texts.append(response.content.decode().split('id="resultat"')[1].split("</div>\n")[0])
    assert len(set(texts)) == 1
    assert "Aucun document n’a ce code" in texts[0]


def test_tries_are_counted(client: Client, document: IssuedDocument, settings: Any) -> None:
    """Past the rate even the right code gets no answer, until the hour ends."""
    settings.VERIFICATION_RATE = 2
    assert [check(client, UNKNOWN).status_code for _ in range(3)] == [200, 200, 429]
    late = check(client, document.code)
    assert late.status_code == 429
    assert document.reference not in late.content.decode()


def test_the_addressee_downloads_the_file_once_rendered(
    client: Client, document: IssuedDocument
) -> None:
    """Until then the address does not exist; for others it never does."""
    address = reverse("issued_document", args=[document.reference])
    client.force_login(a_member(Supplier.objects.get(siret=document.recipient_siret)))
    assert client.get(address).status_code == 404
    render_document(document.pk, lambda one: b"%PDF-1.7")
    response: Any = client.get(address)
    assert response.content == b"%PDF-1.7"
    assert f"{document.reference}.pdf" in response["Content-Disposition"]
    client.force_login(a_member(a_supplier("73282932000074", "Concurrent")))
    assert client.get(address).status_code == 404
