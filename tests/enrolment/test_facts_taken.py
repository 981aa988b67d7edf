"""What a validated file gives the organisation: what it changed, and nothing stale."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine

from enrolment.actions.reviews import facts_in, take_facts
from enrolment.models import Enrolment, Membership, Supplier
from segur_portal.common.workflow import ForbiddenMoveError
from tests.factories import A_DAY

from .kit import a_draft, a_signatory

pytestmark = pytest.mark.django_db
GRANTED, OLD_END, NEW_END = date(2025, 1, 1), date(2026, 10, 31), date(2028, 10, 31)


@pytest.fixture(autouse=True)
def _on_a_day() -> Iterator[None]:
    with time_machine.travel(A_DAY, tick=True):
        yield


@pytest.fixture
def signatory() -> Membership:
    return a_signatory(osu_granted_on=GRANTED, osu_expires_on=OLD_END)


def taken(enrolment: Enrolment) -> Supplier:
    enrolment.refresh_from_db()
    take_facts(enrolment)
    return Supplier.objects.get(pk=enrolment.supplier_id)


def changed(signatory: Membership, **facts: Any) -> None:
    Supplier.objects.filter(pk=signatory.supplier_id).update(**facts)


def test_what_the_file_left_alone_is_not_put_back(signatory: Membership) -> None:
    """Renewed for the organisation while the file was being examined: the renewal stays."""
    draft = a_draft(signatory)
    changed(signatory, osu_expires_on=NEW_END, is_vat_subject=False)
    supplier = taken(draft)
    assert (supplier.osu_expires_on, supplier.is_vat_subject) == (NEW_END, False)


def test_what_the_file_changed_is_taken_once(signatory: Membership) -> None:
    """At the first validation; the second one gives only what was changed since."""
    draft = a_draft(signatory, osu_expires_on=NEW_END, is_vat_subject=False, wanted_name="Neuf")
    supplier = taken(draft)
    assert (supplier.osu_expires_on, supplier.is_vat_subject) == (NEW_END, False)
    assert supplier.name == "Neuf"
    changed(signatory, osu_expires_on=date(2030, 1, 1), name="Registre")
    supplier = taken(draft)
    assert (supplier.osu_expires_on, supplier.name) == (date(2030, 1, 1), "Registre")


def test_a_fact_changed_on_both_sides_is_not_decided_silently(signatory: Membership) -> None:
    """The officer reads both; once they agree, the validation goes on."""
    draft = a_draft(signatory, osu_expires_on=date(2027, 10, 31))
    changed(signatory, osu_expires_on=NEW_END)
    with pytest.raises(ForbiddenMoveError, match=r"31/10/2027.*31/10/2028"):
        taken(draft)
    changed(signatory, osu_expires_on=date(2027, 10, 31))
    assert taken(draft).osu_expires_on == date(2027, 10, 31)


def test_a_file_validated_early_before_gives_nothing_again(signatory: Membership) -> None:
    """Its facts were written then; what it began with is not known."""
    draft = a_draft(signatory)
    Enrolment.objects.update(known_facts={}, early_validated_on=date(2026, 9, 1))
    changed(signatory, osu_expires_on=NEW_END)
    assert taken(draft).osu_expires_on == NEW_END


def test_no_habilitation_in_the_file_erases_none(signatory: Membership) -> None:
    """An empty answer is no answer."""
    draft = a_draft(signatory, osu_granted_on=None, osu_expires_on=None)
    assert taken(draft).osu_expires_on == OLD_END
    draft.refresh_from_db()
    assert draft.known_facts == facts_in(draft)
