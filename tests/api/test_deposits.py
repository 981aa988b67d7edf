"""Depositing, following and reading by the API: the same as by the site."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enrolment.models import Supplier
from funding.actions import process_deposit
from funding.models import Deposit, FundingRequest, SimulationLog
from segur_portal.common.actions import read_file
from tests.api.conftest import Software
from tests.builders import a_file, a_filename
from tests.funding.screens import prepare, requests_of

MDV = "SONS-MDV-LGC-Va2"


@pytest.fixture
def erp(supplier: Supplier, software: Software) -> Client:
    return software(supplier)


def post_raw(client: Client, content: bytes, name: str | None = None, **headers: str) -> Any:
    return client.post(
        reverse("api_deposits"),
        content,
        content_type="application/json",
        headers={"x-nom-fichier": name or a_filename(MDV), **headers},
    )


def treated(client: Client, supplier: Supplier, count: int = 3, ko: int = 1) -> Deposit:
    """A deposit by the API, treated: its first requests are KO."""
    requests = requests_of(MDV, count, ko=range(1, ko + 1))
    prepare(supplier, MDV, requests_of(MDV, count))
    response = post_raw(client, a_file(MDV, requests=requests))
    assert response.status_code == 202
    deposit = Deposit.objects.get(key=response.json()["cle"])
    assert process_deposit(deposit.pk)
    deposit.refresh_from_db()
    return deposit


def test_a_file_alone_in_the_body(erp: Client, supplier: Supplier) -> None:
    """Stored, acknowledged, and followed at the address of the answer."""
    response = post_raw(erp, a_file(MDV))
    deposit = Deposit.objects.of(supplier).get()
    assert response.status_code == 202
    assert response["Location"] == reverse("api_deposit", args=[deposit.key])
    assert (response.json()["etat"], response.json()["estTermine"]) == ("received", False)
    assert deposit.file_name == a_filename(MDV)
    assert read_file(deposit.file) == a_file(MDV)
    assert erp.get(response["Location"]).json() == response.json()


def test_a_file_in_a_form(erp: Client) -> None:
    """As a browser or curl sends it."""
    upload = SimpleUploadedFile(a_filename(MDV), a_file(MDV), "application/json")
    response = erp.post(reverse("api_deposits"), {"fichier": upload})
    assert response.status_code == 202
    assert Deposit.objects.get().file_name == a_filename(MDV)


def test_the_name_in_content_disposition(erp: Client) -> None:
    """The usual header of a file works too; a path in it is dropped."""
    response = erp.post(
        reverse("api_deposits"),
        a_file(MDV),
        content_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="../x/{a_filename(MDV)}"'},
    )
    assert response.status_code == 202
    assert Deposit.objects.get().file_name == a_filename(MDV)


def test_the_same_key_makes_one_deposit(erp: Client) -> None:
    """Sent again after a cut, it gives back the first deposit (200)."""
    key = str(uuid4())
    first = post_raw(erp, a_file(MDV), **{"idempotency-key": key})
    again = post_raw(erp, a_file(MDV), **{"idempotency-key": key})
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json()
    assert Deposit.objects.count() == 1


def test_a_key_reused_for_another_file_is_refused(erp: Client) -> None:
    """Answering with the first deposit would let the second file be lost without a word."""
    key = str(uuid4())
    post_raw(erp, a_file(MDV), **{"idempotency-key": key})
    response = post_raw(erp, a_file(MDV, requests=2), **{"idempotency-key": key})
    assert response.status_code == 422
    assert response.json()["code"] == "API-CLE"
    assert Deposit.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "headers", "expected"),
    [
        (b"", {}, (400, "FIC-001")),
        (b" " * (1024 * 1024 + 1), {}, (413, "FIC-002")),
        (b"{}", {"idempotency-key": "pas-un-uuid"}, (400, "API-CLE")),
        (b"{}", {"x-nom-fichier": ""}, (400, "API-NOM")),
        (b"{}", {"x-nom-fichier": "a" * 300}, (400, "API-NOM")),
    ],
)
def test_what_is_refused_at_the_door(
    erp: Client, settings: Any, content: bytes, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    """A code, a French sentence, nothing stored."""
    settings.DEPOSIT_JSON_MAX_BYTES = 1024 * 1024
    response = post_raw(erp, content, **headers)
    assert (response.status_code, response.json()["code"]) == expected
    assert response.json()["message"]
    assert not Deposit.objects.exists()


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"a=1", "application/x-www-form-urlencoded", (415, "API-415")),
        (b"--x\r\n", "multipart/form-data", (400, "API-400")),
        (b"--x--\r\n", "multipart/form-data; boundary=x", (400, "API-FICHIER")),
    ],
)
def test_a_call_that_is_no_file(
    erp: Client, body: bytes, kind: str, expected: tuple[int, str]
) -> None:
    """Explained, never a failure of the portal."""
    response = erp.post(reverse("api_deposits"), body, content_type=kind)
    assert (response.status_code, response.json()["code"]) == expected


def test_an_unreadable_file_is_told_by_its_report(erp: Client) -> None:
    """What is wrong inside comes with the report, as on the site."""
    response = post_raw(erp, b"{pas du json")
    deposit = Deposit.objects.get()
    assert response.status_code == 202
    assert process_deposit(deposit.pk)
    report = erp.get(reverse("api_deposit_report", args=[deposit.key])).json()
    assert [one["code"] for one in report["constatsFichier"]] == ["FIC-005"]


def test_the_report_is_that_of_the_site(erp: Client, supplier: Supplier) -> None:
    """The same document, and the same correction file."""
    deposit = treated(erp, supplier)
    browser = Client()
    browser.force_login(supplier.memberships.get().user)
    report = erp.get(reverse("api_deposit_report", args=[deposit.key])).json()
    assert report == browser.get(reverse("deposit_json", args=[deposit.key])).json()
    assert report["nombres"]["KO"] == 1
    by_api = erp.get(reverse("api_deposit_correction", args=[deposit.key]))
    by_site = browser.get(reverse("deposit_correction", args=[deposit.key]))
    assert by_api.content == by_site.content
    assert by_api["Content-Disposition"] == by_site["Content-Disposition"]


def test_a_report_too_early(erp: Client) -> None:
    """409: come back later."""
    post_raw(erp, a_file(MDV))
    address = reverse("api_deposit_report", args=[Deposit.objects.get().key])
    response = erp.get(address)
    assert (response.status_code, response.json()["code"]) == (409, "API-409")


def test_nothing_to_correct(erp: Client, supplier: Supplier) -> None:
    """404 in words."""
    deposit = treated(erp, supplier, ko=0)
    response = erp.get(reverse("api_deposit_correction", args=[deposit.key]))
    assert (response.status_code, response.json()["code"]) == (404, "API-404")


def test_requests_are_listed_filtered_and_read(erp: Client, supplier: Supplier) -> None:
    """The list by pages, its filters, one request whole."""
    treated(erp, supplier)
    every = erp.get(reverse("api_requests")).json()
    assert (every["total"], every["page"], every["pages"]) == (2, 1, 1)
    one = FundingRequest.objects.get(position=2)
    found = erp.get(reverse("api_requests"), {"q": one.reference}).json()
    assert [row["numeroDossier"] for row in found["resultats"]] == [one.number]
    assert erp.get(reverse("api_requests"), {"etat": "paid"}).json()["total"] == 0
    assert erp.get(reverse("api_requests"), {"du": "2026-09-16"}).json()["total"] == 0
    whole = erp.get(reverse("api_request", args=[one.number])).json()
    assert whole["demande"] == one.payload
    assert whole["montantAVerser"] == str(one.amount_due)
    assert whole["calcul"]
    assert [event["quoi"] for event in whole["historique"]][-1] == "Demande intégrée"


@pytest.mark.parametrize("wrong", [{"etat": "x"}, {"du": "hier"}, {"du": "1900-01-01"}])
def test_a_wrong_filter_is_named(erp: Client, wrong: dict[str, str]) -> None:
    """A parameter that means nothing is refused, not ignored."""
    response = erp.get(reverse("api_requests"), wrong)
    assert (response.status_code, response.json()["code"]) == (400, "API-PARAMETRE")
    assert list(response.json()["parametres"]) == list(wrong)


def test_the_simulator_keeps_nothing(erp: Client, supplier: Supplier, settings: Any) -> None:
    """The same verdicts, on another day if asked; logged and limited as on the site."""
    settings.SIMULATOR_RATE = "2/h"
    requests = requests_of(MDV, 2, ko=(2,))
    prepare(supplier, MDV, requests_of(MDV, 2))

    def simulated(**query: str) -> Any:
        return erp.post(
            reverse("api_simulations", query=query),
            a_file(MDV, requests=requests),
            content_type="application/json",
            headers={"x-nom-fichier": a_filename(MDV)},
        )

    now, late = simulated(), simulated(date="2026-12-16T12:00:01+01:00")
    assert [one["verdict"] for one in now.json()["demandes"]] == ["INTEGREE", "KO"]
    codes = {item["code"] for one in late.json()["demandes"] for item in one["constats"]}
    assert "CAL-001" in codes
    limited = simulated()
    assert (limited.status_code, limited.json()["code"]) == (429, "API-429")
    assert simulated(structure="true").status_code == 200
    assert not Deposit.objects.exists()
    assert not FundingRequest.objects.exists()
    assert SimulationLog.objects.filter(with_database=True).count() == 2


def test_what_is_another_organisations_does_not_exist(
    erp: Client, supplier: Supplier, rival: Supplier, software: Software
) -> None:
    """404 for each address that names an object; the lists are empty."""
    deposit = treated(erp, supplier)
    number = FundingRequest.objects.earliest("pk").number
    stranger = software(rival)
    named = [
        reverse(name, args=[deposit.key])
        for name in ("api_deposit", "api_deposit_report", "api_deposit_correction")
    ]
    for address in [*named, reverse("api_request", args=[number])]:
        assert erp.get(address).status_code == 200
        response = stranger.get(address)
        assert (response.status_code, response.json()["code"]) == (404, "API-404")
    for name in ("api_deposits", "api_requests"):
        assert stranger.get(reverse(name)).json()["total"] == 0


def test_a_call_by_another_method(erp: Client) -> None:
    """405, in words."""
    response = erp.delete(reverse("api_deposits"))
    assert (response.status_code, response.json()["code"]) == (405, "API-405")


def test_the_schema_and_its_page_are_public(db: None) -> None:
    """Every call is documented, in French."""
    client = Client()
    schema = client.get(reverse("api_schema")).json()
    page = client.get(reverse("documentation_api")).content.decode()
    for path, methods in schema["paths"].items():
        assert path in page
        for operation in methods.values():
            assert operation["summary"] in page.replace("&#x27;", "'")
