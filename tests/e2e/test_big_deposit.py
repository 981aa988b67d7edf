"""Two hundred requests with their signed documents, from the choice of the files to the report."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from enrolment.models import User
from funding.actions import documents, process_deposit
from funding.actions.paper import issue_model
from funding.demo.papers import a_pdf, a_scan, a_zip, documents_of, order_lines
from funding.demo.seals import altered, signed, signer
from funding.models import Deposit
from funding.report.paper import model_data
from segur_portal.common import clock
from segur_portal.common.models import Scheme, Statement
from tests.bench.documents import heavy
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.documents.hostile_pdfs import _encrypted
from tests.factories import A_DAY, a_base, a_member, a_supplier, an_enrolment, the_programme

from .conftest import OpenPage
from .test_deposit_journey import looks_right_everywhere

RIS = "SONS-IMG-RIS-Va2"
COUNT = 200
ALTERED, SCAN, ENCRYPTED, MISSING, MISNAMED = 11, 21, 31, 41, 51
PAUSE = 120
pytestmark = pytest.mark.usefixtures("transactional_db")
_RECORD = """() => {
    window.told = [];
    const text = document.querySelector("[data-progress-text]");
    new MutationObserver(() => window.told.push(text.textContent))
        .observe(text, {childList: true, characterData: true, subtree: true});
    const keep = () => sessionStorage.setItem("told", window.told.join("|"));
    document.addEventListener("htmx:beforeOnLoad", keep);
}"""


@pytest.fixture
def requests(transactional_db: None) -> list[Any]:
    requests = [a_request(RIS, number=number) for number in range(1, COUNT + 1)]
    for request in requests:
        request["bonDeCommande"]["typeSignature"] = "MANUSCRITE"
    return requests


@pytest.fixture
def user(requests: list[Any], settings: Settings) -> User:
    settings.DEMONSTRATION = True
    the_programme()
    Scheme.objects.filter(pk=RIS).update(requires_documents=True)
    Statement.objects.update(is_active=False)
    clock.move_to(A_DAY)
    supplier = a_supplier(SIRET, "Atelier d’imagerie")
    an_enrolment(supplier, requests[0], RIS)
    a_base(RIS, requests)
    return a_member(supplier)


def papers(requests: list[Any], layout: str) -> dict[str, bytes]:
    """Right documents, as heavy as scanned ones, but for five requests."""
    files = {
        name: heavy(paper)
        for request in requests
        for name, paper in documents_of(request, "AVANCE", layout).items()
    }
    names = [request["bonDeCommande"]["nomFichier"] for request in requests]
    lines = [order_lines(request, (), layout) for request in requests]
    files[names[ALTERED - 1]] = altered(signed(a_pdf(lines[ALTERED - 1]), signer()))
    files[names[SCAN - 1]] = a_scan(lines[SCAN - 1])
    files[names[ENCRYPTED - 1]] = _encrypted(user="x", owner="y")
    del files[names[MISSING - 1]]
    files[names[MISNAMED - 1].lower()] = files.pop(names[MISNAMED - 1])
    return files


def choose(page: Page, requests: list[Any], folder: Path) -> None:
    """The JSON file and two ZIP files."""
    # Signing runs a loop of its own, which the browser's thread has already.
    model = issue_model(data=model_data("purchase_order", Scheme.objects.get(pk=RIS)))
    with ThreadPoolExecutor(1) as other:
        files = list(other.submit(papers, requests, model.reference).result().items())
    halves = {"bons-1.zip": files[: COUNT // 2], "bons-2.zip": files[COUNT // 2 :]}
    for name, half in halves.items():
        (folder / name).write_bytes(a_zip(half))
    (folder / a_filename(RIS)).write_bytes(a_file(RIS, requests=requests))
    page.locator("#id_documents").set_input_files([folder / name for name in halves])
    page.locator("#id_fichier").set_input_files(folder / a_filename(RIS))


class Reading:
    """A worker that stops in the middle of the documents until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gate, self.half = threading.Event(), threading.Event()
        self.count, self.read_one = 0, documents._read_one
        self.thread: threading.Thread | None = None
        monkeypatch.setattr(documents, "_read_one", self.read)

    def read(self, *args: Any) -> None:
        if self.count == PAUSE:
            self.half.set()
            assert self.gate.wait(120)
        self.count += 1
        self.read_one(*args)

    def begin(self, deposit_id: int) -> None:
        def work() -> None:
            try:
                process_deposit(deposit_id)
            finally:
                connection.close()

        self.thread = threading.Thread(target=work)
        self.thread.start()
        assert self.half.wait(120)

    def go_on(self) -> None:
        assert self.thread
        self.gate.set()
        self.thread.join(120)


def test_two_hundred_requests_with_their_documents(
    open_page: OpenPage,
    user: User,
    requests: list[Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Checked before sending, sent with a progress, waited for, read with a progress, judged one
    by one: each fault of a document is told apart in words."""
    woken: list[int] = []
    monkeypatch.setattr("funding.actions.complete.wake_worker", woken.append)
    reading = Reading(monkeypatch)
    page = open_page(reverse("deposit_new"), user=user)
    choose(page, requests, tmp_path)
    missing, misnamed = (
        requests[rank - 1]["bonDeCommande"]["nomFichier"] for rank in (MISSING, MISNAMED)
    )
    checks = page.locator("[data-checks]")
    expect(checks).to_contain_text("198 documents sur 200 attendus")
    expect(checks).to_contain_text(f"« {misnamed.lower()} » doit s’appeler « {misnamed} »")
    expect(checks).to_contain_text(f"{missing} (demande n° {MISSING})")
    looks_right_everywhere(page)

    page.evaluate(_RECORD)
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.get_by_role("heading", name="Non déposé : il manque 2")).to_be_visible(
        timeout=60_000
    )
    told = page.evaluate("sessionStorage.getItem('told')").split("|")
    assert any(re.search(r"^[\d,]+ Mio sur 5\d(,\d)? Mio envoyés…$", one) for one in told), told
    assert "Tout est envoyé" in told[-1]
    rows = page.locator("section[aria-labelledby=manquants] tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text(missing)
    expect(rows.nth(1)).to_contain_text(f"Reçu sous un autre nom, « {misnamed.lower()} »")
    expect(page.locator("[data-countdown]")).to_contain_text("encore")
    looks_right_everywhere(page)

    page.get_by_role("link", name="Déposer sans ces pièces").click()
    looks_right_everywhere(page)
    page.get_by_role("button", name="Déposer maintenant").click()
    expect(page.get_by_role("heading", name="Reçu, en attente de traitement")).to_be_visible()
    reading.begin(woken[0])
    expect(page.get_by_text(f"{PAUSE} documents lus sur 198")).to_be_visible()
    looks_right_everywhere(page)
    reading.go_on()
    expect(page.get_by_role("heading", name="Compte rendu")).to_be_visible(timeout=60_000)
    expect(page.locator(".portal-legend")).to_contain_text("KO : 3")
    expect(page.locator(".portal-grid > li")).to_have_count(COUNT)
    said = {
        ALTERED: "La signature électronique du bon de commande",
        SCAN: "est numérisé : il sera contrôlé à l’œil",
        ENCRYPTED: "protégé",
        MISSING: "n’est dans aucun ZIP du dépôt",
        MISNAMED: f"un fichier « {misnamed.lower()} » lui ressemble",
    }
    for rank, words in said.items():
        expect(page.locator(f"#demande-{rank}")).to_contain_text(words)
    looks_right_everywhere(page)
    deposit = Deposit.objects.get()
    assert (deposit.integrated_count, deposit.alert_count, deposit.ko_count) == (197, 2, 3)


def test_names_used_before_and_a_zip_first(
    open_page: OpenPage, user: User, requests: list[Any], tmp_path: Path
) -> None:
    """A name of an integrated deposit is refused before sending, with a free one; a ZIP sent alone
    waits for its JSON file, and the pieces added make the deposit."""
    from tests.flows.test_incomplete_deposit import started

    few = requests[:3]
    first = started(user, few[:1], ("bons.zip", a_zip(documents_of(few[0], "AVANCE"))))
    assert process_deposit(first.pk)
    page = open_page(reverse("deposit_new"), user=user, width=390)
    files = [pair for one in few[1:] for pair in documents_of(one, "AVANCE").items()]
    for name in ("bons.zip", "suite.zip"):
        (tmp_path / name).write_bytes(a_zip(files))
    page.locator("#id_documents").set_input_files(tmp_path / "bons.zip")
    expect(page.locator("[data-checks]")).to_contain_text("par exemple « bons-002.zip »")
    page.locator("#id_documents").set_input_files(tmp_path / "suite.zip")
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(
        page.get_by_role("heading", name="Non déposé : il manque le fichier JSON")
    ).to_be_visible()
    looks_right_everywhere(page)
    page.goto(reverse("dashboard"))
    expect(
        page.get_by_role("heading", name="n’est pas déposé : il manque le fichier JSON")
    ).to_be_visible()
    looks_right_everywhere(page)
    page.get_by_role("link", name="Compléter le dépôt").click()
    name = a_filename(RIS, number=2)
    (tmp_path / name).write_bytes(a_file(RIS, requests=few[1:]))
    page.locator("#id_fichier").set_input_files(tmp_path / name)
    page.get_by_role("button", name="Ajouter au dépôt").click()
    expect(page.get_by_role("heading", name="Reçu, en attente de traitement")).to_be_visible()
