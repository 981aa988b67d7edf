"""The page where a request is instructed: points, notes, what surrounds it; at a fixed cost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrolment.models import OfficerAssignment, User
from funding.actions.checklists import Point
from funding.models import (
    ChecklistItem,
    ChecklistTick,
    DepositDocument,
    FundingRequest,
)
from orders.models import OrderClient
from segur_portal.common.models import JournalEntry
from tests.admin.conftest import MDV
from tests.admin.test_desk import copies
from tests.admin.test_request_moves import do, in_state, page_url


def points(client: Client, request: FundingRequest) -> dict[str, Point]:
    """The points of a request as its page shows them, by what they look at."""
    shown = client.get(page_url(request)).context["work"].points
    return {point.item.part: point for point in shown}


def tick(client: Client, request: FundingRequest, point: Point, right: str = "1") -> Any:
    data = {"item": point.item.pk, "seen": point.digest, "right": right}
    return client.post(reverse("admin:funding_request_tick", args=[request.pk]), data)


def test_a_tick_is_kept_and_taken_back(sign_in: Any, funding_request: FundingRequest) -> None:
    """The next officer sees who ticked; the same key takes it back."""
    client = sign_in("officer")
    point = points(client, funding_request)["clients"]
    assert tick(client, funding_request, point).content.decode() == "officer@asp.fr, à l’instant"
    assert points(sign_in("programme"), funding_request)["clients"].is_ticked
    assert tick(client, funding_request, point, right="").status_code == 200
    assert not points(client, funding_request)["clients"].is_ticked


def test_only_what_changed_is_to_be_looked_at_again(
    sign_in: Any, funding_request: FundingRequest
) -> None:
    """The supplier changes an amount: that tick falls, and says it was there; the others hold."""
    client = sign_in("officer")
    for point in points(client, funding_request).values():
        assert tick(client, funding_request, point).status_code == 200
    payload = funding_request.payload
    payload["bonDeCommande"]["montantHT"] += 1
    FundingRequest.objects.filter(pk=funding_request.pk).update(payload=payload)
    after = points(client, funding_request)
    assert {part for part, point in after.items() if point.is_ticked} == after.keys() - {"amounts"}
    assert after["amounts"].has_changed
    assert "à revoir" in client.get(page_url(funding_request)).content.decode()


def test_another_document_under_the_same_name_is_another_document(
    sign_in: Any, funding_request: FundingRequest
) -> None:
    """Its content is what was looked at, not its name."""
    client = sign_in("officer")
    tick(client, funding_request, points(client, funding_request)["documents"])
    name = funding_request.payload["bonDeCommande"]["nomFichier"]
    document = DepositDocument.objects.get(name=name)
    assert document.file is not None
    type(document.file).objects.filter(pk=document.file.pk).update(sha256="0" * 64)
    assert points(client, funding_request)["documents"].has_changed


def test_a_tick_on_what_was_not_seen_is_refused(
    sign_in: Any, funding_request: FundingRequest
) -> None:
    """The request changed between the page and the key: nothing is kept."""
    client = sign_in("officer")
    point = points(client, funding_request)["clients"]
    payload = funding_request.payload
    payload["clients"][0]["nomStructure"] = "Autre"
    FundingRequest.objects.filter(pk=funding_request.pk).update(payload=payload)
    response = tick(client, funding_request, point)
    assert response.status_code == 409
    assert "rechargez la page" in response.content.decode()
    assert not ChecklistTick.objects.exists()


def test_the_points_are_those_of_the_scheme_and_kind(
    sign_in: Any, funding_request: FundingRequest
) -> None:
    """Points of another scheme, of the other kind, or put aside, are not shown."""
    client = sign_in("officer")
    fields = {"label": "Point à part", "part": "whole"}
    for changes in (
        {"scheme_id": MDV},
        {"kind": "SOLDE"},
        {"is_active": False},
    ):
        ChecklistItem.objects.create(**fields, **changes)
    labels = [p.item.label for p in client.get(page_url(funding_request)).context["work"].points]
    assert "Point à part" not in labels
    ChecklistItem.objects.create(scheme_id=funding_request.scheme_id, kind="AVANCE", **fields)
    assert "whole" in points(client, funding_request)


@pytest.mark.parametrize(("role", "status"), [("ans", 403), ("officer_elsewhere", 404)])
def test_who_does_not_instruct_neither_ticks_nor_notes(
    role: str, status: int, sign_in: Any, funding_request: FundingRequest
) -> None:
    """Neither an agent of ANS, who looks, nor an officer of another scheme."""
    point = points(sign_in("officer"), funding_request)["clients"]
    client = sign_in(role)
    assert tick(client, funding_request, point).status_code == status
    address = reverse("admin:funding_request_note", args=[funding_request.pk])
    assert client.post(address, {"note": "x"}).status_code == status
    assert client.get(address).status_code == 405


def test_points_of_a_decided_file_do_not_move(
    sign_in: Any, funding_request: FundingRequest
) -> None:
    """Once decided, what was checked stays as it was."""
    client = sign_in("officer")
    point = points(client, funding_request)["clients"]
    in_state(funding_request, "accepted")
    assert tick(client, funding_request, point).status_code == 409


def test_a_note_stays_inside(
    sign_in: Any, funding_request: FundingRequest, member: User, client: Client
) -> None:
    """Officers read it; the supplier finds it nowhere on their page."""
    officer, text = sign_in("officer"), "Client connu, voir le dossier précédent."
    address = reverse("admin:funding_request_note", args=[funding_request.pk])
    assert officer.post(address, {"note": text}).status_code == 302
    assert text in officer.get(page_url(funding_request)).content.decode()
    assert JournalEntry.objects.get(verb="note").is_public is False
    client.force_login(member)
    own = client.get(reverse("request_detail", args=[funding_request.number]))
    assert text not in own.content.decode()


def test_what_officers_say_when_they_take_or_give_back_stays_inside(
    sign_in: Any, funding_request: FundingRequest, member: User, client: Client
) -> None:
    """Their comments are for one another; the API says no more than the page."""
    officer = sign_in("officer")
    do(officer, funding_request, "take", note="Je m’en charge, client difficile.")
    do(officer, funding_request, "give_back", note="Je n’y comprends rien.")
    client.force_login(member)
    own = client.get(reverse("request_detail", args=[funding_request.number])).content.decode()
    assert "En cours d’instruction" in own or "En attente d’instruction" in own
    assert "difficile" not in own
    assert "comprends" not in own
    assert "officer@asp.fr" not in own


def test_an_empty_note_is_not_written(sign_in: Any, funding_request: FundingRequest) -> None:
    """Blanks are no note."""
    address = reverse("admin:funding_request_note", args=[funding_request.pk])
    sign_in("officer").post(address, {"note": "  "})
    assert not JournalEntry.objects.filter(verb="note").exists()


def test_other_orders_of_the_client_in_the_officers_schemes_only(
    sign_in: Any, staff: dict[str, User], funding_request: FundingRequest
) -> None:
    """The same SIREN elsewhere shows to who is assigned there too, and to nobody else."""
    (other,) = copies(funding_request, 1)
    siren = funding_request.order.clients.get().siren
    mine = OrderClient.objects.get(order=funding_request.order)
    mine.pk, mine.order = None, other.order
    mine.save()
    client = sign_in("officer")
    assert siren
    assert client.get(page_url(funding_request)).context["work"].others == [other]
    FundingRequest.objects.filter(pk=other.pk).update(scheme=MDV)
    assert client.get(page_url(funding_request)).context["work"].others == []
    assert other.number not in client.get(page_url(funding_request)).content.decode()
    OfficerAssignment.objects.create(user=staff["officer"], scheme_id=MDV)
    assert client.get(page_url(funding_request)).context["work"].others == [other]


def test_the_suppliers_record_counts_the_officers_schemes_only(
    sign_in: Any, funding_request: FundingRequest
) -> None:
    """How its requests ended, and the share of refusals."""
    copies(funding_request, 3, state="accepted")
    (gone,) = copies(funding_request, 1, state="refused", number="AUTRE", reference="AUTRE")
    record = sign_in("officer").get(page_url(funding_request)).context["work"].record
    assert record.total == 6
    assert "25\u00a0%" in record.refusals
    FundingRequest.objects.filter(pk=gone.pk).update(scheme=MDV)
    record = sign_in("officer").get(page_url(funding_request)).context["work"].record
    assert record.total == 5


def test_the_page_says_its_keys(sign_in: Any, funding_request: FundingRequest) -> None:
    """Each deed that has a key shows it, and says it to who hears the page."""
    in_state(funding_request, "in_instruction")
    page = sign_in("officer").get(page_url(funding_request)).content.decode()
    keys = set(re.findall(r'aria-keyshortcuts="(\w)"', page))
    assert {"a", "c", "r", "g", "n", "b"} <= keys


def test_the_page_costs_as_much_for_many_rows_as_for_few(
    sign_in: Any, funding_request: FundingRequest
) -> None:
    """Under 20 queries, whatever surrounds the request."""
    client = sign_in("officer")
    client.get(page_url(funding_request))
    found = []
    for more in (0, 30):
        for other in copies(funding_request, more):
            clone = OrderClient.objects.filter(order=funding_request.order).get()
            clone.pk, clone.order = None, other.order
            clone.save()
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page_url(funding_request)).status_code == 200
        found.append(len(captured))
    assert found[0] == found[1] < 20
