"""The portal’s models of documents: their statements, their data, their pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enrolment.enums import SpecimenKind
from enrolment.models import Solution, Supplier
from funding import tasks
from funding.actions.paper import issue_model
from funding.report.issued import draw
from funding.report.paper import model_data, offered
from segur_portal.common.issuing import render_document
from segur_portal.common.models import IssuedDocument, Scheme, Statement
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import A_DAY, a_member, a_supplier, an_enrolment, the_programme

pytestmark = pytest.mark.django_db
RIS, MDV, DB = "SONS-IMG-RIS-Va2", "SONS-MDV-LGC-Va2", "SONS-IMG-DB-Va2"


@pytest.fixture(autouse=True)
def _programme() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        the_programme()
        yield


@pytest.fixture
def supplier() -> Supplier:
    return a_supplier(SIRET)


@pytest.fixture
def signed_in(client: Client, supplier: Supplier) -> Client:
    member = a_member(supplier)
    member.first_name, member.last_name = "Camille", "Durand"
    member.save()
    client.force_login(member)
    return client


def text_of(document: IssuedDocument) -> str:
    pages = pypdfium2.PdfDocument(draw(document))
    text = " ".join(page.get_textpage().get_text_bounded() for page in pages)
    return " ".join(text.split())


def test_pilot_reports_are_offered_where_pilots_are_asked_for() -> None:
    """Two imaging and town schemes, not DRIMbox; mandates are for all schemes at once."""
    found = {(kind, scheme.pk if scheme else "") for kind, scheme in offered()}
    assert {scheme for kind, scheme in found if kind == "pilot_report"} == {MDV, RIS}
    assert ("mandate", "") in found
    assert {scheme for kind, scheme in found if kind == "purchase_order"} == {MDV, RIS, DB}


@pytest.mark.pdf
@pytest.mark.parametrize("kind", SpecimenKind.values)
def test_every_statement_is_printed_once(kind: str) -> None:
    """The text of each mandatory statement is in the text of the page, word for word."""
    scheme = next(scheme for one, scheme in offered() if one == kind)
    text = text_of(issue_model(data=model_data(kind, scheme)))
    for statement in Statement.objects.binding(kind, scheme.pk if scheme else None):
        assert " ".join(statement.text.split()) in text


@pytest.mark.pdf
def test_what_is_signed_stands_on_one_page_with_its_text() -> None:
    """No page of signatures alone: only an order, with its lines, runs on a second one."""
    signed = [(kind, scheme) for kind, scheme in offered() if kind != "purchase_order"]
    lengths = {
        (kind, scheme): len(pypdfium2.PdfDocument(draw(issue_model(data=model_data(kind, scheme)))))
        for kind, scheme in signed
    }
    assert set(lengths.values()) == {1}, lengths


@pytest.mark.pdf
def test_a_statement_added_by_an_officer_is_printed() -> None:
    """A code the page does not know comes at its end; an inactive one disappears."""
    mandate = Statement.objects.get(kind="mandate", code="employe")
    Statement.objects.filter(pk=mandate.pk).update(is_active=False)
    Statement.objects.create(
        kind="mandate", code="duree", text="Le mandat vaut pour un an", source="Essai"
    )
    text = text_of(issue_model(data=model_data("mandate", None)))
    assert "Le mandat vaut pour un an" in text
    assert mandate.text not in text


@pytest.mark.pdf
def test_a_purchase_order_is_filled_with_the_request(supplier: Supplier) -> None:
    """Amounts, clients, identifiers and de minimis aid of the request, in French."""
    request = a_request(RIS)
    data = model_data(
        "purchase_order", Scheme.objects.get(pk=RIS), supplier=supplier, payload=request
    )
    text = text_of(issue_model(data=data, supplier=supplier))
    client = request["clients"][0]
    for words in (
        supplier.siret,
        request["referenceFournisseur"],
        "1 200,00 €",
        client["siren"],
        client["medecins"][0]["rpps"],
        client["etablissements"][0]["finessGeographique"],
        "30/06/2025",
    ):
        assert words in text


def test_the_same_blank_model_is_issued_once() -> None:
    """Until a statement changes: then the new content is another document."""
    tasks.issue_models()
    tasks.issue_models()
    assert IssuedDocument.objects.count() == len(offered())
    Statement.objects.filter(kind="mandate", code="employe").update(text="Autre texte")
    tasks.issue_models()
    assert IssuedDocument.objects.count() == len(offered()) + 1


def test_a_blank_model_is_downloaded_once_laid_out(client: Client) -> None:
    """Before, the page says to come back; no visitor's request ever lays out a page."""
    address = reverse("model_blank", args=["purchase-order", "ris"])
    assert client.get(address)["Location"] == reverse("model_list")
    tasks.issue_models()
    for document in IssuedDocument.objects.order_by("pk"):
        render_document(document.pk, lambda one: one.data["title"].encode())
    response: Any = client.get(address)
    assert b"Bon de commande" in response.content
    assert client.get(reverse("model_blank", args=["pilot-report", "drimbox"])).status_code == 404


def fill(client: Client, **data: Any) -> Any:
    return client.post(reverse("model_fill"), data, follow=True)


def test_a_supplier_fills_an_order_from_a_file(signed_in: Client) -> None:
    """The request is chosen by its reference; the document is addressed to the supplier."""
    file = SimpleUploadedFile(a_filename(RIS), a_file(RIS, requests=3))
    page = fill(signed_in, document="purchase_order", fichier=file, reference="REF-0002")
    document = IssuedDocument.objects.get()
    assert document.recipient_siret == SIRET
    assert document.data["order"]["reference"] == "REF-0002"
    assert document.data["supplier"]["representative"] == "Camille Durand"
    assert document.reference in page.content.decode()


def test_a_supplier_fills_a_mandate_from_its_own_data(signed_in: Client) -> None:
    """A mandate needs no solution and speaks of no scheme."""
    fill(signed_in, document="mandate")
    assert IssuedDocument.objects.get().data["scheme_code"] == ""


@pytest.mark.parametrize(
    ("reference", "content", "words"),
    [
        ("REF-9999", a_file(RIS), "Aucune demande de ce fichier"),
        ("", a_file(RIS, requests=[{"referenceFournisseur": "X"}]), "passez d’abord le fichier"),
        ("", b"{", "FIC-"),
    ],
)
def test_a_file_that_gives_no_order_says_why(
    signed_in: Client, reference: str, content: bytes, words: str
) -> None:
    file = SimpleUploadedFile(a_filename(RIS), content)
    page = fill(signed_in, document="purchase_order", fichier=file, reference=reference)
    assert words in page.content.decode()
    assert not IssuedDocument.objects.exists()


def test_solutions_offered_are_the_suppliers_own(signed_in: Client, supplier: Supplier) -> None:
    """Another editor's solution cannot be chosen, even by a forged form."""
    an_enrolment(supplier, a_request(RIS), RIS)
    stranger = a_supplier("73282932000074", "Concurrent")
    other = Solution.objects.create(scheme_id=RIS, editor=stranger, name="Autre", version="1")
    page = fill(signed_in, document="pilot_report", solution=other.pk)
    assert "Sélectionnez un choix valide" in page.content.decode()
    own = Solution.objects.get(editor=supplier)
    fill(signed_in, document="pilot_report", solution=own.pk)
    assert IssuedDocument.objects.get().data["solution"]["name"] == own.name
