"""The officers' side, as people see and hear it: dashboard, lists, pages, forms."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.urls import reverse
from pytest_django import Settings

from enrolment.actions import sync_groups
from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.models import FundingRequest
from segur_portal.common import clock
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import (
    A_DAY,
    a_base,
    a_member,
    a_supplier,
    an_enrolment,
    an_officer,
    the_programme,
)

from .conftest import OpenPage
from .looks import WIDTHS, faults_of

RIS = "SONS-IMG-RIS-Va2"
FORMS = ("common_pricescale", "enrolment_distribution", "enrolment_enrolment", "enrolment_user")
LISTS = (
    "funding_fundingrequest",
    "funding_deposit",
    "enrolment_enrolment",
    "enrolment_solution",
    "orders_eligibleclient",
    "common_window",
)
# What a list hides on its right, in its own frame.
_HIDDEN = """() => {
  let hidden = 0;
  for (let one = document.querySelector('#result_list'); one; one = one.parentElement)
    if (getComputedStyle(one).overflowX !== 'visible')
      hidden = Math.max(hidden, one.scrollWidth - one.clientWidth);
  return hidden;
}"""


@pytest.fixture
def officer(transactional_db: None, settings: Settings) -> User:
    """An officer of every scheme, with two requests integrated."""
    settings.DEMONSTRATION = True
    the_programme()
    clock.move_to(A_DAY)
    member = a_member(a_supplier(SIRET))
    requests = [a_request(RIS, number=number) for number in (1, 2)]
    an_enrolment(member.memberships.get().supplier, requests[0], RIS)
    a_base(RIS, requests)
    deposit = receive_deposit(
        supplier=member.memberships.get().supplier,
        user=member,
        content=BytesIO(a_file(RIS, requests=requests)),
        name=a_filename(RIS),
    )
    process_deposit(deposit.pk)
    officer = an_officer()
    sync_groups()
    return officer


@pytest.mark.parametrize("width", WIDTHS)
def test_officers_pages_look_right(open_page: OpenPage, officer: User, width: int) -> None:
    """Accessible and within the screen: the dashboard, lists, a request and its history, and the
    forms with suggestions and rows to add."""
    User.objects.filter(pk=officer.pk).update(is_superuser=True)
    pk = FundingRequest.objects.latest("pk").pk
    pages = [
        reverse("admin:index"),
        *(reverse(f"admin:{name}_changelist") for name in LISTS),
        reverse("admin:funding_fundingrequest_change", args=[pk]),
        reverse("admin:funding_fundingrequest_history", args=[pk]),
        *(reverse(f"admin:{name}_add") for name in FORMS),
    ]
    page = open_page("/aide/", width=width, user=officer)
    faults = []
    for address in pages:
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, address
        page.wait_for_load_state("networkidle")
        faults += faults_of(page)
        if hidden := page.evaluate(_HIDDEN):
            faults.append(f"{address}: {hidden} px of the list are hidden")
    assert faults == []
