"""From the first account to the hand-over of an organisation, as people do it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from enrolment.models import Membership, Supplier, User
from segur_portal.common.models import NoticeKind
from segur_portal.common.notices import notify
from tests.builders import SIRET
from tests.enrolment.registers import KNOWN_SIRET, Registers
from tests.factories import a_member, a_supplier, a_user, the_programme

from .conftest import OpenPage
from .joining import (
    COLLEAGUE,
    act_for,
    confirm_address,
    invite,
    join,
    link_of,
    registers,
    sign_up,
)
from .looks import WIDTHS, assert_looks_right, faults_of

__all__ = ["registers"]


def test_from_the_first_account_to_the_hand_over(open_page: OpenPage, registers: Registers) -> None:
    """Sign up, confirm, invite; the colleague joins; switch organisation; hand over."""
    page = open_page("/")
    sign_up(page)
    confirm_address(page)
    supplier = Supplier.objects.get(siret=KNOWN_SIRET)
    assert supplier.name == "LOGICIELS DE SANTE REUNIS"
    invite(page)

    other = open_page(link_of(COLLEAGUE, "invitation"))
    join(other, "Karim", "Benali")
    expect(other.get_by_role("region", name="Organisation")).to_contain_text("Préparateur")

    karim = User.objects.get(email=COLLEAGUE)
    Membership.objects.create(
        user=karim, supplier=a_supplier(SIRET, "Autre éditeur"), role="reader"
    )
    other.reload()
    act_for(other, "Autre éditeur")

    page.goto(reverse("members"))
    page.get_by_role("link", name="Modifier Karim Benali").click()
    page.get_by_role("link", name="Lui transmettre l’administration").click()
    assert_looks_right(page)
    page.get_by_role("button", name="Transmettre l’administration").click()
    expect(page.get_by_text("L’administration est transmise.")).to_be_visible()
    expect(page.get_by_role("link", name="Inviter")).to_be_hidden()
    assert supplier.memberships.get(user=karim).is_administrator
    other.goto(reverse("notifications"))
    expect(other.get_by_role("button", name="Vous administrez maintenant")).to_be_visible()


@pytest.fixture
def boss(transactional_db: None) -> User:
    """An administrator with colleagues, invitations, a request to join, and news."""
    from enrolment.actions.invitations import invite_member
    from enrolment.actions.members import suspend_member
    from enrolment.actions.signup import ask_to_join

    the_programme()
    supplier = a_supplier(SIRET, "Société européenne des logiciels de l’imagerie médicale")
    boss = a_member(supplier)
    for role, name in (("preparer", "Préparatrice"), ("reader", "Lecteur-Très-Long")):
        user = a_member(supplier, role)
        User.objects.filter(pk=user.pk).update(first_name="Marie-Bénédicte", last_name=name)
    suspend_member(supplier.memberships.get(role="reader"), actor=boss)
    invite_member(
        supplier=supplier,
        actor=boss,
        email="une.adresse.vraiment.tres.longue@filiale-numerique-sante.exemple.fr",
        role="third_party_proxy",
    )
    asking = a_user("candidat@exemple.fr", first_name="Paul", last_name="Petit")
    ask_to_join(user=asking, siret=SIRET, role="preparer", is_confirmed=True)
    notify(users=[boss], kind=NoticeKind.DEPOSIT, title="Le dépôt DEP-1 est traité", url="/depots/")
    return boss


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_of_people_look_right(open_page: OpenPage, boss: User, width: int) -> None:
    """Accessible and within the screen, with long names, on a desk as in a hand."""
    member = Membership.objects.get(role="preparer")
    page = open_page("/", width=width, user=boss)
    faults = []
    for path in (
        reverse("members"),
        reverse("member_invite"),
        reverse("member_change", args=[member.pk]),
        reverse("member_deed", args=[member.pk, "retirer"]),
        reverse("notifications"),
        reverse("notification_preferences"),
        reverse("account_details"),
        reverse("organisations"),
    ):
        answer = page.goto(path)
        assert answer, path
        assert answer.status == 200, path
        faults += faults_of(page)
    assert faults == []


@pytest.mark.parametrize("width", WIDTHS)
def test_public_pages_of_people_look_right(
    open_page: OpenPage, transactional_db: None, width: int
) -> None:
    """The sign-up without the register, its errors, an invitation that is closed."""
    page = open_page(reverse("sign_up_siret"), width=width)
    page.get_by_label("Numéro SIRET").fill("123")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("Ce SIRET n’est pas valide")).to_be_visible()
    assert_looks_right(page)
    page.goto(reverse("sign_up", args=[KNOWN_SIRET]))
    page.get_by_role("button", name="Créer mon compte").click()
    expect(page.get_by_text("Identité non vérifiée")).to_be_visible()
    assert_looks_right(page)
