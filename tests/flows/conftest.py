"""A request in instruction, its supplier and its officer, for the stories of corrections."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.base import ContentFile

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.actions.requests import move_request
from funding.demo.papers import a_zip, documents_of
from funding.models import FundingRequest
from segur_portal.common.enums import Role
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import a_base, a_member, a_supplier, an_enrolment, an_officer, the_programme

from .correcting import RIS


@pytest.fixture
def officer() -> User:
    the_programme()
    return an_officer(RIS)


@pytest.fixture
def member(officer: User) -> User:
    return a_member(a_supplier(SIRET))


@pytest.fixture
def one(member: User, officer: User) -> FundingRequest:
    """A request in instruction, with its signed order."""
    supplier = member.memberships.get().supplier
    asked = [a_request(RIS, number=number) for number in (1, 2)]
    an_enrolment(supplier, asked[0], RIS)
    a_base(RIS, [*asked, a_request(RIS, number=3)])
    papers = {name: pdf for req in asked for name, pdf in documents_of(req, "AVANCE").items()}
    deposit = receive_deposit(
        supplier=supplier,
        user=member,
        content=BytesIO(a_file(RIS, requests=asked)),
        name=a_filename(RIS),
        archives=[ContentFile(a_zip(papers), name="bons.zip")],
    )
    assert process_deposit(deposit.pk)
    found: FundingRequest = FundingRequest.objects.get(position=1)
    move_request(found, "take", actor=officer, role=Role.OFFICER)
    return found
