"""An officer reopens fields or documents; the supplier answers those alone; all is judged again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from enrolment.actions import sync_groups
from enrolment.models import User
from funding.demo.papers import a_pdf, order_lines
from funding.models import Correction, DepositDocument, FundingRequest, RequestRevision
from funding.report.papers import papers_of
from orders.models import Claim, EligibleClient, OrderClient
from segur_portal.common.french import instant
from segur_portal.common.models import IssuedDocument, JournalEntry, Notification, StoredFile
from segur_portal.common.money import in_french
from segur_portal.common.workflow import ForbiddenMoveError
from tests.builders import a_request
from tests.factories import A_DAY

from .correcting import RIS, ask

PAPER, NAME = "/bonDeCommande/nomFichier", "/clients/0/nomStructure"
SIREN, NET, VAT, GROSS = (
    "/clients/0/siren",
    "/bonDeCommande/montantHT",
    "/bonDeCommande/montantTVA",
    "/bonDeCommande/montantTTC",
)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


def kept_files() -> set[str]:
    """The documents that the storage holds."""
    folder = StoredFile.Purpose.DOCUMENT
    groups, _ = default_storage.listdir(folder) if default_storage.exists(folder) else ([], [])
    return {name for group in groups for name in default_storage.listdir(f"{folder}/{group}")[1]}


def page(one: FundingRequest) -> str:
    return reverse("request_correction", args=[one.number])


def admin_page(one: FundingRequest) -> str:
    return reverse("admin:funding_fundingrequest_change", args=[one.pk])


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def answer(member: User, one: FundingRequest, values: dict[str, Any]) -> Any:
    """Post these values in the fields of what is open."""
    names = {row.pointer: f"c{row.pk}" for row in one.corrections.pending()}
    return client_of(member).post(page(one), {names[at]: value for at, value in values.items()})


def test_only_what_is_asked_opens(one: FundingRequest, officer: User, member: User) -> None:
    """The page shows what the officer wrote, a field for each thing asked, and no other."""
    ask(one, officer, NAME, PAPER)
    response = client_of(member).get(page(one))
    text = response.content.decode()
    assert f"Corrigez {NAME}" in text
    assert [item.leaf.pointer for item, _ in response.context["form"].items] == [PAPER, NAME]
    own = client_of(member).get(reverse("request_detail", args=[one.number])).content.decode()
    assert "Répondre à la correction" in own


def test_the_supplier_is_told_what_to_do(one: FundingRequest, officer: User, member: User) -> None:
    """A notification that opens the page, a letter, the public journal: each names what opens."""
    ask(one, officer, NAME)
    told = Notification.objects.get(user=member)
    assert told.url == page(one)
    assert f"Corrigez {NAME}" in told.body
    assert IssuedDocument.objects.filter(kind=IssuedDocument.Kind.CORRECTION).exists()
    entry = JournalEntry.objects.get(verb="request_correction")
    assert (entry.reason_code, entry.is_public) == ("document", True)
    assert f"Corrigez {NAME}" in entry.note


def test_a_field_is_answered_and_given_back(
    one: FundingRequest, officer: User, member: User
) -> None:
    """The value, the order, the hash change; the file comes back to the same officer."""
    ask(one, officer, NAME)
    before = one.content_hash
    assert answer(member, one, {NAME: "Cabinet rebaptisé"}).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.assigned_to) == ("to_instruct", officer)
    assert one.payload["clients"][0]["nomStructure"] == one.client_name == "Cabinet rebaptisé"
    assert one.content_hash != before
    assert OrderClient.objects.get(order=one.order).name == "Cabinet rebaptisé"
    row = Correction.objects.get()
    assert (row.after, row.answered_by) == ("Cabinet rebaptisé", member)
    entry = JournalEntry.objects.get(verb="answer_correction")
    assert "→ Cabinet rebaptisé" in entry.note


def test_what_was_not_asked_cannot_be_slipped_in(
    one: FundingRequest, officer: User, member: User
) -> None:
    """A field forged in the form is ignored: nothing else changes."""
    ask(one, officer, NAME)
    before = one.payload["bonDeCommande"]
    name = f"c{one.corrections.get().pk}"
    data = {name: "Autre nom", "c999": "1", "bonDeCommande": "x"}
    assert client_of(member).post(page(one), data).status_code == 302
    one.refresh_from_db()
    assert one.payload["bonDeCommande"] == before


def test_an_answer_is_judged_by_the_same_rules(
    one: FundingRequest, officer: User, member: User
) -> None:
    """An amount that does not add up is refused at its field, and nothing is kept."""
    ask(one, officer, NET, VAT, GROSS)
    before = one.payload
    response = answer(member, one, {NET: "1000", VAT: "200", GROSS: "1300"})
    assert response.status_code == 200
    assert "MNT-002" in response.content.decode()
    one.refresh_from_db()
    assert (one.state, one.payload) == ("correction_requested", before)
    assert answer(member, one, {NET: "900", VAT: "180", GROSS: "1080"}).status_code == 302
    one.refresh_from_db()
    assert [str(amount) for amount in (one.net, one.vat, one.gross)] == [
        "900.00",
        "180.00",
        "1080.00",
    ]
    assert one.order.net == 900
    (revision,) = one.revisions.all()
    assert revision.payload == before
    assert revision.pricing["asked"]["net"] == str(revision.net)
    sync_groups()
    text = client_of(officer).get(admin_page(one)).content.decode()
    assert f"Avant la correction transmise {instant(revision.replaced_at)}" in text
    assert in_french(revision.gross) in text
    assert escape(revision.pricing["sentences"][0]) in text


def test_what_was_before_a_correction_never_changes(
    one: FundingRequest, officer: User, member: User
) -> None:
    """Neither changed nor removed, even by raw SQL; a refused answer leaves none."""
    ask(one, officer, NET, VAT, GROSS)
    answer(member, one, {NET: "1000", VAT: "200", GROSS: "1300"})
    assert not RequestRevision.objects.exists()
    answer(member, one, {NET: "900", VAT: "180", GROSS: "1080"})
    for deed in (lambda: RequestRevision.objects.update(net=0), one.revisions.all().delete):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            deed()


def test_a_value_of_the_wrong_shape_is_refused_at_its_field(
    one: FundingRequest, officer: User, member: User
) -> None:
    """The format is checked too: a SIREN whose key is wrong."""
    ask(one, officer, SIREN)
    response = answer(member, one, {SIREN: "123456789"})
    assert response.status_code == 200
    field = f"c{one.corrections.get().pk}"
    assert response.context["form"].errors[field]


def test_another_client_takes_its_own_keys(
    one: FundingRequest, officer: User, member: User
) -> None:
    """A corrected SIREN frees the old key and takes the new one."""
    old = one.payload["clients"][0]["siren"]
    new = a_request(RIS, number=3)["clients"][0]["siren"]
    EligibleClient.objects.exclude(kind="SIREN").update(siren=new)
    ask(one, officer, SIREN)
    assert answer(member, one, {SIREN: new}).status_code == 302
    live = Claim.objects.live().filter(order=one.order, kind="SIREN")
    assert set(live.values_list("value", flat=True)) == {new}
    assert not Claim.objects.live().filter(value=old).exists()


def test_a_key_of_another_order_is_refused(
    one: FundingRequest, officer: User, member: User
) -> None:
    """Uniqueness holds in a correction as in a deposit; one's own keys are no conflict."""
    taken = FundingRequest.objects.get(position=2).payload["clients"][0]["siren"]
    ask(one, officer, SIREN)
    response = answer(member, one, {SIREN: taken})
    assert response.status_code == 200
    assert "UNI-002" in response.content.decode()


def test_a_document_is_replaced_and_read_again(
    one: FundingRequest, officer: User, member: User
) -> None:
    """The new version is in force, read; the first is kept."""
    (before,) = papers_of(one)
    ask(one, officer, PAPER)
    better = a_pdf([*order_lines(one.payload), "Page nette"])
    response = answer(member, one, {PAPER: ContentFile(better, name="scan propre.pdf")})
    assert response.status_code == 302
    one.refresh_from_db()
    (after,) = papers_of(one)
    assert (before.name, before.file) != (after.name, after.file)
    assert after.name == before.name
    assert after.reading is not None
    assert not [value for value in after.reading.missing if value.pointer]
    assert DepositDocument.objects.filter(name=after.name).count() == 2
    assert Correction.objects.get().after == after.file.sha256  # type: ignore[union-attr]


def test_what_is_no_pdf_is_refused(one: FundingRequest, officer: User, member: User) -> None:
    """DOC-002 speaks at the field of the document."""
    ask(one, officer, PAPER)
    response = answer(member, one, {PAPER: ContentFile(b"bonjour", name="bon.pdf")})
    assert response.status_code == 200
    assert "DOC-002" in response.content.decode()
    assert DepositDocument.objects.filter(deposit=one.deposit).count() == 2


def test_a_refused_answer_leaves_no_file_behind(
    one: FundingRequest, officer: User, member: User
) -> None:
    """A sound paper sent with an amount that does not add up: its bytes are not kept."""
    ask(one, officer, PAPER, NET)
    before = kept_files()
    better = a_pdf([*order_lines(one.payload), "Page nette"])
    response = answer(member, one, {PAPER: ContentFile(better, name="scan.pdf"), NET: "12"})
    assert response.status_code == 200
    assert kept_files() == before
    values = {PAPER: ContentFile(better, name="scan.pdf"), NET: str(one.net)}
    assert answer(member, one, values).status_code == 302
    assert len(kept_files() - before) == 1


def test_the_page_names_the_documents_of_a_deposit(
    one: FundingRequest, officer: User, member: User
) -> None:
    """Who would rather deposit again reads under which name, and why; the letter says it too."""
    ask(one, officer, PAPER)
    text = client_of(member).get(page(one)).content.decode()
    by_deposit = text.split("Répondre plutôt par un dépôt")[1].split("</details>")[0]
    name = one.payload["bonDeCommande"]["nomFichier"]
    assert name in by_deposit
    assert f"Corrigez {PAPER}" in by_deposit
    assert name in JournalEntry.objects.get(verb="request_correction").note


def test_the_clock_counts_the_suppliers_days_apart(
    one: FundingRequest, officer: User, member: User
) -> None:
    """Five days with the supplier are no days of ASP; the page says so, on both sides."""
    ask(one, officer, NAME)
    with time_machine.travel(A_DAY + timedelta(days=5, hours=1), tick=True):
        text = client_of(member).get(reverse("request_detail", args=[one.number])).content.decode()
        assert "0 jour à l’ASP, 5 jours dans l’attente de votre côté" in text
        assert answer(member, one, {NAME: "Nom"}).status_code == 302
    one.refresh_from_db()
    assert one.waited.days == 5


def test_a_closed_window_does_not_close_a_correction(
    one: FundingRequest, officer: User, member: User
) -> None:
    """What was received in time is judged as of that day."""
    ask(one, officer, NAME)
    with time_machine.travel(A_DAY + timedelta(days=90), tick=True):
        assert answer(member, one, {NAME: "Nom"}).status_code == 302


def test_a_client_that_left_the_base_may_be_corrected(
    one: FundingRequest, officer: User, member: User
) -> None:
    """The request stays judged on the base it was received on."""
    ask(one, officer, NAME)
    EligibleClient.objects.update(valid_to=2)
    assert answer(member, one, {NAME: "Nom"}).status_code == 302


def test_an_answer_comes_once(one: FundingRequest, officer: User, member: User) -> None:
    """Sent twice, the second finds nothing to correct."""
    ask(one, officer, NAME)
    data = {f"c{one.corrections.get().pk}": "Nom"}
    client = client_of(member)
    assert client.post(page(one), data).status_code == 302
    assert client.post(page(one), data).status_code == 302
    assert JournalEntry.objects.filter(verb="answer_correction").count() == 1


@pytest.mark.parametrize("pointer", ["/referenceFournisseur", "/clients/7/siren", "/clients"])
def test_nothing_opens_that_is_not_a_value(
    pointer: str, one: FundingRequest, officer: User
) -> None:
    """Neither the reference, nor a client that is not there, nor a whole block."""
    with pytest.raises(ForbiddenMoveError, match="n’a pas de valeur"):
        ask(one, officer, pointer)
    with pytest.raises(ForbiddenMoveError, match="au moins un"):
        ask(one, officer)


def test_the_same_thing_is_not_open_twice(one: FundingRequest, officer: User) -> None:
    """The database refuses it."""
    ask(one, officer, NAME)
    row = one.corrections.get()
    row.pk = None
    with pytest.raises(IntegrityError, match="correction_open_once"), transaction.atomic():
        row.save()
