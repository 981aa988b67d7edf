"""Every door that shows a supplier's file asks the antivirus first."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.actions import submit_enrolment, sync_groups
from enrolment.models import Enrolment, Membership, Specimen, User
from segur_portal.common.actions import store_file
from segur_portal.common.models import StoredFile
from tests.enrolment.kit import RIS, a_draft, a_file, a_signatory, complete
from tests.factories import an_officer

pytestmark = pytest.mark.django_db
CLOSED = {
    StoredFile.Scan.WAITING: "attend son analyse",
    StoredFile.Scan.IMPOSSIBLE: "attend son analyse",
    StoredFile.Scan.INFECTED: "infecté",
    StoredFile.Scan.SKIPPED: "n’a pas été analysé",
}
READ = {"is_read": True, "has_text": True, "page_count": 1, "faults": [], "pages": {}}


@pytest.fixture
def signatory() -> Membership:
    return a_signatory()


@pytest.fixture
def officer(client: Client) -> User:
    person = an_officer()
    sync_groups()
    return person


@pytest.fixture(autouse=True)
def _required(settings: Any) -> None:
    settings.ANTIVIRUS_REQUIRED = True


def a_specimen(signatory: Membership) -> Specimen:
    return Specimen.objects.create(
        supplier=signatory.supplier,
        scheme_id=RIS,
        kind="purchase_order",
        label="BDC",
        file=store_file(a_file(), name="bdc.pdf", purpose=StoredFile.Purpose.SPECIMEN),
        reading=READ,
    )


def scanned(state: str) -> None:
    StoredFile.objects.update(scan_state=state)


def addresses(enrolment: Enrolment, specimen: Specimen) -> tuple[list[str], list[str]]:
    """Where files open: for the supplier, for an officer."""
    key = enrolment.documents.earliest("pk").key
    return [
        reverse("enrolment_document_file", args=[key]),
        reverse("specimen_file", args=[specimen.pk]),
    ], [
        reverse("admin:enrolment_enrolment_document", args=[key]),
        reverse("admin:enrolment_enrolment_page", args=[key, 1]),
        reverse("admin:enrolment_specimen_file", args=[specimen.pk]),
        reverse("admin:enrolment_specimen_preview", args=[specimen.pk]),
    ]


def test_a_file_that_is_not_clean_opens_for_nobody(
    client: Client, signatory: Membership, officer: User
) -> None:
    """Waiting, impossible, infected, not analysed: refused by every door, and the page says why;
    clean, every door opens."""
    enrolment = complete(a_draft(signatory), signatory)
    submit_enrolment(enrolment, membership=signatory)
    specimen = a_specimen(signatory)
    own, theirs = addresses(enrolment, specimen)
    for state in (*CLOSED, StoredFile.Scan.CLEAN):
        scanned(state)
        expected = 200 if state == StoredFile.Scan.CLEAN else 403
        for person, places in ((signatory.user, own), (officer, theirs)):
            client.force_login(person)
            for place in places:
                response = client.get(place)
                assert response.status_code == expected, (state, place)
                if expected == 403:
                    assert CLOSED[state] in response.content.decode()


def test_the_review_says_that_a_document_is_closed(
    client: Client, signatory: Membership, officer: User
) -> None:
    """In words, beside the checklist, in the place of a picture that would not come."""
    enrolment = complete(a_draft(signatory), signatory)
    submit_enrolment(enrolment, membership=signatory)
    specimen = a_specimen(signatory)
    client.force_login(officer)
    scanned(StoredFile.Scan.INFECTED)
    review = reverse("admin:enrolment_enrolment_review", args=[enrolment.pk])
    layout = reverse("admin:enrolment_specimen_deed", args=[specimen.pk, "review"])
    for page in (review, layout):
        text = client.get(page).content.decode()
        assert "Ce fichier est infecté" in text
        assert '<img src="/gestion' not in text
        assert "<iframe" not in text
        assert " download>" not in text
    scanned(StoredFile.Scan.CLEAN)
    assert "infecté" not in client.get(review).content.decode()
    assert "<iframe" in client.get(layout).content.decode()
