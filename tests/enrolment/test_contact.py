"""The contact form: who may write, what leaves, what stops a flood."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from segur_portal.common.models import OutgoingMail
from tests.builders import SIRET
from tests.factories import a_member, a_supplier

pytestmark = pytest.mark.django_db
WORDS = {
    "nom": "Camille Durand",
    "courriel": "camille@exemple.fr",
    "sujet": "Format JSON",
    "reference": "DEP-0000045",
    "message": "Que mettre dans pacs ?\n<script>alert(1)</script>",
}


def write(client: Client, **changes: str) -> Any:
    return client.post(reverse("contact"), {**WORDS, **changes})


def test_anybody_may_write(client: Client, settings: Settings) -> None:
    """The question is queued for the support, with who to answer; what is typed is only text."""
    settings.SUPPORT_EMAIL = "assistance@exemple.fr"
    response = write(client)
    assert response.status_code == 302
    assert response["Location"] == reverse("help")
    mail = OutgoingMail.objects.get()
    assert mail.address == "assistance@exemple.fr"
    assert mail.subject == "Question : Format JSON"
    for said in ("Camille Durand (camille@exemple.fr)", "Que mettre dans pacs ?", "DEP-0000045"):
        assert said in mail.text
    assert "Sans compte" in mail.text
    assert "<script>" not in mail.html


def test_a_member_is_known(client: Client) -> None:
    """The form is filled in with who they are and the file they come from; the mail names their
    organisation."""
    user = a_member(a_supplier(SIRET, "Atelier d’imagerie"))
    client.force_login(user)
    page = client.get(reverse("contact"), {"dossier": "RIS-A-0000012"}).content.decode()
    assert user.email in page
    assert "RIS-A-0000012" in page
    write(client)
    mail = OutgoingMail.objects.get()
    assert f"Atelier d’imagerie (SIRET {SIRET})" in mail.text
    assert f"Compte : {user.email}" in mail.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("courriel", "camille", "Cette adresse n’est pas complète"),
        ("message", "", "Écrivez votre question."),
        ("message", "a" * 4001, "Votre message est trop long"),
        ("sujet", "", "Choisissez un sujet."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    client: Client, field: str, value: str, said: str
) -> None:
    """Beside its field, with what was typed kept; nothing is queued."""
    response = write(client, **{field: value})
    page = response.content.decode()
    assert response.status_code == 200
    assert said in page
    assert WORDS["nom"] in page
    assert not OutgoingMail.objects.exists()


def test_a_flood_is_stopped(client: Client, settings: Settings) -> None:
    """Past the rate of the hour, the message stays on the page and is not queued."""
    settings.CONTACT_RATE = 2
    assert [write(client).status_code for _ in range(3)] == [302, 302, 429]
    assert OutgoingMail.objects.count() == 2
    assert "Que mettre dans pacs" in write(client).content.decode()


def test_a_subject_cannot_carry_headers(client: Client) -> None:
    """Only the subjects of the list are taken."""
    response = write(client, sujet="Autre\nBcc: tous@exemple.fr")
    assert response.status_code == 200
    assert not OutgoingMail.objects.exists()
