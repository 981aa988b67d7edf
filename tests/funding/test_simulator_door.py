"""The simulator opens with the early enrolment, and not before (domain page, section 3)."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enrolment.models import User
from funding.actions import SimulationClosedError, simulate
from funding.forms import SimulationForm
from funding.models import SimulationLog
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import a_member, a_supplier, an_enrolment, the_programme

RIS = "SONS-IMG-RIS-Va2"
pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> User:
    the_programme()
    return a_member(a_supplier(SIRET))


def test_without_an_enrolment_only_the_structure_is_checked(member: User) -> None:
    """An account alone learns nothing of the eligible clients; nothing is logged."""
    supplier, data, name = member.memberships.get().supplier, a_file(RIS), a_filename(RIS)
    with pytest.raises(SimulationClosedError, match="anticipé"):
        simulate(supplier=supplier, user=member, data=data, name=name)
    assert not SimulationLog.objects.exists()
    found = simulate(supplier=supplier, user=member, data=data, name=name, structure_only=True)
    assert found.lines
    an_enrolment(supplier, a_request(RIS), RIS, state="early")
    assert simulate(supplier=supplier, user=member, data=data, name=name).lines


def test_the_page_says_that_it_is_closed(client: Client, member: User) -> None:
    """Before the file is chosen, and on the form when it is sent all the same."""
    client.force_login(member)
    address = reverse("simulator")
    assert "ne vous est pas encore ouvert" in client.get(address).content.decode()
    file = SimpleUploadedFile(a_filename(RIS), a_file(RIS))
    page = client.post(address, {"fichier": file, "etendue": SimulationForm.ALL}).content.decode()
    assert "choisissez «" in page
