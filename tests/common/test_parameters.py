"""The numbers of the programme: a scheme's own wins over that of all schemes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from segur_portal.common.enums import ParameterCode, SchemeCode
from segur_portal.common.models import Parameter
from tests.factories import the_programme

DAYS = ParameterCode.INSTRUCTION_DAYS
MDV, RIS = SchemeCode.MDV.value, SchemeCode.RIS.value


@pytest.fixture(autouse=True)
def _ninety_days_for_ris(db: None) -> None:
    the_programme()
    Parameter.objects.filter(code=DAYS, scheme=None).update(value=60)
    Parameter.objects.create(code=DAYS, scheme_id=RIS, value=90, source="Essai")


@pytest.mark.parametrize(("scheme", "expected"), [(None, 60), (MDV, 60), (RIS, 90)])
def test_a_schemes_own_number_wins(scheme: str | None, expected: int) -> None:
    """The general one holds where a scheme has none."""
    assert Parameter.objects.number(DAYS, scheme) == expected
    assert Parameter.objects.numbers(scheme)[DAYS] == expected


def test_several_schemes_in_one_query(django_assert_num_queries: Any) -> None:
    """Each scheme its numbers, whatever another one has."""
    with django_assert_num_queries(1):
        found = Parameter.objects.filter(code=DAYS).by_scheme([MDV, RIS])
    assert found == {MDV: {DAYS: Decimal(60)}, RIS: {DAYS: Decimal(90)}}


def test_a_number_that_nobody_gave_is_not_invented() -> None:
    """Rather a failure than an amount or a delay out of nowhere."""
    Parameter.objects.filter(code=DAYS).delete()
    with pytest.raises(KeyError):
        Parameter.objects.number(DAYS)
