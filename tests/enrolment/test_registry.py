"""The State's registers: what they say, and what happens when they say nothing of use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone
from pytest_django import Settings

from enrolment.actions.identity import FRESH_FOR, verify_identities, verify_identity
from enrolment.models import CompanyIdentity
from segur_portal.common.registry import (
    RegistryUnavailableError,
    find_announcements,
    find_company,
)
from tests.builders import SIRET
from tests.enrolment.registers import KNOWN_SIRET, Registers
from tests.factories import a_supplier

pytestmark = pytest.mark.django_db
EMPTY = b'{"results": [], "total_results": 0}'


def test_a_company_is_read(registers: Registers) -> None:
    """Name, address, legal form, activity, state: those of the establishment asked for."""
    company = find_company(KNOWN_SIRET)
    assert company is not None
    assert company.name == "LOGICIELS DE SANTE REUNIS"
    assert company.address == "22 AVENUE DE LA SANTE 75014 PARIS"
    assert (company.legal_form, company.activity) == ("5599", "58.29C")
    assert (company.created_on, company.is_open) == (date(1955, 1, 1), True)
    assert registers.asked == [{"q": [KNOWN_SIRET], "per_page": ["5"]}]


def test_a_company_is_remembered_a_while(registers: Registers) -> None:
    """A page shown again does not ask again."""
    assert find_company(KNOWN_SIRET) == find_company(KNOWN_SIRET)
    assert len(registers.asked) == 1


def test_a_closed_establishment_is_said(registers: Registers) -> None:
    """Open means that neither the company nor the establishment is closed."""
    registers.companies = registers.companies.replace(
        b'"etat_administratif": "A"', b'"etat_administratif": "F"', 1
    )
    company = find_company(KNOWN_SIRET)
    assert company is not None
    assert not company.is_open


@pytest.mark.parametrize("body", [EMPTY, None], ids=["nothing", "another company"])
def test_an_unknown_siret_is_no_failure(registers: Registers, body: bytes | None) -> None:
    """The register answered: it does not know."""
    if body is not None:
        registers.companies = body
    assert find_company(SIRET) is None


def test_announcements_are_read(registers: Registers) -> None:
    """The latest first, a collective procedure marked."""
    notices = find_announcements(KNOWN_SIRET[:9])
    assert [(one.published_on, one.is_insolvency) for one in notices] == [
        ("2026-03-12", True),
        ("2025-07-01", False),
    ]
    assert registers.asked[0]["where"] == ['registre like "552081317"']


def test_an_address_that_no_browser_should_follow_is_dropped(registers: Registers) -> None:
    """A register may be mistaken, or worse."""
    registers.announcements = registers.announcements.replace(b"https://www", b"javascript:www")
    assert {one.url for one in find_announcements(KNOWN_SIRET[:9])} == {""}


def too_slow(registers: Registers) -> None:
    registers.delay = 1.0


def in_error(registers: Registers) -> None:
    registers.status = 503


def elsewhere(registers: Registers) -> None:
    registers.status = 302


def not_json(registers: Registers) -> None:
    registers.companies = b"<html>maintenance</html>"


def truncated(registers: Registers) -> None:
    registers.companies = registers.companies[:200]


def another_shape(registers: Registers) -> None:
    registers.companies = b'{"results": "none"}'


def no_name(registers: Registers) -> None:
    registers.companies = registers.companies.replace(b"nom_", b"libelle_")


def too_long(registers: Registers) -> None:
    registers.companies = b" " * (3 * 1024 * 1024)


FAULTS = [too_slow, in_error, elsewhere, not_json, truncated, another_shape, no_name, too_long]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_register_at_fault_blocks_nothing_and_is_asked_later(
    registers: Registers, fault: Callable[[Registers], None], settings: Settings
) -> None:
    """« Identité non vérifiée », with the reason; then the scheduled task fills it in."""
    settings.REGISTRY_TIMEOUT = 0.3
    supplier = a_supplier(KNOWN_SIRET)
    healthy = registers.companies
    fault(registers)
    with pytest.raises(RegistryUnavailableError):
        find_company(KNOWN_SIRET)
    cache.clear()
    assert verify_identities() == 0
    identity = CompanyIdentity.objects.get(supplier=supplier)
    assert (identity.verified_at, identity.is_known) == (None, None)
    assert identity.asked_at
    assert "registre" in identity.failure

    registers.companies, registers.status, registers.delay = healthy, 200, 0.0
    cache.clear()
    assert verify_identities() == 1
    identity.refresh_from_db()
    assert identity.verified_at
    assert (identity.name, identity.is_open) == ("LOGICIELS DE SANTE REUNIS", True)
    assert len(identity.announcements) == 2
    assert identity.failure == ""


def test_a_register_that_failed_is_left_alone_for_a_minute(registers: Registers) -> None:
    """One page waits, not every page."""
    registers.status = 500
    for _ in range(3):
        with pytest.raises(RegistryUnavailableError):
            find_company(KNOWN_SIRET)
    assert len(registers.asked) == 1


def test_bodacc_alone_may_fail(registers: Registers) -> None:
    """The identity is verified; its announcements are asked again next time."""
    registers.announcements_status = 500
    supplier = a_supplier(KNOWN_SIRET)
    assert verify_identity(supplier)
    identity = supplier.identity
    assert identity.verified_at
    assert identity.announcements_read_at is None
    registers.announcements_status = 200
    cache.clear()
    assert verify_identities() == 1
    identity.refresh_from_db()
    assert identity.announcements[0]["is_insolvency"]


def test_an_unknown_siret_is_written_as_such(registers: Registers) -> None:
    """Verified, and unknown: an officer sees it."""
    registers.companies = EMPTY
    supplier = a_supplier(SIRET)
    verify_identity(supplier)
    assert (supplier.identity.is_known, supplier.identity.name) == (False, "")


def test_an_identity_is_read_again_after_a_month(registers: Registers) -> None:
    """Fresh, it is left alone; old, a changed name is seen."""
    a_supplier(KNOWN_SIRET)
    assert verify_identities() == 1
    assert verify_identities() == 0
    registers.companies = registers.companies.replace(b"REUNIS", b"UNIS")
    cache.clear()
    with time_machine.travel(timezone.now() + FRESH_FOR + timedelta(hours=1)):
        assert verify_identities() == 1
    assert CompanyIdentity.objects.get().name == "LOGICIELS DE SANTE UNIS"
