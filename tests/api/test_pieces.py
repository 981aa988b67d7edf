"""The pieces of a deposit by the API: one after the other, what is missing, no more waiting."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enrolment.models import Supplier
from funding.demo.papers import a_zip, documents_of
from funding.models import Deposit
from segur_portal.common.models import Scheme
from tests.api.conftest import Software
from tests.builders import a_file, a_filename
from tests.funding.screens import MDV, prepare, requests_of


@pytest.fixture
def erp(supplier: Supplier, software: Software) -> Client:
    Scheme.objects.update(requires_documents=True)
    prepare(supplier, MDV, requests_of(MDV, 2))
    return software(supplier)


def papers(*requests: Any) -> bytes:
    return a_zip([pair for one in requests for pair in documents_of(one, "AVANCE").items()])


def post_zip(client: Client, address: str, content: bytes, name: str = "bons.zip") -> Any:
    return client.post(
        address, content, content_type="application/zip", headers={"x-nom-fichier": name}
    )


def started(client: Client) -> tuple[Deposit, str]:
    """A deposit of two requests without any document, and the address of its pieces."""
    upload = SimpleUploadedFile(a_filename(MDV), a_file(MDV, requests=2), "application/json")
    response = client.post(reverse("api_deposits"), {"fichier": upload})
    document = response.json()
    assert (response.status_code, document["etat"]) == (202, "incomplete")
    assert (document["piecesManquantes"], document["estTermine"]) == (2, False)
    return Deposit.objects.get(), reverse("api_deposit_pieces", args=[document["cle"]])


def test_everything_in_one_call(erp: Client) -> None:
    """JSON and ZIP in the same form: received at once."""
    one, two = requests_of(MDV, 2)
    files = [
        SimpleUploadedFile("a.zip", papers(one), "application/zip"),
        SimpleUploadedFile("b.zip", papers(two), "application/zip"),
    ]
    upload = SimpleUploadedFile(a_filename(MDV), a_file(MDV, requests=2), "application/json")
    response = erp.post(reverse("api_deposits"), {"fichier": upload, "documents": files})
    assert (response.status_code, response.json()["etat"]) == (202, "received")
    assert Deposit.objects.get().archives.count() == 2


def test_one_after_the_other(erp: Client) -> None:
    """What is missing is named; the last piece makes the deposit; then nothing more is taken."""
    one, two = requests_of(MDV, 2)
    _, address = started(erp)
    assert post_zip(erp, address, papers(one)).json()["piecesManquantes"] == 1
    lacks = erp.get(address).json()
    assert [item["nomAttendu"] for item in lacks["documentsManquants"]] == ["BDC_REF-0002.pdf"]
    assert (lacks["fichierManque"], lacks["zip"]) == (False, ["bons.zip"])
    assert lacks["limite"] > "2026-09-15"
    again = post_zip(erp, address, papers(one))
    assert (again.status_code, again.json()["piecesManquantes"]) == (202, 1)
    assert post_zip(erp, address, papers(two), "suite.zip").json()["etat"] == "received"
    late = post_zip(erp, address, papers(two), "encore.zip")
    assert (late.status_code, late.json()["code"]) == (409, "API-409")


def test_a_zip_first(erp: Client) -> None:
    """The JSON file is a piece like another."""
    response = post_zip(erp, reverse("api_deposits"), papers(*requests_of(MDV, 2)))
    assert (response.status_code, response.json()["fichier"]) == (202, None)
    address = reverse("api_deposit_pieces", args=[response.json()["cle"]])
    assert erp.get(address).json()["fichierManque"]
    sent = erp.post(
        address,
        a_file(MDV, requests=2),
        content_type="application/json",
        headers={"x-nom-fichier": a_filename(MDV)},
    )
    assert (sent.status_code, sent.json()["etat"]) == (202, "received")


def test_a_zip_refused_at_the_door(erp: Client) -> None:
    """A wrong name, told with what to do; nothing changes."""
    deposit, address = started(erp)
    response = post_zip(erp, address, papers(*requests_of(MDV, 1)), "é.zip")
    assert (response.status_code, response.json()["code"]) == (400, "DOC-005")
    assert not deposit.archives.exists()


@pytest.mark.parametrize(
    ("name", "state"),
    [("api_deposit_file_without", "received"), ("api_deposit_abandon", "abandoned")],
)
def test_no_more_waiting(erp: Client, name: str, state: str) -> None:
    """Filed without its documents, or given up; a second time, it is too late."""
    deposit, _ = started(erp)
    response = erp.post(reverse(name, args=[deposit.key]))
    assert (response.status_code, response.json()["etat"]) == (202, state)
    assert erp.post(reverse(name, args=[deposit.key])).status_code == 409


def test_another_organisations_deposit_does_not_exist(
    erp: Client, rival: Supplier, software: Software
) -> None:
    """404, whatever is sent."""
    deposit, address = started(erp)
    stranger = software(rival)
    assert stranger.get(address).status_code == 404
    assert post_zip(stranger, address, b"PK").status_code == 404
    for name in ("api_deposit_file_without", "api_deposit_abandon"):
        assert stranger.post(reverse(name, args=[deposit.key])).status_code == 404
