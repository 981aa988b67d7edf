"""The page of an incomplete deposit: what is missing, adding it, no more waiting."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enrolment.models import Supplier
from funding.demo.papers import a_zip, documents_of
from funding.models import Deposit
from segur_portal.common.models import Scheme
from tests.builders import a_file

from .screens import MDV, prepare, requests_of, treated, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def requests(supplier: Supplier) -> list[Any]:
    requests = requests_of(MDV, 3)
    prepare(supplier, MDV, requests)
    return requests


@pytest.fixture
def deposit(browser: Client, requests: list[Any]) -> Deposit:
    """Three requests, the documents of one."""
    Scheme.objects.update(requires_documents=True)
    data = {
        "fichier": uploaded(a_file(MDV, requests=requests)),
        "documents": zipped("a.zip", requests[0]),
        "cle": str(uuid4()),
    }
    assert browser.post(reverse("deposit_new"), data).status_code == 302
    return Deposit.objects.get()


def zipped(name: str, *requests: Any) -> SimpleUploadedFile:
    files = [pair for one in requests for pair in documents_of(one, "AVANCE").items()]
    return SimpleUploadedFile(name, a_zip(files), "application/zip")


def page_of(browser: Client, deposit: Deposit) -> str:
    return browser.get(reverse("deposit_detail", args=[deposit.key])).content.decode()


def test_the_page_names_what_is_missing_and_until_when(browser: Client, deposit: Deposit) -> None:
    """By request, in red, with the deadline; the ZIP that is there may be withdrawn."""
    page = page_of(browser, deposit)
    assert "Non déposé" in page
    assert "il manque 2\u00a0documents" in page or "il manque 2 documents" in page
    for fact in ("BDC_REF-0002.pdf", "BDC_REF-0003.pdf", "a.zip", "data-countdown"):
        assert fact in page
    assert "BDC_REF-0001.pdf" not in page


def test_it_stands_first_everywhere(
    browser: Client, supplier: Supplier, deposit: Deposit, requests: list[Any]
) -> None:
    """Before later deposits, in the list and on the dashboard, where it is a duty."""
    Scheme.objects.update(requires_documents=False)
    user = supplier.memberships.get(user=deposit.deposited_by).user
    later = treated(supplier, user, requests, number=2)
    for name in ("deposit_list", "dashboard"):
        page = browser.get(reverse(name)).content.decode()
        table = page[page.index("<tbody>") :]
        assert table.index(deposit.number) < table.index(later.number)
    assert "n’est pas déposé" in page


def test_the_missing_pieces_are_added(
    browser: Client, deposit: Deposit, requests: list[Any]
) -> None:
    """The page comes back with what is left, then with a deposit received."""
    address = reverse("deposit_pieces", args=[deposit.key])
    assert browser.post(address, {"documents": zipped("b.zip", requests[1])}).status_code == 302
    assert "BDC_REF-0002.pdf" not in page_of(browser, deposit)
    browser.post(address, {"documents": zipped("c.zip", requests[2])})
    deposit.refresh_from_db()
    assert deposit.state == "received"


def test_what_is_refused_is_said_beside_its_field(browser: Client, deposit: Deposit) -> None:
    """A wrong name, no file at all, a JSON that cannot be read: nothing changes."""
    address = reverse("deposit_pieces", args=[deposit.key])
    wrong = browser.post(address, {"documents": zipped("é.zip")}).content.decode()
    assert "ne suit pas la règle" in wrong
    assert "BDC_REF-0002.pdf" in wrong
    assert "Choisissez" in browser.post(address, {}).content.decode()
    broken = browser.post(address, {"fichier": uploaded(b"{")}, HTTP_HX_REQUEST="true")
    assert "JSON" in broken.content.decode()
    assert deposit.archives.count() == 1


def test_a_zip_is_withdrawn(browser: Client, deposit: Deposit) -> None:
    """Its documents are missing again."""
    archive = deposit.archives.get()
    browser.post(reverse("deposit_withdraw", args=[deposit.key, archive.pk]))
    assert not deposit.archives.exists()
    assert "BDC_REF-0001.pdf" in page_of(browser, deposit)


@pytest.mark.parametrize(
    ("name", "state", "said"),
    [("deposer", "received", "DOC-001"), ("abandonner", "abandoned", "pourront servir")],
)
def test_no_more_waiting_is_confirmed_first(
    browser: Client, deposit: Deposit, name: str, state: str, said: str
) -> None:
    """A page says what will happen; then it is done, and the other pages say so."""
    address = reverse("deposit_giving", args=[deposit.key, name])
    assert said in browser.get(address).content.decode()
    assert browser.post(address).status_code == 302
    deposit.refresh_from_db()
    assert deposit.state == state
    assert page_of(browser, deposit)
    assert browser.get(address).status_code == 302
    assert browser.get(reverse("deposit_list")).status_code == 200


def test_a_reader_sees_and_does_nothing(reader: Client, deposit: Deposit) -> None:
    """No form, and none is taken."""
    assert "Ajouter au dépôt" not in page_of(reader, deposit)
    assert reader.post(reverse("deposit_pieces", args=[deposit.key])).status_code == 403


def test_documents_before_the_json(browser: Client, supplier: Supplier) -> None:
    """Every screen bears a deposit whose JSON file is awaited."""
    prepare(supplier, MDV, requests_of(MDV, 1))
    data = {"documents": zipped("a.zip", *requests_of(MDV, 1)), "cle": str(uuid4())}
    assert browser.post(reverse("deposit_new"), data).status_code == 302
    deposit = Deposit.objects.get()
    assert "il manque le fichier JSON" in page_of(browser, deposit)
    for name in ("deposit_list", "dashboard"):
        assert "le fichier JSON" in browser.get(reverse(name)).content.decode()
    assert browser.get(reverse("deposit_file", args=[deposit.key])).status_code == 404
