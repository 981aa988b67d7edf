"""Opening an account with a SIRET, confirming one's address, being accepted."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from enrolment.actions.identity import verify_identity
from enrolment.actions.members import NotAdministratorError
from enrolment.actions.signup import ask_to_join, decide_join
from enrolment.models import CompanyIdentity, JoinRequest, Membership, Supplier, User
from segur_portal.common.mails import send_due
from segur_portal.common.models import Notification
from tests.builders import SIRET
from tests.enrolment.registers import KNOWN_SIRET, Registers
from tests.factories import a_member, a_supplier, a_user, the_programme

pytestmark = pytest.mark.django_db
EMAIL = "anne.roy@exemple.fr"
PASSWORD = "un-mot-de-passe-long"
PERSON = {
    "first_name": "Anne",
    "last_name": "Roy",
    "role": "legal_representative",
    "email": EMAIL,
    "phone": "01 23 45 67 89",
    "password1": PASSWORD,
    "password2": PASSWORD,
}


def open_account(client: Client, siret: str = KNOWN_SIRET, **changes: Any) -> Any:
    return client.post(reverse("sign_up", args=[siret]), {**PERSON, **changes})


def confirm(client: Client, email: str = EMAIL) -> Any:
    """Follow the link of the last mail to this address."""
    send_due()
    message = next(one for one in reversed(outbox.outbox) if one.to == [email])
    link = re.search(r"http\S+(/comptes/confirm-email/\S+)", str(message.body))
    assert link, message.body
    return client.post(link[1])


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("552 081 317 66522", None),
        (" 552.081.317-66522 ", None),
        ("356 000 000 00048", None),
        ("552 081 317 66523", "la clé de contrôle"),
        ("00000000000000", "une suite de zéros"),
        ("552081317", "SIREN"),
        ("", "obligatoire"),
        ("5520813176652A", "caractère interdit"),
    ],
)
def test_the_siret_is_cleaned_and_checked(typed: str, expected: str | None) -> None:
    """As people paste it; La Poste's exception passes; a wrong one is explained."""
    response = Client().post(reverse("sign_up_siret"), {"siret": typed})
    if expected is None:
        assert re.fullmatch(r"/creer-un-compte/\d{14}/", response.headers["Location"])
    else:
        assert expected in response.content.decode()


def test_the_company_is_shown_before_anything_is_asked(registers: Registers) -> None:
    """The person recognises it; its name is not theirs to type."""
    page = Client().get(reverse("sign_up", args=[KNOWN_SIRET])).content.decode()
    assert "LOGICIELS DE SANTE REUNIS" in page
    assert "22 AVENUE DE LA SANTE" in page
    assert "company_name" not in page


def test_a_forged_siret_is_no_page() -> None:
    """The second step checks the SIRET too."""
    assert Client().get(reverse("sign_up", args=["55208131766523"])).status_code == 404


def test_the_first_person_of_a_siret_opens_the_organisation(registers: Registers) -> None:
    """Once their address is confirmed, and not before."""
    client = Client()
    assert open_account(client).headers["Location"] == reverse("account_email_verification_sent")
    assert not Supplier.objects.exists()
    confirm(client)
    supplier = Supplier.objects.get()
    assert (supplier.siret, supplier.name) == (KNOWN_SIRET, "LOGICIELS DE SANTE REUNIS")
    membership = Membership.objects.get()
    assert (membership.role, membership.is_administrator) == ("legal_representative", True)
    assert membership.user.phone == "+33 1 23 45 67 89"
    assert CompanyIdentity.objects.filter(supplier=supplier, verified_at=None).exists()
    assert JoinRequest.objects.get().is_accepted


def test_without_the_register_the_name_is_typed() -> None:
    """The register does not answer: the page says so, and nothing is blocked."""
    client = Client()
    page = client.get(reverse("sign_up", args=[KNOWN_SIRET])).content.decode()
    assert "Identité non vérifiée" in page
    assert "Raison sociale" in page
    open_account(client, company_name="Logiciels réunis")
    confirm(client)
    assert Supplier.objects.get().name == "Logiciels réunis"


def test_a_name_is_not_forged_when_the_register_gave_it(registers: Registers) -> None:
    """What is posted beside the form is not read."""
    client = Client()
    open_account(client, company_name="Usurpateur")
    confirm(client)
    assert Supplier.objects.get().name == "LOGICIELS DE SANTE REUNIS"


def test_errors_stay_beside_their_fields(registers: Registers) -> None:
    """What was typed is kept, except passwords; nobody is created."""
    page = open_account(Client(), phone="12", password2="autre").content.decode()
    assert "Ce numéro n’existe pas" in page
    assert "même mot de passe" in page
    assert 'value="Anne"' in page
    assert not User.objects.exists()


def test_a_known_siret_goes_to_its_administrators(registers: Registers) -> None:
    """They are told; the person waits, sees nothing, and is not told who they are."""
    the_programme()
    supplier = a_supplier(KNOWN_SIRET, "Logiciels réunis")
    boss = a_member(supplier, email="patronne@exemple.fr")
    client = Client()
    open_account(client, role="preparer")
    confirm(client)
    user = User.objects.get(email=EMAIL)
    assert not user.memberships.exists()
    assert "Anne Roy" in Notification.objects.of(boss).get().body
    client.force_login(user)
    response = client.get(reverse("dashboard"), follow=True)
    page = response.content.decode()
    assert "attend la réponse de l’organisation" in page
    for secret in (boss.email, str(boss), "Logiciels réunis"):
        assert secret not in page


def test_an_administrator_accepts_once(registers: Registers) -> None:
    """The role asked for, no administration; a second decision is refused."""
    supplier = a_supplier(KNOWN_SIRET)
    boss, user = a_member(supplier), a_user(EMAIL)
    request = ask_to_join(user=user, siret=KNOWN_SIRET, role="preparer", is_confirmed=True)
    stranger = a_member(a_supplier(SIRET))
    with pytest.raises(NotAdministratorError):
        decide_join(request, actor=stranger, accept=True)
    decide_join(request, actor=boss, accept=True)
    membership = user.memberships.get()
    assert (membership.role, membership.is_administrator) == ("preparer", False)
    assert "acceptée" in Notification.objects.of(user).get().title
    with pytest.raises(Exception, match="déjà décidée"):
        decide_join(request, actor=boss, accept=False)


def test_a_refusal_is_told_and_gives_nothing() -> None:
    """The person learns the answer, and may ask again later."""
    supplier = a_supplier(KNOWN_SIRET)
    boss, user = a_member(supplier), a_user(EMAIL)
    request = ask_to_join(user=user, siret=KNOWN_SIRET, role="preparer", is_confirmed=True)
    decide_join(request, actor=boss, accept=False)
    assert not user.memberships.exists()
    assert "refusée" in Notification.objects.of(user).get().title


def test_without_administrator_the_portal_decides() -> None:
    """A superuser is told; who they accept administers the organisation."""
    supplier, user = a_supplier(KNOWN_SIRET), a_user(EMAIL)
    officer = a_user("admin@asp.fr", "officer", is_staff=True, is_superuser=True)
    request = ask_to_join(user=user, siret=KNOWN_SIRET, role="preparer", is_confirmed=True)
    assert Notification.objects.of(officer).exists()
    decide_join(request, actor=officer, accept=True)
    assert Membership.objects.get(supplier=supplier).is_administrator


def test_an_address_that_has_an_account_is_not_told_to_a_stranger(registers: Registers) -> None:
    """Same page for the stranger; the owner of the address gets a mail that says so."""
    a_user(EMAIL)
    response = open_account(Client())
    assert response.headers["Location"] == reverse("account_email_verification_sent")
    send_due()
    (message,) = outbox.outbox
    assert message.subject == "Vous avez déjà un compte"
    assert User.objects.count() == 1
    assert not JoinRequest.objects.exists()


def test_the_free_sign_up_of_the_library_stays_closed() -> None:
    """An account always has a SIRET or an invitation."""
    data = {"email": EMAIL, "password1": PASSWORD, "password2": PASSWORD}
    page = Client().post(reverse("account_signup"), data).content.decode()
    assert "Ouvrir un compte" in page
    assert not User.objects.exists()


def test_a_person_opens_a_second_organisation() -> None:
    """From their account: no new password, no new address."""
    user = a_member(a_supplier(SIRET))
    client = Client()
    client.force_login(user)
    client.post(reverse("organisations"), {"siret": KNOWN_SIRET, "role": "proxy"})
    assert user.memberships.count() == 2
    page = client.post(reverse("organisations"), {"siret": KNOWN_SIRET, "role": "proxy"})
    assert "déjà membre" in page.content.decode()


@pytest.mark.parametrize("is_known_later", [True, False])
def test_a_name_typed_without_the_register_is_replaced_by_its_own(
    registers: Registers, is_known_later: bool
) -> None:
    """« Non vérifiée » on the page of the members, until the register answers: its name is then
    the organisation's, and who administers is told. A SIRET it does not know keeps the typed one.
    """
    registers.status = 500
    client = Client()
    open_account(client, company_name="Un autre nom")
    confirm(client)
    supplier = Supplier.objects.get()
    user = User.objects.get()
    client.force_login(user)
    assert "Identité non vérifiée" in client.get(reverse("members")).content.decode()
    registers.status = 200
    if not is_known_later:
        registers.companies = b'{"results": []}'
    cache.clear()
    assert verify_identity(supplier)
    supplier.refresh_from_db()
    page = client.get(reverse("members")).content.decode()
    told = Notification.objects.of(user).filter(title__contains="registre")
    if is_known_later:
        assert supplier.name == "LOGICIELS DE SANTE REUNIS"
        assert "Identité vérifiée au registre" in page
        assert "22 AVENUE DE LA SANTE" in page
        assert told.count() == 1
    else:
        assert supplier.name == "Un autre nom"
        assert "ne connaît pas ce SIRET" in page
        assert not told.exists()


def test_a_second_organisation_gets_the_name_of_the_register(registers: Registers) -> None:
    """Opened without a name, since nobody types one; another name, validated since, stays."""
    user = a_user(EMAIL)
    role = "legal_representative"
    ask_to_join(user=user, siret=KNOWN_SIRET, role=role, is_confirmed=True)
    supplier = Supplier.objects.get()
    verify_identity(supplier)
    supplier.refresh_from_db()
    assert supplier.name == "LOGICIELS DE SANTE REUNIS"
    Supplier.objects.update(name="Nom du Kbis")
    verify_identity(supplier)
    supplier.refresh_from_db()
    assert supplier.name == "Nom du Kbis"
