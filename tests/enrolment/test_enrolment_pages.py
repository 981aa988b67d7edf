"""The supplier's pages on its enrolments: kept at once, refused politely, closed to others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enrolment.models import Enrolment, Membership
from funding.demo.small_pdf import small_pdf
from segur_portal.common.models import Notification
from tests.factories import A_DAY, a_member

from .kit import BIC, FAR, IBAN, RECENT, RIS, a_draft, a_signatory, complete, deposit

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def signatory() -> Membership:
    return a_signatory()


@pytest.fixture
def signed_in(signatory: Membership) -> Client:
    client = Client()
    client.force_login(signatory.user)
    return client


def step(enrolment: Enrolment, name: str) -> str:
    return reverse("enrolment_step", args=[enrolment.pk, name])


def posted(name: str = "identity", **fields: Any) -> dict[str, Any]:
    """A document as its form sends it."""
    return {
        f"{name}-file": SimpleUploadedFile("cni.pdf", small_pdf("Carte d’identité")),
        **{f"{name}-{field}": value for field, value in fields.items()},
    }


def test_an_enrolment_is_begun_from_the_list(signed_in: Client, signatory: Membership) -> None:
    """The first step opens."""
    page = signed_in.get(reverse("enrolment_list"))
    assert "Commencer" in page.content.decode()
    response = signed_in.post(reverse("enrolment_start", args=[RIS]))
    enrolment = Enrolment.objects.get(supplier=signatory.supplier)
    assert response["Location"] == step(enrolment, "organisation")


def test_an_answer_is_kept_at_once(signed_in: Client, signatory: Membership) -> None:
    """An autosave says so and brings the checklist up to date; a wrong date is not kept."""
    enrolment = a_draft(signatory, hosts_data=None)
    answers = {
        "legal_representative": "Camille Martin",
        "is_vat_subject": "True",
        "hosts_data": "True",
        "proxy": "none",
    }
    answer = signed_in.post(step(enrolment, "organisation"), answers, headers=HTMX).content.decode()
    enrolment.refresh_from_db()
    assert enrolment.hosts_data is True
    assert "Enregistré" in answer
    assert "Certificat d’hébergeur" in answer
    wrong = {**answers, "osu_granted_on": "2026-05-01", "osu_expires_on": "2026-04-01"}
    answer = signed_in.post(step(enrolment, "organisation"), wrong, headers=HTMX).content.decode()
    assert "Pas encore enregistré" in answer
    enrolment.refresh_from_db()
    assert enrolment.osu_granted_on is None


def test_a_document_is_deposited_and_its_card_replaced(
    signed_in: Client, signatory: Membership
) -> None:
    """The card alone comes back, with the checklist; without script, the whole step."""
    enrolment = a_draft(signatory)
    address = reverse("enrolment_document", args=[enrolment.pk, "identity"])
    answer = signed_in.post(address, posted(expires_on=FAR), headers=HTMX).content.decode()
    assert "Document déposé" in answer
    assert "cni.pdf" in answer
    response = signed_in.post(address, posted(expires_on=FAR))
    assert response["Location"] == step(enrolment, "documents")
    assert enrolment.documents.count() == 2


def test_an_expired_document_is_refused_beside_its_field(
    signed_in: Client, signatory: Membership
) -> None:
    """The reason is in the card, nothing is kept."""
    enrolment = a_draft(signatory)
    address = reverse("enrolment_document", args=[enrolment.pk, "identity"])
    answer = signed_in.post(address, posted(expires_on="2026-09-14"), headers=HTMX).content.decode()
    assert "sa validité a pris fin le 14/09/2026" in answer
    assert not enrolment.documents.exists()


def test_a_document_is_given_back_as_a_download(signed_in: Client, signatory: Membership) -> None:
    """Never shown by the browser as a page of ours."""
    document = deposit(a_draft(signatory), signatory.user, "identity")
    response = signed_in.get(reverse("enrolment_document_file", args=[document.key]))
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert response.content.startswith(b"%PDF-")


def test_bank_details_are_typed_once_and_masked(signed_in: Client, signatory: Membership) -> None:
    """The IBAN is never shown again; an empty one keeps what there is."""
    enrolment = a_draft(signatory)
    data = {"holder": "Essai SAS", "iban": IBAN, "bic": BIC}
    assert signed_in.post(step(enrolment, "banque"), data).status_code == 302
    page = signed_in.get(step(enrolment, "banque")).content.decode()
    assert "•••• 0189" in page
    assert "À vérifier" not in page
    assert IBAN not in page
    assert "4567" not in page.replace("3456 7890", "")
    assert signed_in.post(step(enrolment, "banque"), {"iban": ""}).status_code == 302
    wrong = signed_in.post(step(enrolment, "banque"), {**data, "iban": IBAN[:-1] + "0"})
    assert "n’est pas valide" in wrong.content.decode()


def test_the_recap_is_signed_only_as_it_was_shown(signed_in: Client, signatory: Membership) -> None:
    """Without the box, or when something changed since, nothing leaves."""
    enrolment = complete(a_draft(signatory), signatory)
    page = signed_in.get(step(enrolment, "recapitulatif"))
    seen = page.context["form"]["seen"].value()
    address = step(enrolment, "recapitulatif")
    assert "Cochez cette case" in signed_in.post(address, {"seen": seen}).content.decode()
    deposit(enrolment, signatory.user, "identity")
    signed = {"seen": seen, "is_certified": "on"}
    assert "a changé depuis" in signed_in.post(address, signed).content.decode()
    page = signed_in.get(address)
    signed["seen"] = page.context["form"]["seen"].value()
    assert signed_in.post(address, signed).status_code == 302
    enrolment.refresh_from_db()
    assert enrolment.state == "submitted"


def test_a_forged_answer_to_a_closed_step_is_refused(
    signed_in: Client, signatory: Membership
) -> None:
    """Sent, the file is closed: a page left open in another tab changes nothing."""
    enrolment = complete(a_draft(signatory), signatory)
    Enrolment.objects.filter(pk=enrolment.pk).update(state="submitted")
    answers = {"legal_representative": "Autre", "is_vat_subject": "False", "proxy": "none"}
    response = signed_in.post(step(enrolment, "organisation"), answers, follow=True)
    assert "pas ouverte à la modification" in response.content.decode()
    address = reverse("enrolment_document", args=[enrolment.pk, "bank"])
    signed_in.post(address, posted("bank", issued_on=RECENT))
    signed_in.post(step(enrolment, "banque"), {"holder": "X", "iban": IBAN, "bic": BIC})
    enrolment.refresh_from_db()
    assert enrolment.legal_representative == "Camille Martin"
    assert enrolment.documents.filter(kind="bank").count() == 1
    assert signatory.supplier.bank_details.count() == 1


@pytest.mark.parametrize(
    "name", ["organisation", "solutions", "documents", "banque", "recapitulatif"]
)
def test_every_step_can_be_read_in_every_state(
    signed_in: Client, signatory: Membership, name: str
) -> None:
    """Open or closed, the page answers."""
    enrolment = complete(a_draft(signatory), signatory)
    for state in ("draft", "submitted", "correction_requested", "early", "refused"):
        Enrolment.objects.filter(pk=enrolment.pk).update(state=state)
        assert signed_in.get(step(enrolment, name)).status_code == 200
        assert signed_in.get(reverse("enrolment_detail", args=[enrolment.pk])).status_code == 200


def test_a_tab_left_open_does_not_put_old_answers_back(
    signed_in: Client, signatory: Membership
) -> None:
    """What it did not change stays as a colleague left it; what both changed is told."""
    client, enrolment = signed_in, a_draft(signatory)
    page = step(enrolment, "organisation")
    shown = client.get(page).context["answers_shown"]
    answers = {
        "legal_representative": "Camille Martin",
        "is_vat_subject": "True",
        "hosts_data": "False",
        "proxy": "none",
        "answers_shown": shown,
    }
    first = client.post(page, {**answers, "legal_representative": "Alix Bon"}, headers=HTMX)
    assert "Enregistré le" in first.content.decode()
    # The other tab changes something else, twice without waiting for the first answer.
    for hosts in ("True", "True"):
        client.post(page, {**answers, "hosts_data": hosts}, headers=HTMX)
    enrolment.refresh_from_db()
    assert (enrolment.legal_representative, enrolment.hosts_data) == ("Alix Bon", True)
    late = {**answers, "legal_representative": "Lou Petit"}
    for headers in (HTMX, {}):
        told = client.post(page, late, headers=headers).content.decode()
        assert "par un collègue : représentant légal" in told
    enrolment.refresh_from_db()
    assert enrolment.legal_representative == "Alix Bon"
    now = client.get(page).context["answers_shown"]
    client.post(page, {**late, "answers_shown": now})
    enrolment.refresh_from_db()
    assert enrolment.legal_representative == "Lou Petit"


def test_who_prepares_tells_who_signs(signatory: Membership, client: Client) -> None:
    """Once nothing is missing; once for the same content."""
    enrolment = a_draft(signatory)
    preparer = a_member(signatory.supplier, "preparer", "prep@exemple.fr")
    client.force_login(preparer)
    page = step(enrolment, "recapitulatif")
    early = client.post(page, {"prevenir": "1"}, follow=True).content.decode()
    assert "Il manque encore" in early
    complete(enrolment, signatory)
    assert "Prévenir les signataires" in client.get(page).content.decode()
    for _ in range(2):
        told = client.post(page, {"prevenir": "1"}, follow=True).content.decode()
        assert "La personne qui peut signer en est prévenue" in told
    notice = Notification.objects.get(title__startswith="L’enrôlement est prêt à signer")
    assert (notice.user, notice.url) == (signatory.user, page)
    client.force_login(signatory.user)
    shown = client.get(reverse("enrolment_detail", args=[enrolment.pk])).content.decode()
    assert "Relire et signer" in shown
    for state in ("submitted", "in_review", "final", "refused"):
        Enrolment.objects.update(state=state, final_validated_on=A_DAY.date())
        client.force_login(preparer)
        told = client.post(page, {"prevenir": "1"}, follow=True).content.decode()
        assert "rien à signer" in told, state
