"""What officers see of an organisation: its identity at the registers, its administrators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings

from enrolment.actions.signup import ask_to_join
from enrolment.models import Invitation, Membership
from tests.enrolment.registers import KNOWN_SIRET, Registers, running
from tests.factories import a_member, a_supplier, a_user


@pytest.fixture
def registers(settings: Settings) -> Iterator[Registers]:
    with running() as server:
        settings.REGISTRY_COMPANIES_URL = f"{server.url}/companies"
        settings.REGISTRY_ANNOUNCEMENTS_URL = f"{server.url}/announcements"
        yield server


def page(row: Any, *deed: str) -> str:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_{'deed' if deed else 'change'}"
    return reverse(name, args=[row.pk, *deed])


def test_officers_see_the_identity_once_the_register_answered(
    sign_in: Any, registers: Registers
) -> None:
    """« Non vérifiée » until then; afterwards the register's words, a procedure marked."""
    supplier, client = a_supplier(KNOWN_SIRET, "Logiciels réunis"), sign_in("officer")
    assert "Identité non vérifiée" in client.get(page(supplier)).content.decode()
    assert client.post(page(supplier, "read-register")).status_code == 302
    shown = client.get(page(supplier)).content.decode()
    assert "LOGICIELS DE SANTE REUNIS – différente de celle du portail" in shown
    assert "⚠ Procédures collectives" in shown


def test_an_officer_is_told_that_the_register_is_down(sign_in: Any) -> None:
    """In words, on the page of the deed."""
    supplier = a_supplier(KNOWN_SIRET)
    answer = sign_in("officer").post(page(supplier, "read-register"))
    assert "Le registre ne répond pas" in answer.content.decode()


def test_the_portal_invites_the_first_administrator(sign_in: Any) -> None:
    """A superuser does; an officer may not."""
    supplier, data = a_supplier(KNOWN_SIRET), {"email": "premiere@exemple.fr"}
    url = page(supplier, "invite-administrator")
    sign_in("officer").post(url, data)
    assert not Invitation.objects.exists()
    assert sign_in("superuser").post(url, data).status_code == 302
    assert Invitation.objects.get().is_administrator


def test_the_last_administrator_is_kept_in_words(sign_in: Any) -> None:
    """The page says why, where the database would otherwise fail."""
    membership = a_member(a_supplier(KNOWN_SIRET)).memberships.get()
    data = {"role": "reader", "expires_on": ""}
    answer = sign_in("superuser").post(page(membership), data)
    assert "garde toujours un administrateur" in answer.content.decode()
    assert Membership.objects.get().is_administrator


def test_the_portal_decides_where_nobody_administers(sign_in: Any) -> None:
    """Accepted, the person administers the organisation; the deed is not for officers."""
    a_supplier(KNOWN_SIRET)
    user = a_user("seul@exemple.fr")
    asked = ask_to_join(user=user, siret=KNOWN_SIRET, role="proxy", is_confirmed=True)
    assert sign_in("officer").post(page(asked, "accept")).status_code == 403
    assert sign_in("superuser").post(page(asked, "accept")).status_code == 302
    assert user.memberships.get().is_administrator
