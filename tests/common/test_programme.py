"""The programme's data as shipped (domain page, sections 2 and 6)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.forms.models import model_to_dict

from funding.models import ChecklistItem
from segur_portal.common.models import (
    Parameter,
    PriceScale,
    PriceTier,
    Reason,
    RetentionPeriod,
    Scheme,
    Statement,
    Window,
)
from segur_portal.common.programme import FIXTURE, load_programme

MDV, RIS, DB = "SONS-MDV-LGC-Va2", "SONS-IMG-RIS-Va2", "SONS-IMG-DB-Va2"

pytestmark = pytest.mark.django_db


def _utc(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, micro: int = 0
) -> datetime:
    return datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC)


@pytest.mark.parametrize(
    ("scheme", "kind", "opens_at", "closes_at"),
    [
        (MDV, "enrolment", _utc(2025, 10, 8, 22), _utc(2026, 12, 2, 22, 59, 59, 999999)),
        (MDV, "advance", _utc(2025, 12, 31, 23), _utc(2026, 12, 16, 11)),
        (MDV, "service", None, _utc(2027, 7, 13, 10)),
        (MDV, "balance", None, _utc(2027, 10, 13, 10)),
        (RIS, "enrolment", _utc(2025, 5, 14, 22), _utc(2026, 10, 27, 22, 59, 59, 999999)),
        (RIS, "advance", _utc(2025, 7, 10, 12), _utc(2026, 11, 10, 11)),
        (RIS, "service", None, _utc(2027, 6, 9, 10)),
        (RIS, "balance", None, _utc(2027, 9, 22, 10)),
        (DB, "enrolment", _utc(2025, 5, 14, 22), _utc(2026, 10, 27, 22, 59, 59, 999999)),
        (DB, "advance", _utc(2025, 7, 10, 12), _utc(2026, 11, 10, 11)),
        (DB, "service", None, _utc(2027, 9, 15, 10)),
        (DB, "balance", None, _utc(2027, 12, 15, 11)),
        (DB, "hold", None, _utc(2027, 12, 15, 11)),
    ],
)
def test_every_window_is_the_one_of_the_programme(scheme, kind, opens_at, closes_at):
    """The instants of section 2, in UTC, summer and winter time included."""
    load_programme()
    window = Window.objects.get(scheme=scheme, kind=kind)
    assert (window.opens_at, window.closes_at) == (opens_at, closes_at)


def test_no_other_window_is_shipped():
    """Only the DRIMbox scheme has a hold limit."""
    load_programme()
    assert Window.objects.count() == 13


def test_every_parameter_has_its_value():
    """120 days, pilots 5/3/0, training 1/0/0, de minimis 300 000 € over 3 years, RIB 3 months…"""
    load_programme()
    found = {(p.scheme_id, p.code): p.value for p in Parameter.objects.all()}
    assert found == {
        (None, "signature_lead_days"): 120,
        (MDV, "pilot_reports_required"): 5,
        (RIS, "pilot_reports_required"): 3,
        (DB, "pilot_reports_required"): 0,
        (MDV, "training_materials_required"): 1,
        (RIS, "training_materials_required"): 0,
        (DB, "training_materials_required"): 0,
        (None, "de_minimis_ceiling"): 300_000,
        (None, "de_minimis_years"): 3,
        (None, "bank_details_max_age_months"): 3,
        (None, "base_max_removed_rows"): 2_000,
        (None, "base_max_removed_percent"): 5,
        (None, "bank_change_delay_days"): 7,
        (None, "referencing_max_changed_rows"): 50,
        (None, "referencing_max_changed_percent"): 20,
        (None, "recovery_days"): 60,
        (None, "incomplete_deposit_days"): 30,
        (None, "dispute_answer_days"): 10,
        (None, "instruction_days"): 60,
        (None, "instruction_warning_days"): 10,
        (None, "hold_first_alert_days"): 60,
        (None, "hold_last_alert_days"): 30,
    }


def test_every_row_says_where_it_comes_from():
    """Each date and number carries a source note; sample prices say they are not official."""
    load_programme()
    for model in (Window, Parameter, PriceScale):
        assert not model.objects.filter(source="").exists()
    assert not PriceScale.objects.filter(is_official=True).exists()
    assert PriceScale.objects.filter(source__startswith="Valeurs d’exemple").count() == 3


@pytest.mark.parametrize(
    ("scheme", "measure", "services"),
    [
        (MDV, "doctors", {"VAGUE_2", "VAGUE_1_ET_2"}),
        (RIS, "activity_2023", {"VAGUE_2", "VAGUE_1_ET_2"}),
        (DB, "activity_2023", {"VAGUE_2", "NOUVELLE_ACQUISITION"}),
    ],
)
def test_the_tiers_of_a_scale_leave_no_gap(scheme, measure, services):
    """For each service of a scheme, tranches follow one another up to infinity and grow."""
    load_programme()
    tiers = PriceTier.objects.filter(scale__scheme=scheme, scale__version=1)
    assert {tier.service for tier in tiers} == services
    for service in services:
        ordered = list(tiers.filter(service=service).order_by("lower"))
        assert {tier.measure for tier in ordered} == {measure}
        assert [t.upper for t in ordered] == [t.lower for t in ordered[1:]] + [None]
        ceilings = [tier.ceiling_net for tier in ordered]
        assert ceilings == sorted(set(ceilings))


def test_rates_of_the_sample_scales():
    """Advance 30 % (ours), VAT 20 %."""
    load_programme()
    assert set(PriceScale.objects.values_list("advance_rate", "vat_rate")) == {
        (Decimal(30), Decimal(20))
    }


def test_loading_again_keeps_an_officers_edit():
    """The fixture completes, it never undoes: the second load creates and changes nothing."""
    assert load_programme() == sum(
        model.objects.count()
        for model in (
            Scheme,
            Window,
            Parameter,
            PriceScale,
            PriceTier,
            Reason,
            Statement,
            ChecklistItem,
            RetentionPeriod,
        )
    )
    Window.objects.filter(scheme=DB, kind="hold").update(closes_on="2027-12-20")
    PriceTier.objects.filter(scale__scheme=DB).delete()
    before = [model_to_dict(row) for row in Window.objects.order_by("pk")]

    assert load_programme() == 0

    assert [model_to_dict(row) for row in Window.objects.order_by("pk")] == before
    assert not PriceTier.objects.filter(scale__scheme=DB).exists()


def test_the_fixture_also_loads_the_plain_way():
    """`manage.py loaddata fixtures/programme.json` and the command agree on a new database."""
    call_command("loaddata", str(FIXTURE), verbosity=0)
    assert load_programme() == 0
    Parameter.objects.create(scheme_id=MDV, code="de_minimis_years", value=2, source="essai")
