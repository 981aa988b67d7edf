"""Template review: submission, automatic reading, the officer's checklist, the answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pikepdf import Pdf

from enrolment.actions import (
    SpecimenRefusedError,
    review_specimen,
    submit_specimen,
    sync_groups,
    withdraw_specimen,
)
from enrolment.models import Enrolment, Specimen, Supplier, User
from funding.actions.layouts import layout_of, own_layouts
from funding.actions.paper import issue_model
from funding.actions.specimens import read_specimen
from funding.report.issued import draw
from funding.report.paper import model_data
from segur_portal.common.models import Notification, OutgoingMail, Scheme, Statement
from segur_portal.common.workflow import ForbiddenMoveError
from tests.builders import SIRET, a_request
from tests.documents.hostile_pdfs import GOOD
from tests.factories import A_DAY, a_member, a_supplier, an_enrolment, an_officer, the_programme

pytestmark = pytest.mark.django_db
RIS, MDV = "SONS-IMG-RIS-Va2", "SONS-MDV-LGC-Va2"
CODES = (
    "montant_etat",
    "clients",
    "minimis_question",
    "minimis_tableau",
    "lignes",
    "couple_rpps_am",
    "activite",
    "signataire",
    "regime_aide",
)


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        the_programme()
        yield


@pytest.fixture
def enrolment() -> Enrolment:
    """An early enrolment: enough for the review of layouts."""
    return an_enrolment(a_supplier(SIRET), a_request(RIS), RIS, state="early")


@pytest.fixture
def member(enrolment: Enrolment) -> User:
    return a_member(enrolment.supplier)


def submitted(member: User, content: bytes = b"%PDF-1.7", **changes: Any) -> Specimen:
    supplier = Supplier.objects.get(siret=SIRET)
    wanted = {
        "supplier": supplier,
        "user": member,
        "scheme": Scheme.objects.get(pk=RIS),
        "kind": "purchase_order",
        "label": "Bon de commande maison",
        "content": ContentFile(content, "bdc.pdf"),
    }
    return submit_specimen(**{**wanted, **changes})


def test_a_layout_gets_a_passport(member: User) -> None:
    """A number of the year, which its next versions keep."""
    first = submitted(member)
    assert first.passport == f"MOD-2026-{first.pk:04d} v1"
    officer = an_officer()
    review_specimen(specimen=first, actor=officer, role="officer", present=[])
    second = submitted(member, replaces=first)
    assert second.passport == f"{first.number} v2"


def test_a_version_waits_for_the_answer_to_the_one_before(member: User) -> None:
    first = submitted(member)
    with pytest.raises(SpecimenRefusedError, match="encore en revue"):
        submitted(member, replaces=first)


def test_the_review_opens_with_the_early_enrolment(member: User, enrolment: Enrolment) -> None:
    """Not before it is validated, nor on another scheme."""
    with pytest.raises(SpecimenRefusedError, match="au moins anticipé"):
        submitted(member, scheme=Scheme.objects.get(pk=MDV))
    Enrolment.objects.filter(pk=enrolment.pk).update(state="draft", early_validated_on=None)
    with pytest.raises(SpecimenRefusedError, match="au moins anticipé"):
        submitted(member)


def test_a_layout_is_a_pdf_by_its_content(member: User) -> None:
    """The name says nothing."""
    with pytest.raises(SpecimenRefusedError, match="n’est pas un PDF"):
        submitted(member, content=b"PK\x03\x04 a document")


@pytest.mark.pdf
def test_the_portal_reads_the_statements_with_their_pages(member: User) -> None:
    """Every statement of the ASP model is found in it, whatever the line breaks."""
    model = issue_model(data=model_data("purchase_order", Scheme.objects.get(pk=RIS)))
    specimen = submitted(member, content=draw(model))
    assert read_specimen(specimen.pk)
    assert not read_specimen(specimen.pk)
    specimen.refresh_from_db()
    pages = specimen.reading["pages"]
    assert set(pages) == set(CODES)
    assert all(pages.values()), [code for code, found in pages.items() if not found]
    assert specimen.reading["has_text"]


def test_a_scan_is_checked_by_hand(member: User) -> None:
    """A document without text finds nothing and says so; it is not a fault."""
    blank = BytesIO()
    pdf = Pdf.new()
    pdf.add_blank_page()
    pdf.save(blank)
    specimen = submitted(member, content=blank.getvalue())
    read_specimen(specimen.pk)
    specimen.refresh_from_db()
    assert specimen.is_read
    assert not specimen.reading["has_text"]
    assert specimen.faults == []


def test_a_compliant_layout_answers_enr_005(member: User, enrolment: Enrolment) -> None:
    """Unreviewed until the answer, compliant from that day to its end, unreviewed after."""
    supplier = enrolment.supplier

    def layout(on: date) -> str:
        enrolment.refresh_from_db()
        return layout_of(own_layouts(supplier), enrolment, RIS, on)

    today = date(2026, 9, 15)
    assert layout(today) == "asp"
    specimen = submitted(member)
    assert layout(today) == "unreviewed"
    review_specimen(
        specimen=specimen,
        actor=an_officer(),
        role="officer",
        present=CODES,
        until=date(2026, 12, 31),
    )
    assert specimen.state == "compliant"
    assert layout(date(2026, 9, 14)) == "unreviewed"
    assert layout(date(2026, 12, 31)) == "compliant"
    assert layout(date(2027, 1, 1)) == "unreviewed"


def test_another_layout_says_nothing_of_the_orders(member: User, enrolment: Enrolment) -> None:
    """A supplier that declared its own layout of order keeps ENR-005's alert."""
    Enrolment.objects.filter(pk=enrolment.pk).update(uses_own_order_layout=True)
    withdraw_specimen(specimen=submitted(member, kind="pilot_report"), user=member)
    enrolment.refresh_from_db()
    assert enrolment.uses_own_order_layout
    withdraw_specimen(specimen=submitted(member), user=member)
    enrolment.refresh_from_db()
    assert not enrolment.uses_own_order_layout


def test_a_compliant_layout_says_which_number_to_print(client: Client, member: User) -> None:
    """In words, on its page, once it is compliant."""
    specimen = submitted(member)
    client.force_login(member)
    page = reverse("specimen_detail", args=[specimen.pk])
    assert "Imprimez" not in client.get(page).content.decode()
    review_specimen(specimen=specimen, actor=an_officer(), role="officer", present=CODES)
    assert f"Imprimez <strong>{specimen.passport}</strong>" in client.get(page).content.decode()


def test_missing_statements_are_told_to_the_supplier(member: User) -> None:
    """On screen and by mail, in full, and kept as they were even if the statement changes."""
    specimen = submitted(member)
    present = [code for code in CODES if code != "activite"]
    review_specimen(specimen=specimen, actor=an_officer(), role="officer", present=present)
    assert specimen.state == "not_compliant"
    text = Statement.objects.get(kind="purchase_order", code="activite", scheme=RIS).text
    notification = Notification.objects.get(user=member)
    assert specimen.passport in notification.title
    assert text in notification.body
    assert OutgoingMail.objects.filter(subject__contains=specimen.passport).exists()
    Statement.objects.filter(code="activite").update(text="Autre chose")
    specimen.refresh_from_db()
    assert [one["text"] for one in specimen.missing] == [text]


def test_an_officer_of_another_scheme_does_not_answer(member: User) -> None:
    specimen = submitted(member)
    with pytest.raises(ForbiddenMoveError, match="pas affecté"):
        review_specimen(specimen=specimen, actor=an_officer(MDV), role="officer", present=CODES)


def test_the_end_of_validity_is_not_in_the_past(member: User) -> None:
    specimen = submitted(member)
    with pytest.raises(ForbiddenMoveError, match="passée"):
        review_specimen(
            specimen=specimen,
            actor=an_officer(),
            role="officer",
            present=CODES,
            until=date(2026, 9, 14),
        )


def test_a_supplier_submits_and_withdraws_on_its_pages(client: Client, member: User) -> None:
    """From the form to the list; a withdrawn layout is no longer answered."""
    client.force_login(member)
    data = {
        "scheme": RIS,
        "kind": "purchase_order",
        "label": "BDC maison",
        "file": SimpleUploadedFile("bdc.pdf", GOOD),
    }
    page = client.post(reverse("specimen_new"), data, follow=True)
    specimen = Specimen.objects.get()
    assert specimen.passport in page.content.decode()
    client.post(reverse("specimen_withdraw", args=[specimen.pk]))
    specimen.refresh_from_db()
    assert specimen.state == "withdrawn"
    assert "Retiré" in client.get(reverse("specimen_list")).content.decode()
    with pytest.raises(ForbiddenMoveError):
        review_specimen(specimen=specimen, actor=an_officer(), role="officer", present=CODES)


def test_a_refused_file_keeps_what_was_typed(client: Client, member: User) -> None:
    client.force_login(member)
    data = {
        "scheme": RIS,
        "kind": "mandate",
        "label": "Mandat maison",
        "file": SimpleUploadedFile("bdc.pdf", b"not one"),
    }
    page = client.post(reverse("specimen_new"), data).content.decode()
    assert "n’est pas un PDF" in page
    assert "Mandat maison" in page


def test_the_officers_checklist_is_pre_ticked(client: Client, member: User) -> None:
    """Boxes of what was read are ticked with their page; the answer must agree with the boxes."""
    specimen = submitted(member)
    pages = {code: [1] if code == "clients" else [] for code in CODES}
    reading = {"is_read": True, "has_text": True, "page_count": 1, "faults": [], "pages": pages}
    Specimen.objects.filter(pk=specimen.pk).update(reading=reading)
    officer = an_officer()
    sync_groups()
    client.force_login(officer)
    address = reverse("admin:enrolment_specimen_deed", args=[specimen.pk, "review"])
    page = client.get(address)
    boxes = {name for name, box in page.context["form"].fields.items() if box.initial is True}
    assert boxes == {"present_clients"}
    assert "Lue page 1." in page.content.decode()
    refused = client.post(address, {"present_clients": "on", "decision": "compliant"})
    assert "Des mentions ne sont pas cochées" in refused.content.decode()
    everything = {f"present_{code}": "on" for code in CODES}
    client.post(address, {**everything, "decision": "compliant", "until": "2027-12-31"})
    specimen.refresh_from_db()
    assert (specimen.state, specimen.compliant_until) == ("compliant", date(2027, 12, 31))


def test_the_document_is_shown_beside_the_checklist(client: Client, member: User) -> None:
    """Inline, framed by our own pages only, once it was read without fault."""
    specimen = submitted(member)
    officer = an_officer()
    sync_groups()
    client.force_login(officer)
    preview = reverse("admin:enrolment_specimen_preview", args=[specimen.pk])
    assert client.get(preview).status_code == 404
    reading = {"is_read": True, "has_text": True, "page_count": 1, "faults": [], "pages": {}}
    Specimen.objects.filter(pk=specimen.pk).update(reading=reading)
    response = client.get(preview)
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    client.force_login(member)
    assert client.get(preview, follow=True).status_code == 403
