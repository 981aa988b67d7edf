"""The pages of payment runs and transfers: who sees what, who does what, forged forms."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from enrolment.actions import sync_groups
from enrolment.models import User
from funding.actions.payments import move_run, prepare_run
from funding.actions.requests import move_request
from funding.actions.settlement import settle
from funding.models import FundingRequest, Payment, PaymentRun, Recovery
from funding.remittance import Returned
from segur_portal.common.enums import Role
from tests.funding.accepted import RIS, Staff, accepted_requests, an_account, the_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def requests(db: None) -> list[FundingRequest]:
    requests = accepted_requests()
    an_account(requests[0].supplier)
    return requests


@pytest.fixture
def people(requests: list[FundingRequest]) -> Staff:
    """Two officers and an accountant, in their groups."""
    people = the_staff()
    sync_groups()
    return people


@pytest.fixture
def run(people: Staff) -> PaymentRun:
    """A run of the three requests, approved."""
    run = prepare_run(actor=people.preparer, schemes=[RIS]).run
    move_run(run, "propose", actor=people.preparer, role=Role.OFFICER)
    move_run(run, "approve", actor=people.approver, role=Role.OFFICER)
    return run


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def deed(user: User, subject: Any, name: str, **data: str) -> Any:
    """What the page of a deed answers to this form."""
    page = f"admin:funding_{subject._meta.model_name}_deed"
    address = reverse(page, args=(subject.pk, name))
    return signed_in(user).post(address, data, follow=True)


def paid(run: PaymentRun, people: Staff) -> list[Payment]:
    """The transfers of the run, transmitted and executed."""
    move_run(run, "transmit", actor=people.accountant, role=Role.ACCOUNTANT)
    payments = list(run.payments.order_by("pk"))
    settle([Returned(one.end_to_end_id, True) for one in payments], actor=people.accountant)
    return payments


def test_a_return_after_a_cancellation_is_recorded_by_hand(run: PaymentRun, people: Staff) -> None:
    """« Constater le retour », on the transfer's page."""
    payment = paid(run, people)[0]
    move_request(
        payment.request,
        "cancel",
        actor=people.preparer,
        role=Role.OFFICER,
        reason_code="withdrawn",
        note="Le client renonce.",
    )
    answer = deed(people.accountant, payment, "return", reason_code="bank", note="Compte clos.")
    assert answer.status_code == 200
    payment.refresh_from_db()
    assert (payment.state, Recovery.objects.get().state) == ("returned", "cancelled")
