"""Every hostile PDF as the answer to a correction: refused in French, nothing is kept of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from enrolment.models import User
from funding.models import DepositDocument, FundingRequest
from tests.documents.hostile_pdfs import refused
from tests.factories import A_DAY

from .correcting import ask

PAPER = "/bonDeCommande/nomFichier"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


def test_each_is_refused_at_its_field(
    one: FundingRequest, officer: User, member: User, client: Client
) -> None:
    """The request still awaits its document, and the one in place stays."""
    ask(one, officer, PAPER)
    before = set(DepositDocument.objects.values_list("pk", flat=True))
    field = f"c{one.corrections.get().pk}"
    client.force_login(member)
    page = reverse("request_correction", args=[one.number])
    for name, data, _ in refused():
        response = client.post(page, {field: ContentFile(data, name="bon.pdf")})
        assert response.status_code == 200, name
        # A browser's empty file is told by the form itself.
        assert ("DOC-002" if data else "est vide") in response.content.decode(), name
    one.refresh_from_db()
    assert one.state == "correction_requested"
    assert set(DepositDocument.objects.values_list("pk", flat=True)) == before
