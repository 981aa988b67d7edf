"""Accounts, enrolments, solutions and layouts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.urls import reverse

from enrolment.actions import PROGRAMME_GROUP, sync_groups
from enrolment.actions.tokens import create_token, recognise_token
from enrolment.models import Distribution, Enrolment, Solution, Specimen, Supplier, User
from segur_portal.common.mails import send_due
from segur_portal.common.models import JournalEntry, Statement
from tests.admin.conftest import MDV, OTHER_SIRET, RIS
from tests.factories import a_supplier

NO_INLINES = {
    f"{prefix}-{name}": "0"
    for prefix in ("memberships", "assignments", "distributions")
    for name in ("TOTAL_FORMS", "INITIAL_FORMS")
}


def url_of(row: Any, page: str = "change", *args: Any) -> str:
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=(row.pk, *args))


def add_url(model: Any) -> str:
    return reverse(f"admin:enrolment_{model._meta.model_name}_add")


# ---------------------------------------------------------------- accounts
def test_a_new_agent_gets_rights_by_profile_and_a_link(sign_in: Any) -> None:
    """The profile decides access and group; the password is chosen through a mailed link."""
    client = sign_in("superuser")
    data = {"email": "Nouveau@asp.fr", "kind": "officer", "is_active": "on", **NO_INLINES}
    assert client.post(add_url(User), data).status_code == 302
    user = User.objects.get(email="nouveau@asp.fr")
    assert user.is_staff
    assert not user.has_usable_password()
    assert [group.name for group in user.groups.all()] == ["Gestionnaires"]
    assert EmailAddress.objects.get(user=user).verified
    assert client.post(url_of(user, "deed", "send-password-link")).status_code == 302
    send_due()
    assert mail.outbox[0].to == [user.email]
    assert "/comptes/password/reset/key/" in mail.outbox[0].body


def test_a_changed_profile_changes_rights(sign_in: Any, staff: dict[str, User]) -> None:
    """From officer to accountant: the old group is left; the programme's group is given by hand."""
    officer = staff["programme"]
    data = {"email": officer.email, "kind": "accountant", "is_active": "on", **NO_INLINES}
    assert sign_in("superuser").post(url_of(officer), data).status_code == 302
    assert [group.name for group in officer.groups.all()] == ["Comptables"]


def test_an_agent_who_becomes_a_supplier_leaves_the_officers_side(
    sign_in: Any, staff: dict[str, User]
) -> None:
    """A supplier's profile has neither access nor group."""
    data = {"email": "officer@asp.fr", "kind": "supplier", "is_active": "on", **NO_INLINES}
    assert sign_in("superuser").post(url_of(staff["officer"]), data).status_code == 302
    user = User.objects.get(pk=staff["officer"].pk)
    assert not user.is_staff
    assert not user.groups.exists()


def test_a_changed_address_is_confirmed_again(sign_in: Any, staff: dict[str, User]) -> None:
    """The new address replaces the old one, and is not trusted until its owner confirms it."""
    data = {"email": "autre@asp.fr", "kind": "officer", "is_active": "on", **NO_INLINES}
    assert sign_in("superuser").post(url_of(staff["officer"]), data).status_code == 302
    address = EmailAddress.objects.get(user=staff["officer"])
    assert (address.email, address.verified) == ("autre@asp.fr", False)


def test_a_lost_second_factor_is_removed_by_an_administrator(
    sign_in: Any, staff: dict[str, User]
) -> None:
    """Removed and written in the journal; an officer cannot do it."""
    officer = staff["officer"]
    Authenticator.objects.create(user=officer, type="totp", data={})
    url = url_of(officer, "deed", "remove-second-factor")
    assert sign_in("programme").post(url, {"note": "x"}).status_code == 403
    assert Authenticator.objects.filter(user=officer).exists()
    assert sign_in("superuser").post(url, {"note": "Identité vérifiée"}).status_code == 302
    assert not Authenticator.objects.filter(user=officer).exists()
    assert JournalEntry.objects.get(verb="remove_second_factor").note == "Identité vérifiée"


def test_groups_are_settled_again_at_any_time(staff: dict[str, User]) -> None:
    """Running it twice changes nothing; a right given by mistake is taken back."""
    group = staff["accountant"].groups.get()
    expected = set(group.permissions.values_list("codename", flat=True))
    group.permissions.set(staff["ans"].groups.get().permissions.all())
    sync_groups()
    assert set(group.permissions.values_list("codename", flat=True)) == expected
    assert staff["programme"].groups.filter(name=PROGRAMME_GROUP).exists()


# ---------------------------------------------------------------- solutions
@pytest.fixture
def solution(staff: dict[str, User]) -> Solution:
    return Solution.objects.create(
        scheme_id=RIS, editor=a_supplier(OTHER_SIRET), name="Radio", version="3"
    )


def test_ans_records_the_referencing(sign_in: Any, solution: Solution) -> None:
    """Date of the complete file, date obtained, number; what the solution is does not change."""
    data = {
        "file_submitted_on": "02/03/2026",
        "referenced_on": "04/05/2026",
        "reference_number": "V2-RIS-001",
        "name": "Autre",
        **NO_INLINES,
    }
    assert sign_in("officer").post(url_of(solution), data).status_code == 403
    assert sign_in("ans").post(url_of(solution), data).status_code == 302
    solution.refresh_from_db()
    assert (solution.file_submitted_on, solution.referenced_on, solution.reference_number) == (
        date(2026, 3, 2),
        date(2026, 5, 4),
        "V2-RIS-001",
    )
    assert solution.name == "Radio"


def test_a_referencing_needs_its_number_and_its_file(sign_in: Any, solution: Solution) -> None:
    """A date obtained without a number is refused, in French."""
    data = {"referenced_on": "04/05/2026", **NO_INLINES}
    page = sign_in("ans").post(url_of(solution), data).content.decode()
    assert "a un numéro et une date de dossier complet" in page


def test_ans_declares_and_officers_accept(sign_in: Any, solution: Solution) -> None:
    """Each house writes its own part of a distribution, and not the other's (ENR-003)."""
    distributor = a_supplier("73282932000074", "Distributeur")
    data = {
        "solution": str(solution.pk),
        "distributor": str(distributor.pk),
        "declared_on": "05/01/2026",
        "mandate_accepted_on": "06/01/2026",
        "mandate_starts_on": "07/01/2026",
        "covers_osu": "on",
    }
    assert sign_in("officer").post(add_url(Distribution), data).status_code == 403
    assert sign_in("ans").post(add_url(Distribution), data).status_code == 302
    found = Distribution.objects.get()
    assert (found.declared_on, found.mandate_accepted_on) == (date(2026, 1, 5), None)
    data["declared_on"] = "01/01/2020"
    assert sign_in("officer").post(url_of(found), data).status_code == 302
    found.refresh_from_db()
    assert (found.declared_on, found.mandate_accepted_on, found.covers_osu) == (
        date(2026, 1, 5),
        date(2026, 1, 6),
        True,
    )


# ---------------------------------------------------------------- enrolments
def enrolment_data(supplier: Supplier, *solutions: Solution, scheme: str = RIS) -> dict[str, Any]:
    chosen = [str(solution.pk) for solution in solutions]
    return {"supplier": str(supplier.pk), "scheme": scheme, "solutions": chosen}


def move(client: Any, row: Any, name: str, **data: str) -> Any:
    return client.post(url_of(row, "deed", name), data)


def test_an_enrolment_is_not_validated_without_a_solution(
    sign_in: Any, staff: dict[str, User]
) -> None:
    """Nothing to fund: neither stage is validated."""
    supplier = a_supplier(OTHER_SIRET)
    enrolment = Enrolment.objects.create(supplier=supplier, scheme_id=RIS, state="in_review")
    for name in ("validate_early", "validate_final"):
        page = move(sign_in("officer"), enrolment, name).content.decode()
        assert "ne désigne aucune solution" in page


def test_an_enrolment_names_its_own_solutions(sign_in: Any, solution: Solution) -> None:
    """A solution neither edited nor distributed is refused; once declared, it passes."""
    stranger = a_supplier("73282932000074", "Tiers")
    client = sign_in("officer")
    page = client.post(add_url(Enrolment), enrolment_data(stranger, solution)).content.decode()
    assert "ni éditée ni distribuée" in page
    Distribution.objects.create(solution=solution, distributor=stranger)
    response = client.post(add_url(Enrolment), enrolment_data(stranger, solution))
    assert response.status_code == 302


def test_an_officer_enrols_on_their_schemes_only(sign_in: Any, solution: Solution) -> None:
    """Neither added nor moved for another scheme."""
    Solution.objects.update(scheme=MDV)
    client, data = sign_in("officer"), enrolment_data(solution.editor, solution, scheme=MDV)
    assert client.post(add_url(Enrolment), data).status_code == 200
    assert not Enrolment.objects.exists()
    other = Enrolment.objects.create(supplier=solution.editor, scheme_id=MDV, state="submitted")
    assert move(client, other, "take").status_code == 404
    assert move(sign_in("ans"), other, "take").status_code == 403


def test_a_layout_is_reviewed(sign_in: Any, staff: dict[str, User]) -> None:
    """Compliant from today, or not compliant with a reason (ENR-005)."""
    supplier = a_supplier(OTHER_SIRET)
    fields = {"supplier": supplier, "scheme_id": RIS, "kind": "purchase_order"}
    good, bad = (Specimen.objects.create(label=label, **fields) for label in ("A", "B"))
    client = sign_in("officer")
    statements = Statement.objects.binding("purchase_order", RIS)
    boxes = {f"present_{one.code}": "on" for one in statements}
    assert move(client, good, "review", decision="compliant", **boxes).status_code == 302
    assert move(client, bad, "review", decision="not_compliant", **boxes).status_code == 200
    reason = {"reason_code": "statement_missing", "note": "Mention de l’aide absente"}
    answer = {"decision": "not_compliant", **reason, **boxes}
    assert move(client, bad, "review", **answer).status_code == 302
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, good.compliant_from) == ("compliant", date(2026, 9, 15))
    assert (bad.state, bad.compliant_from) == ("not_compliant", None)


# ---------------------------------------------------------------- keys of the API
def test_a_leaked_key_is_closed_by_the_administrator_only(
    sign_in: Any, member: User, client: Any
) -> None:
    """The key opens nothing any more, the deed is signed; an officer only reads."""
    supplier = member.memberships.get().supplier
    token, secret = create_token(
        supplier=supplier,
        actor=member,
        name="Logiciel",
        role="preparer",
        expires_on=date(2026, 12, 31),
    )
    assert recognise_token(secret) == token
    url = url_of(token, "deed", "revoke")
    page = sign_in("officer").get(url_of(token)).content.decode()
    assert token.prefix in page
    assert "Révoquer" not in page
    assert sign_in("officer").post(url).status_code in (403, 404)
    assert recognise_token(secret) == token
    assert sign_in("superuser").post(url).status_code == 302
    assert recognise_token(secret) is None
    entry = JournalEntry.objects.filter(verb="revoke").get()
    assert str(entry.actor) == "superuser@asp.fr"
