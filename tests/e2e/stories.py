"""What the journeys share: requests deposited, money paid, and screens looked at."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from playwright.sync_api import Page

from enrolment.models import User
from funding.actions import process_deposit, receive_deposit
from funding.actions.payments import move_run, prepare_run
from funding.actions.settlement import settle
from funding.demo.papers import a_zip, documents_of
from funding.models import FundingRequest, Payment
from funding.remittance import Returned
from tests.builders import a_file, a_filename, a_request
from tests.factories import a_base, an_enrolment
from tests.funding.accepted import the_staff

from .looks import WIDTHS, assert_looks_right

MDV, RIS, DB = "SONS-MDV-LGC-Va2", "SONS-IMG-RIS-Va2", "SONS-IMG-DB-Va2"


def deposited(member: User, scheme: str, *numbers: int) -> list[FundingRequest]:
    """Requests with their signed orders, deposited and treated."""
    supplier = member.memberships.get().supplier
    requests: list[Any] = [a_request(scheme, number=number) for number in numbers]
    an_enrolment(supplier, requests[0], scheme)
    a_base(scheme, requests)
    papers = {name: pdf for one in requests for name, pdf in documents_of(one, "AVANCE").items()}
    deposit = receive_deposit(
        supplier=supplier,
        user=member,
        content=BytesIO(a_file(scheme, requests=requests, siret=supplier.siret)),
        name=a_filename(scheme, siret=supplier.siret),
        archives=[ContentFile(a_zip(papers), name=f"{scheme}.zip")],
    )
    assert process_deposit(deposit.pk)
    return list(FundingRequest.objects.filter(deposit=deposit).order_by("position"))


def confirm(page: Page, button: str) -> None:
    """Press a button of the page that asks to confirm."""
    page.get_by_role("button", name=button).click()
    page.wait_for_load_state("load")


def looks_right_at_both(page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert_looks_right(page)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})


def pay_everything() -> None:
    """Prepared by one officer, approved by another, paid by the bank."""
    if not User.objects.filter(email="prepare@asp.fr").exists():
        the_staff()
    preparer, approver, accountant = (
        User.objects.get(email=f"{name}@asp.fr") for name in ("prepare", "approuve", "comptable")
    )
    run = prepare_run(actor=preparer, schemes=[RIS]).run
    move_run(run, "propose", actor=preparer, role="officer")
    move_run(run, "approve", actor=approver, role="officer")
    move_run(run, "transmit", actor=accountant, role="accountant")
    sent = [Returned(one.end_to_end_id, True) for one in Payment.objects.filter(run=run)]
    settle(sent, actor=accountant)
