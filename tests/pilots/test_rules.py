"""When the pilots of a solution are proved, without a database."""

from __future__ import annotations

from datetime import date

import pytest

from pilots.rules import Campaign

D1, D2, D3, D4 = (date(2026, 9, day) for day in (1, 2, 3, 4))


@pytest.mark.parametrize(
    ("campaign", "unlocked_on"),
    [
        (Campaign(3, False, (D1, D2)), None),
        (Campaign(3, False, (D1, D2, D3)), D3),
        (Campaign(3, False, (D1, D2, D3, D4)), D3),
        (Campaign(2, True, (D1, D2)), None),
        (Campaign(2, True, (D1, D2), (D4,)), D4),
        (Campaign(2, True, (D1, D4), (D2, D3)), D4),
        (Campaign(0, True, (), (D2,)), D2),
    ],
)
def test_the_review_that_completes_it_dates_the_unlocking(
    campaign: Campaign, unlocked_on: date | None
) -> None:
    """Neither the first reviews nor those that come after."""
    assert campaign.unlocked_on == unlocked_on
    assert campaign.is_unlocked == (unlocked_on is not None)


def test_nothing_asked_is_open_without_a_date() -> None:
    """DRIMbox: no pilot, and balances do not wait."""
    campaign = Campaign(0, False)
    assert campaign.is_unlocked
    assert campaign.unlocked_on is None
    assert not campaign.is_concerned
