"""An order cites the layout that it follows: read in its PDF, judged, shown to both sides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from enrolment.models import Specimen, Supplier, User
from funding.actions import process_deposit, receive_deposit
from funding.actions.paper import issue_model
from funding.demo.papers import a_pdf, a_scan, a_zip, order_lines
from funding.models import Deposit, FundingRequest
from funding.report.paper import model_data
from segur_portal.common.identifiers import make_siret
from segur_portal.common.models import Scheme, Statement
from tests.builders import SIRET, a_file, a_filename, a_request
from tests.factories import (
    A_DAY,
    a_base,
    a_member,
    a_supplier,
    an_enrolment,
    the_programme,
)

RIS = "SONS-IMG-RIS-Va2"
OTHER_SIRET = make_siret(8)
pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> Iterator[User]:
    with time_machine.travel(A_DAY, tick=True):
        the_programme()
        Statement.objects.update(is_active=False)
        yield a_member(a_supplier(SIRET))


def a_layout(supplier: Supplier, signed_on: date, **changes: Any) -> Specimen:
    """A compliant purchase order of the supplier, in force on that day only."""
    fields = {
        "number": "MOD-2026-0001",
        "state": "compliant",
        "compliant_from": signed_on,
        "compliant_until": signed_on,
        **changes,
    }
    return Specimen.objects.create(
        supplier=supplier,
        scheme=Scheme.objects.get(pk=RIS),
        kind="purchase_order",
        label="Bon maison",
        **fields,
    )


def deposited(
    user: User, numbers: list[str], scanned: tuple[int, ...] = (), *, has_own: bool = False
) -> Deposit:
    """A deposit whose orders each show one of these numbers."""
    requests = [a_request(RIS, number=rank) for rank, _ in enumerate(numbers, start=1)]
    files = {}
    for rank, (request, number) in enumerate(zip(requests, numbers, strict=True), start=1):
        request["bonDeCommande"]["typeSignature"] = "MANUSCRITE"
        draw = a_scan if rank in scanned else a_pdf
        files[request["bonDeCommande"]["nomFichier"]] = draw(order_lines(request, (), number))
    supplier = user.memberships.get().supplier
    enrolment = an_enrolment(supplier, requests[0], RIS)
    enrolment.uses_own_order_layout = has_own
    enrolment.save(update_fields=["uses_own_order_layout"])
    a_base(RIS, requests)
    deposit = receive_deposit(
        supplier=supplier,
        user=user,
        content=BytesIO(a_file(RIS, requests=requests)),
        name=a_filename(RIS),
        archives=[ContentFile(a_zip(files), name="bons.zip")],
    )
    assert process_deposit(deposit.pk)
    return deposit


def said(deposit: Deposit) -> dict[int, str]:
    """What ENR-005 found, by request; every request is integrated."""
    lines = list(deposit.lines.all())
    assert {line.outcome for line in lines} == {"integrated"}
    return {
        line.index: finding["found"]
        for line in lines
        for finding in line.findings
        if finding["code"] == "ENR-005"
    }


def test_the_layout_that_an_order_cites_is_judged(user: User) -> None:
    """Only the supplier's own, in force on the day of signature, or a model of the portal."""
    supplier = user.memberships.get().supplier
    signed_on = date.fromisoformat(a_request(RIS)["bonDeCommande"]["dateSignature"])
    a_layout(supplier, signed_on)
    eve = signed_on - timedelta(days=1)
    a_layout(supplier, signed_on, version=2, compliant_from=eve, compliant_until=eve)
    a_layout(a_supplier(OTHER_SIRET), signed_on, number="MOD-2026-0009")
    model = issue_model(data=model_data("purchase_order", Scheme.objects.get(pk=RIS)))
    wrong = issue_model(data=model_data("pilot_report", Scheme.objects.get(pk=RIS)))
    numbers = [
        "MOD-2026-0001 v1",
        "MOD-2026-0001",
        model.reference,
        "MOD-2026-0001 v2",
        "MOD-2026-0009 v1",
        wrong.reference,
        "MOD-2026-0001 v1",
    ]
    found = said(deposited(user, numbers, scanned=(7,)))
    assert set(found) == {4, 5, 6}, "a scan is left to a person"
    assert found[4].startswith("MOD-2026-0001 v2, conforme du")
    assert found[5] == "MOD-2026-0009 v1, inconnu parmi vos modèles"
    assert "autre document" in found[6]


@pytest.mark.parametrize(("has_own", "found"), [(True, "aucun numéro de modèle"), (False, None)])
def test_an_order_without_a_number(user: User, has_own: bool, found: str | None) -> None:
    """A copy of the ASP model bears none; whoever has its own layout prints its number."""
    assert said(deposited(user, [""], has_own=has_own)).get(1) == found


def test_the_number_of_another_supplier_tells_nothing(user: User) -> None:
    """Whether it exists or not, the answer is the same."""
    a_layout(a_supplier(OTHER_SIRET), date(2026, 9, 1), number="MOD-2026-0009")
    found = said(deposited(user, ["MOD-2026-0009 v1", "MOD-2026-0010 v1"]))
    assert found[1].replace("0009", "0010") == found[2]


def test_the_number_is_shown_with_its_scope_and_validity(client: Client, user: User) -> None:
    """On the supplier's pages: among the values of the request, and marked on the document."""
    supplier = user.memberships.get().supplier
    signed_on = date.fromisoformat(a_request(RIS)["bonDeCommande"]["dateSignature"])
    a_layout(supplier, signed_on)
    deposit = deposited(user, ["MOD-2026-0001 v1"])
    document, one = deposit.documents.get(), FundingRequest.objects.get()
    assert document.file
    client.force_login(user)
    words = escape(f"Bon de commande, {RIS}, conforme du {signed_on:%d/%m/%Y} au")
    for page in (
        reverse("request_detail", args=[one.number]),
        reverse("deposit_reading", args=[deposit.key, document.file.key]),
    ):
        html = client.get(page).content.decode()
        assert words in html, page
        assert "en vigueur à la signature" in html, page
    assert 'aria-label="Modèle cité MOD-2026-0001 v1 : revenir' in html
