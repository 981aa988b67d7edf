"""The deposit form: what it takes in, what it refuses, and how it says so."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.models import Supplier
from funding.actions import process_deposit
from funding.models import Deposit
from tests.builders import a_file, a_filename

from .screens import MDV, body, prepare, requests_of, uploaded

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def post(browser: Client, content: bytes, name: str | None = None, **extra: Any) -> Any:
    data = {"fichier": uploaded(content, name), "cle": str(uuid4()), **extra.pop("data", {})}
    return browser.post(reverse("deposit_new"), data, **extra)


def zipped() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("BDC.pdf", b"%PDF-1.7")
    return archive.getvalue()


BAD_FILES = {
    "not UTF-8": b'{"versionSchema": "1.0", "dispositif": "\xe9"}',
    "UTF-16": '{"versionSchema": "1.0"}'.encode("utf-16"),
    "truncated": a_file(MDV)[:-20],
    "a ZIP": zipped(),
    "a PDF": b"%PDF-1.7 ...",
    "blanks": b" \n\t ",
    "NUL": b"\x00" * 10,
    "NUL in a text": a_file(MDV).replace(b"REF-0001", b"REF\\u0000001"),
    "201 requests": a_file(MDV, requests=requests_of(MDV, 201)),
    "no request": a_file(MDV, requests=[]),
    "a number": b"12",
    "null": b"null",
    "deep": b"[" * 5000 + b"]" * 5000,
    "a lone surrogate": a_file(MDV).replace(b"REF-0001", b"REF-\\ud800"),
    "requests that are no objects": a_file(MDV, requests=[1, "deux", None, [], True]),
    "giant number": a_file(MDV).replace(b'"montantHT":', b'"montantHT":1' + b"0" * 400),
}


def test_a_file_taken_in_leads_to_its_live_page(browser: Client, supplier: Supplier) -> None:
    """The form answers at once by the page of the deposit, which waits to be treated."""
    response = post(browser, a_file(MDV))
    deposit = Deposit.objects.get()
    assert response.status_code == 302
    assert response["Location"] == reverse("deposit_detail", args=[deposit.key])
    assert (deposit.state, deposit.supplier, deposit.file_name) == (
        "received",
        supplier,
        a_filename(MDV),
    )


def test_htmx_is_told_to_leave_for_the_live_page(browser: Client) -> None:
    """A redirection inside an XMLHttpRequest would be swallowed: the header says where to go."""
    response = post(browser, a_file(MDV), **HTMX)
    assert response.status_code == 200
    assert response["HX-Redirect"] == reverse("deposit_detail", args=[Deposit.objects.get().key])


def test_a_double_click_makes_one_deposit(browser: Client) -> None:
    """The key of the form makes the second sending the same deposit."""
    data = {"cle": str(uuid4())}
    first = post(browser, a_file(MDV), data=data)
    second = post(browser, a_file(MDV), data=data)
    assert Deposit.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_the_former_page_with_another_file_makes_another_deposit(browser: Client) -> None:
    """Gone back to by the browser, it still bears the former key: the new file is not lost."""
    data = {"cle": str(uuid4())}
    post(browser, a_file(MDV), data=data)
    response = post(browser, a_file(MDV, requests=2), data=data)
    assert Deposit.objects.count() == 2
    assert data["cle"] not in response["Location"]


def test_another_suppliers_key_gives_nothing_of_it(browser: Client, rival: Client) -> None:
    """A key already taken by somebody else is not a key: a deposit of one's own is made."""
    data = {"cle": str(uuid4())}
    post(rival, a_file(MDV), data=data)
    response = post(browser, a_file(MDV), data=data)
    assert Deposit.objects.count() == 2
    assert data["cle"] not in response["Location"]


@pytest.mark.parametrize("extra", [{}, HTMX])
def test_an_empty_file_is_refused_at_the_door(browser: Client, extra: dict[str, str]) -> None:
    """The page stays, the field says why, nothing is stored."""
    response = post(browser, b"", **extra)
    assert response.status_code == 200
    assert "Le fichier est vide." in response.content.decode()
    assert 'aria-invalid="true"' in response.content.decode()
    assert not Deposit.objects.exists()


def test_a_file_too_big_is_refused_at_the_door(browser: Client, settings: Any) -> None:
    """The sizes found and allowed are both said."""
    settings.DEPOSIT_JSON_MAX_BYTES = 1024 * 1024
    page = post(browser, b" " * (2 * 1024 * 1024)).content.decode()
    assert "trop gros" in page
    assert "2,0 Mio, pour 1,0 Mio" in page
    assert not Deposit.objects.exists()


def test_no_file_at_all(browser: Client) -> None:
    """A form sent without a file keeps the page and says what to do."""
    response = browser.post(reverse("deposit_new"), {})
    assert "Choisissez le fichier JSON" in response.content.decode()


@pytest.mark.parametrize("case", BAD_FILES)
def test_no_bad_file_breaks_the_screens(browser: Client, supplier: Supplier, case: str) -> None:
    """Whatever is inside, the deposit is taken in, treated, and its page and exports explain."""
    prepare(supplier, MDV, requests_of(MDV, 1))
    assert post(browser, BAD_FILES[case]).status_code == 302
    deposit = Deposit.objects.get()
    assert process_deposit(deposit.pk)
    page = browser.get(reverse("deposit_detail", args=[deposit.key]))
    assert page.status_code == 200
    text = page.content.decode()
    assert "FIC-" in text or "STR-" in text
    for name in ("deposit_csv", "deposit_json", "deposit_file"):
        download = browser.get(reverse(name, args=[deposit.key]))
        assert download.status_code == 200
        assert body(download)


@pytest.mark.parametrize(
    "name",
    ["bon.json", "é" * 200 + ".json", "=cmd|' /C calc'!A0.json", "a\tb.json", "sans-suffixe"],
)
def test_no_bad_name_breaks_the_screens(browser: Client, name: str) -> None:
    """A name that breaks the rule is explained by the report (FIC-030)."""
    assert post(browser, a_file(MDV), name).status_code == 302
    deposit = Deposit.objects.get()
    process_deposit(deposit.pk)
    page = browser.get(reverse("deposit_detail", args=[deposit.key])).content.decode()
    assert "FIC-030" in page


def test_the_form_says_until_when(browser: Client, supplier: Supplier) -> None:
    """The closing of each scheme of the supplier stands beside the form, and what hour counts."""
    prepare(supplier, MDV, requests_of(MDV, 1))
    page = browser.get(reverse("deposit_new")).content.decode()
    assert "16/12/2026" in page
    assert "L’heure qui compte est celle de la réception complète" in page


def test_a_reader_may_not_deposit(reader: Client) -> None:
    """Reading is not depositing."""
    assert reader.get(reverse("deposit_new")).status_code == 403
    assert post(reader, a_file(MDV)).status_code == 403
    assert not Deposit.objects.exists()
