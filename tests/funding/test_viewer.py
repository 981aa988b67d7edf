"""A document beside the data: found values marked in both, the same page for both sides."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from enrolment.actions import sync_groups
from enrolment.models import Supplier, User
from funding.actions import process_deposit, receive_deposit
from funding.demo.papers import a_pdf, a_scan, a_zip, order_lines
from funding.documents import Reader
from funding.models import Deposit, DepositDocument, FundingRequest
from segur_portal.common.models import StoredFile
from tests.builders import a_file, a_filename
from tests.factories import an_officer

from .screens import RIS, prepare, requests_of

pytestmark = pytest.mark.django_db
HIDDEN = "une mention que le document ne porte pas"


@pytest.fixture
def deposit(supplier: Supplier, member: User) -> Deposit:
    """Three orders: a text that shows everything, a scan, a text without the amount."""
    caches["pages"].clear()
    requests = requests_of(RIS, 3)
    prepare(supplier, RIS, requests)
    texts = [order_lines(request) for request in requests]
    names = [request["bonDeCommande"]["nomFichier"] for request in requests]
    silent = [line for line in texts[2] if "Montant TTC" not in line]
    pages = [*texts[0], *[""] * 60, "Page d’annexe <b>"]
    files = {names[0]: a_pdf(pages), names[1]: a_scan(texts[1]), names[2]: a_pdf(silent)}
    received = receive_deposit(
        supplier=supplier,
        user=member,
        content=BytesIO(a_file(RIS, requests=requests)),
        name=a_filename(RIS),
        archives=[ContentFile(a_zip(files), name="bons.zip")],
    )
    assert process_deposit(received.pk)
    return received


def document(deposit: Deposit, rank: int) -> DepositDocument:
    return list(deposit.documents.select_related("file").order_by("name"))[rank - 1]


def address(one: DepositDocument, name: str = "deposit_reading", *more: int) -> str:
    assert one.file
    return reverse(name, args=[one.deposit.key, one.file.key, *more])


def inside(html: str) -> str:
    """The viewer alone."""
    return html.split('class="viewer"')[1].split("</main>")[0]


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_found_values_are_linked_both_ways(browser: Client, deposit: Deposit) -> None:
    """Each row leads to its mark on the page, each mark back to its row."""
    html = browser.get(address(document(deposit, 1))).content.decode()
    siren = FundingRequest.objects.get(position=1).payload["clients"][0]["siren"]
    assert siren in html
    ids = set(re.findall(r'\bid="([^"]+)"', html))
    marks = re.findall(r'id="(d\d+-v\d+-p1)"', html)
    links = re.findall(r'class="viewer-link" href="#([^"]+)"', html)
    backs = re.findall(r'class="viewer-mark" href="#([^"]+)"', html)
    assert marks
    assert set(links) <= ids
    assert set(backs) <= ids
    assert set(marks) <= set(links)
    assert "trouvé page 1" in plain(html)
    assert "<script" not in inside(html)


def test_a_missing_value_and_a_scan_are_told_apart(browser: Client, deposit: Deposit) -> None:
    """« non trouvé » where a text lacks it; « vérification manuelle » where there is no text."""
    missing = plain(browser.get(address(document(deposit, 3))).content.decode())
    assert re.search(r"Montant TTC [\d ,]+ € non trouvé", missing)
    scan = browser.get(address(document(deposit, 2))).content.decode()
    assert "numérisé" in scan
    assert "trouvé page" not in plain(scan)
    assert "viewer-row--missing" not in scan
    rows = scan.count('class="viewer-row viewer-row--manual"')
    assert rows == scan.count('class="viewer-row ') > 5


def test_pages_are_pictures_drawn_once(
    browser: Client, deposit: Deposit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn by a process of its own at the first look, then kept; never past the last page."""
    one = document(deposit, 1)
    drawn: list[int] = []
    whole = Reader.draw

    def counted(self: Reader, path: Any, page: int) -> Any:
        drawn.append(page)
        return whole(self, path, page)

    monkeypatch.setattr(Reader, "draw", counted)
    for number in (1, 2, 1):
        response = browser.get(address(one, "deposit_page", number))
        picture = Image.open(BytesIO(response.content))
        assert (picture.format, picture.size[0] > 1000) == ("JPEG", True)
        assert response["Content-Type"] == "image/jpeg"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in response["Cache-Control"]
        assert "sandbox" in response["Content-Security-Policy"]
    assert drawn == [1, 2]
    assert browser.get(address(one, "deposit_page", 3)).status_code == 404
    assert browser.get(address(one, "deposit_page", 0)).status_code == 404


def test_the_text_is_an_alternative(browser: Client, deposit: Deposit) -> None:
    """The extracted text, its found values marked, what it says escaped."""
    html = browser.get(address(document(deposit, 1)) + "?texte=1").content.decode()
    assert "<mark>" in html
    assert "Page d’annexe &lt;b&gt;" in html
    assert "<img src" not in inside(html)
    scan = browser.get(address(document(deposit, 2)) + "?texte=1").content.decode()
    assert "Aucun texte n’a pu être extrait" in scan


@pytest.mark.parametrize("name", ["deposit_reading", "deposit_page"])
def test_another_supplier_finds_nothing(rival: Client, deposit: Deposit, name: str) -> None:
    """Neither the page nor its pictures exist for it."""
    more = [1] if name == "deposit_page" else []
    assert rival.get(address(document(deposit, 1), name, *more)).status_code == 404


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("waiting", "attend son analyse antivirus"),
        ("impossible", "attend son analyse antivirus"),
        ("infected", "infecté"),
        ("skipped", "n’a pas été analysé"),
    ],
)
def test_nothing_opens_before_it_is_found_clean(
    browser: Client, deposit: Deposit, settings: Any, state: str, said: str
) -> None:
    """The page says why; neither the pictures, nor the text, nor the original open, even when a
    picture was drawn before."""
    settings.ANTIVIRUS_REQUIRED = True
    one = document(deposit, 1)
    assert one.file
    StoredFile.objects.filter(pk=one.file.pk).update(scan_state="clean")
    assert browser.get(address(one, "deposit_page", 1)).status_code == 200
    StoredFile.objects.filter(pk=one.file.pk).update(scan_state=state)
    for more in ("", "?texte=1"):
        html = browser.get(address(one) + more).content.decode()
        assert said in html
        assert "<img src" not in inside(html)
        assert "télécharger l’original" not in html.lower()
    assert browser.get(address(one, "deposit_page", 1)).status_code == 403
    assert browser.get(address(one, "deposit_document")).status_code == 403


def test_the_officer_sees_the_same(client: Client, browser: Client, deposit: Deposit) -> None:
    """On the request's page and on the document's: the same rows, the same marks."""
    one = document(deposit, 1)
    theirs = browser.get(address(one)).content.decode()
    officer = Client()
    officer.force_login(an_officer())
    sync_groups()
    asp = officer.get(reverse("admin:funding_depositdocument_change", args=[one.pk]))
    html = asp.content.decode()
    rows = re.compile(r'<li id="(d\d+-[ve]\d+)" class="viewer-row viewer-row--(\w+)"')
    assert rows.findall(html) == rows.findall(theirs) != []
    picture = reverse("admin:funding_depositdocument_page", args=[one.pk, 1])
    assert picture in html
    assert officer.get(picture)["Content-Type"] == "image/jpeg"
    assert (
        officer.get(reverse("admin:funding_depositdocument_page", args=[0, 1])).status_code == 404
    )
    request = FundingRequest.objects.get(position=1)
    page = officer.get(reverse("admin:funding_fundingrequest_change", args=[request.pk]))
    assert rows.findall(page.content.decode()) == rows.findall(html)


def test_an_officer_of_other_schemes_sees_nothing(deposit: Deposit) -> None:
    """As for the request itself."""
    officer = Client()
    officer.force_login(an_officer("SONS-MDV-LGC-Va2"))
    sync_groups()
    picture = reverse("admin:funding_depositdocument_page", args=[document(deposit, 1).pk, 1])
    assert officer.get(picture).status_code == 404


def test_the_supplier_sees_it_before_the_officer_acts(browser: Client, deposit: Deposit) -> None:
    """As soon as the deposit is judged, from the page of the request."""
    one = FundingRequest.objects.get(position=1)
    assert one.state == "to_instruct"
    html = browser.get(reverse("request_detail", args=[one.number])).content.decode()
    assert address(document(deposit, 1)) in html


def test_a_file_changed_since_is_not_shown(browser: Client, deposit: Deposit) -> None:
    """Pages are drawn from the bytes received, verified."""
    one = document(deposit, 1)
    assert one.file
    with one.file.content.storage.open(str(one.file.content.name), "wb") as stored:
        stored.write(b"%PDF-1.7 autre")
    with pytest.raises(OSError, match="empreinte"):
        browser.get(address(one, "deposit_page", 1))
