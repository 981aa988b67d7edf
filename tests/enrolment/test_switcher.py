"""Who acts for several organisations: what a page shows is what its form acts for."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.enums import MemberRole
from enrolment.models import Enrolment, Membership, Supplier
from tests.builders import SIRET
from tests.factories import A_DAY, a_member, a_supplier, the_programme

from .kit import RIS

pytestmark = pytest.mark.django_db


@pytest.fixture
def supplier() -> Supplier:
    the_programme()
    return a_supplier(SIRET, "Atelier")


@pytest.fixture
def second(supplier: Supplier) -> Membership:
    """The other organisation of the same person, and what they are there."""
    person = a_member(supplier)
    other = a_supplier("73282932000074", "Voisin")
    role = MemberRole.LEGAL_REPRESENTATIVE
    return Membership.objects.create(user=person, supplier=other, role=role)


def test_a_page_of_the_former_organisation_does_nothing_for_the_new_one(
    second: Membership, supplier: Supplier
) -> None:
    """Two tabs: switched in one, the form that the other still shows is refused, in words."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(second.user)
    shown = client.get(reverse("enrolment_list")).content.decode()
    assert "Vous agissez pour <strong>Atelier</strong>" in shown
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)
    assert found
    token = {"csrfmiddlewaretoken": found[1]}
    switch = reverse("switch_supplier")
    assert client.post(switch, {"supplier": second.supplier_id, **token}).status_code == 302
    start = reverse("enrolment_start", args=[RIS])
    page = client.post(start, token)
    assert page.status_code == 403
    assert "n’est plus à jour" in page.content.decode()
    assert not Enrolment.objects.exists()


def test_what_was_typed_for_one_is_not_done_for_another(
    client: Client, second: Membership, supplier: Supplier
) -> None:
    """Their rights ended meanwhile: nothing is done elsewhere; a page falls back to the other."""
    client.force_login(second.user)
    client.post(reverse("switch_supplier"), {"supplier": second.supplier_id})
    Membership.objects.filter(pk=second.pk).update(suspended_at=A_DAY)
    page = client.post(reverse("enrolment_start", args=[RIS]))
    assert page.status_code == 403
    assert "Vous n’agissez plus" in page.content.decode()
    assert not Enrolment.objects.exists()
    assert "Atelier" in client.get(reverse("enrolment_list")).content.decode()
