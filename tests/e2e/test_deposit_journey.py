"""The main journey: deposit, watch the verdicts, correct, deposit again, find a request."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from django.urls import reverse
from playwright.sync_api import FilePayload, Page, expect
from pytest_django import Settings

from enrolment.models import User
from segur_portal.common import clock
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import (
    A_DAY,
    PASSWORD,
    a_base,
    a_member,
    a_supplier,
    an_enrolment,
    the_programme,
)

from .conftest import OpenPage
from .looks import WIDTHS, assert_looks_right
from .worker import worker

__all__ = ["worker"]
RIS = "SONS-IMG-RIS-Va2"
LONG_NAME = (
    "Groupement d’intérêt économique de radiologie, de scanographie et d’imagerie par résonance "
    "magnétique nucléaire du Pays de Saint-Quentin-en-Yvelines"
)
REQUESTS = 60
pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def requests(transactional_db: None) -> list[Any]:
    """Sixty good requests; one client has the longest name the format takes."""
    assert 140 < len(LONG_NAME) <= 150
    requests = [a_request(RIS, number=number) for number in range(1, REQUESTS + 1)]
    requests[0]["clients"][0]["nomStructure"] = LONG_NAME
    return requests


@pytest.fixture
def user(requests: list[Any], settings: Settings) -> User:
    """The legal representative of an enrolled supplier, whose clients are all eligible."""
    settings.DEMONSTRATION = True
    the_programme()
    clock.move_to(A_DAY)
    supplier = a_supplier(SIRET, "Atelier d’imagerie")
    an_enrolment(supplier, requests[0], RIS)
    a_base(RIS, requests)
    return a_member(supplier)


def choose(page: Page, content: bytes, name: str) -> None:
    file: FilePayload = {"name": name, "mimeType": "application/json", "buffer": content}
    page.locator("#id_fichier").set_input_files(file)


def deposit(page: Page, content: bytes, name: str) -> None:
    """Deposit a file by the form, and wait for its report."""
    page.goto(reverse("deposit_new"))
    choose(page, content, name)
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("^Dépôt DEP-"))).to_be_visible()
    expect(page.get_by_role("heading", name="Compte rendu")).to_be_visible(timeout=60_000)


def looks_right_everywhere(page: Page) -> None:
    """At both widths, whatever the one of the journey."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert_looks_right(page)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})


def spoiled(requests: list[Any]) -> list[Any]:
    """The same requests, three of which are wrong: structure, eligibility, amount."""
    wrong: list[Any] = orjson.loads(orjson.dumps(requests))
    wrong[3]["clients"][0]["aideMinimisPercue"] = "vrai"
    wrong[20]["clients"][0]["siren"] = "123456782"
    wrong[40]["bonDeCommande"]["montantTTC"] = 1200.5
    return wrong


def corrected(content: bytes, requests: list[Any]) -> bytes:
    """The correction file, once its requests are written right."""
    payload = orjson.loads(content)
    right = {one["referenceFournisseur"]: one for one in requests}
    payload["demandes"] = [right[one["referenceFournisseur"]] for one in payload["demandes"]]
    return orjson.dumps(payload)


def test_a_file_is_judged_corrected_and_deposited_again(
    open_page: OpenPage, user: User, requests: list[Any], worker: None
) -> None:
    """From signing in to the page of a request, through the broker and a real worker."""
    page = open_page(reverse("account_login"))
    page.get_by_label("Adresse électronique").fill(user.email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    page.get_by_role("link", name="Déposer un fichier").click()
    looks_right_everywhere(page)

    deposit(page, a_file(RIS, requests=spoiled(requests)), a_filename(RIS))
    expect(page.locator(".portal-legend")).to_contain_text("KO : 3")
    expect(page.locator(".portal-grid > li")).to_have_count(REQUESTS)
    looks_right_everywhere(page)

    page.get_by_label("Verdict").select_option("ko")
    expect(page).to_have_url(re.compile(r"verdict=ko"))
    expect(page.locator(".portal-entry")).to_have_count(3)
    eligibility = page.locator("#demande-21")
    for fact in ("Où", "Trouvé", "Attendu", "Que faire", "ELI-001", "123456782"):
        expect(eligibility).to_contain_text(fact)
    first = page.url.partition("?")[0]

    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Fichier à corriger")).first.click()
    name = download.value.suggested_filename
    assert name == a_filename(RIS, number=2)
    deposit(page, corrected(download.value.path().read_bytes(), requests), name)
    expect(page.get_by_role("heading", name="Aucune demande à corriger")).to_be_visible()
    looks_right_everywhere(page)

    page.goto(first)
    expect(page.get_by_text("étaient KO et ont été déposées de nouveau")).to_be_visible()
    looks_right_everywhere(page)

    search = page.get_by_role("search", name="Dans vos dossiers")
    search.get_by_role("searchbox").fill(requests[0]["clients"][0]["siren"])
    search.get_by_role("button", name="Rechercher").click()
    expect(page.locator("#contenu").get_by_role("link", name=re.compile("^RIS-A-"))).to_be_visible()
    page.wait_for_load_state()
    looks_right_everywhere(page)
    page.locator("#contenu").get_by_role("link", name=re.compile("^RIS-A-")).click()
    expect(page.get_by_role("heading", name="Pourquoi ce montant")).to_be_visible()
    expect(page.get_by_role("heading", name="Historique")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dossier RIS-A-")
    looks_right_everywhere(page)


def test_the_live_page_waits_and_survives_the_tab(
    open_page: OpenPage, user: User, requests: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While no worker takes it, the page says so; another tab finds the report once it is there,
    and the first one shows it without being reloaded."""
    woken: list[int] = []
    monkeypatch.setattr("funding.actions.receive.wake_worker", woken.append)
    page = open_page(reverse("deposit_new"), user=user)
    choose(page, a_file(RIS, requests=requests[:5]), a_filename(RIS))
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.get_by_role("heading", name="Reçu, en attente de traitement")).to_be_visible()
    looks_right_everywhere(page)
    page.evaluate("window.stillTheSamePage = true")
    from funding.actions import process_deposit

    assert process_deposit(woken[0])
    expect(page.get_by_role("heading", name="Aucune demande à corriger")).to_be_visible()
    assert page.evaluate("window.stillTheSamePage")
    other = open_page(page.url, user=user, width=390)
    expect(other.locator(".portal-grid > li")).to_have_count(5)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", a_filename(RIS), "vide"),
        (b"{" + b" " * 11 * 1024 * 1024, a_filename(RIS), "trop gros"),
        (b"PK\x03\x04", "commandes.zip", "Le nom ne suit pas la règle"),
    ],
    ids=["empty", "too large", "wrong extension"],
)
def test_what_seems_wrong_is_said_before_sending(
    open_page: OpenPage, user: User, content: bytes, name: str, said: str
) -> None:
    """The form looks at the file as soon as it is chosen, and the portal says so again."""
    page = open_page(reverse("deposit_new"), user=user)
    choose(page, content, name)
    expect(page.locator("[data-checks]")).to_contain_text(said)
    looks_right_everywhere(page)


def test_a_file_is_dropped_on_the_frame(
    open_page: OpenPage, user: User, requests: list[Any]
) -> None:
    """Dragged from the desk, the file is chosen and what it holds is said."""
    page = open_page(reverse("deposit_new"), user=user)
    content = a_file(RIS, requests=requests[:2]).decode()
    transfer = page.evaluate_handle(
        """([content, name]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([content], name, {type: "application/json"}));
            return transfer;
        }""",
        [content, a_filename(RIS)],
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": transfer})
    expect(page.locator("[data-checks]")).to_contain_text("2 demandes")
