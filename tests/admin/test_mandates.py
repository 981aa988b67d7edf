"""The page of a distribution shows every mandate that counts, and the way to its review."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from enrolment.actions import review_document
from enrolment.models import Distribution, Enrolment, Membership, Solution, SupportingDocument, User
from segur_portal.common.models import Reason
from tests.admin.conftest import OTHER_SIRET, RIS
from tests.enrolment.kit import a_draft, a_signatory, deposit
from tests.factories import a_supplier

MANDATE = "distribution_mandate"


@pytest.fixture
def signatory(staff: dict[str, User]) -> Membership:
    return a_signatory()


@pytest.fixture
def distribution(signatory: Membership) -> Distribution:
    """Another editor's solution, of a validated enrolment."""
    enrolment = a_draft(signatory)
    solution = Solution.objects.create(
        scheme_id=RIS, editor=a_supplier(OTHER_SIRET, "Tiers"), name="Tiers", version="1"
    )
    found = Distribution.objects.create(
        solution=solution, distributor=signatory.supplier, declared_on=date(2026, 1, 2)
    )
    enrolment.solutions.add(solution)
    Enrolment.objects.update(state="final", final_validated_on=date(2026, 1, 5))
    return found


def a_mandate(found: Distribution, member: Membership, **fields: Any) -> SupportingDocument:
    return deposit(Enrolment.objects.get(), member.user, MANDATE, found.solution_id, **fields)


def panel(client: Any, found: Distribution) -> str:
    """What stands between the title of the panel and the history."""
    url = reverse("admin:enrolment_distribution_change", args=[found.pk])
    page: str = client.get(url).content.decode()
    return page.split("Mandats</h", 1)[1].split("Historique", 1)[0]


def test_every_mandate_that_counts_is_listed(
    sign_in: Any, distribution: Distribution, signatory: Membership, staff: dict[str, User]
) -> None:
    """The former one, the renewal in force, the one that waits; not one that was sent back."""
    officer = staff["officer"]
    periods = [(date(2026, 1, 1), date(2026, 6, 30)), (date(2026, 7, 1), date(2027, 6, 30))]
    for starts_on, expires_on in periods:
        row = a_mandate(distribution, signatory, starts_on=starts_on, expires_on=expires_on)
        review_document(row, "accept", actor=officer)
    bad = a_mandate(distribution, signatory)
    reason = Reason.objects.filter(subject="document").order_by("pk")[0]
    review_document(bad, "send_back", actor=officer, reason=reason, message="Illisible.")
    a_mandate(distribution, signatory, covers_osu=True)
    shown = panel(sign_in("ans"), distribution)
    assert [shown.count(f"Version {n}<") for n in (1, 2, 3, 4)] == [1, 1, 0, 1]
    for words in (
        "01/01/2026",
        "30/06/2026",
        "Accepté – hors période",
        "Accepté – en vigueur",
        "À vérifier",
        str(officer),
        "15/09/2026",
        "oui",
    ):
        assert words in shown
    assert shown.index("Version 4") < shown.index("Version 2") < shown.index("Version 1")


def test_the_review_is_linked_for_who_may_open_it(
    sign_in: Any, distribution: Distribution, signatory: Membership
) -> None:
    """An officer of another scheme reads the list, without a link to a page that is not theirs."""
    a_mandate(distribution, signatory)
    review = reverse("admin:enrolment_enrolment_review", args=[Enrolment.objects.get().pk])
    address = f'href="{review}?piece=piece-distribution-mandate-{distribution.solution_id}"'
    for role in ("officer", "ans", "superuser"):
        client = sign_in(role)
        assert address in panel(client, distribution)
        assert client.get(review).status_code == 200
    elsewhere = panel(sign_in("officer_elsewhere"), distribution)
    assert "Version 1" in elsewhere
    assert review not in elsewhere


def test_no_mandate_is_said(sign_in: Any, distribution: Distribution) -> None:
    """Nothing deposited; one that was typed by hand is told as such."""
    client = sign_in("officer")
    assert "Aucun mandat déposé" in panel(client, distribution)
    Distribution.objects.update(mandate_accepted_on=date(2026, 2, 1))
    assert "saisi à la main" in panel(client, distribution)
